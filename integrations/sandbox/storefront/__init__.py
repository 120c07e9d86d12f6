"""A real Medusa for tests and for `demo --medusa real`: installed, built, seeded, stopped.

    with RealMedusa(folder=Path("var/medusa")) as medusa:
        medusa.prepare()
        medusa.start(events_url="http://127.0.0.1:8000/api/hooks/…", secret="whsec_…")
        seed = medusa.seed()
        order = place_order(seed, {variant_id: 3})

Needs Node, npm and PostgreSQL on the machine, and a package registry the first time.
"""

from integrations.sandbox.storefront.checkout import log_in, place_order
from integrations.sandbox.storefront.commands import CommandFailed
from integrations.sandbox.storefront.prerequisites import MissingPrerequisite
from integrations.sandbox.storefront.real_medusa import RealMedusa
from integrations.sandbox.storefront.seed import MedusaSeed, SeedCustomer

__all__ = [
    "CommandFailed",
    "MedusaSeed",
    "MissingPrerequisite",
    "RealMedusa",
    "SeedCustomer",
    "log_in",
    "place_order",
]
