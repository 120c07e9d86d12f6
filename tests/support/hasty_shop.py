"""Medusa's adapter, but what was lost counts as settled at once.

For tests about something else than the settle time, beside a stand-in that commits at once.
Registered as a package of somebody else would be: ADAPTERS=hasty=tests.support.hasty_shop.SPEC.
"""

from collections.abc import Mapping
from dataclasses import replace

from integrations.adapters import medusa
from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.client import Client
from integrations.http import Session

KIND = "hasty"
ENVIRONMENT = {"ADAPTERS": f"{KIND}=tests.support.hasty_shop.SPEC"}


class HastyAdapter(MedusaAdapter):
    settle_s = 0.5


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> HastyAdapter:
    return HastyAdapter(Client(session, secrets["secret_key"]), settings)


SPEC = replace(medusa.SPEC, kind=KIND, adapter="tests.support.hasty_shop.open_adapter")
