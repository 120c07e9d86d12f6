"""A stand-in for Medusa 2.21: its Admin API as far as we use it, and the Store checkout.

Held against recordings of the real server by tests/adapters/medusa. Shares no code with the
adapter: prices, taxes and signatures are computed here once more, from the recordings.

    python -m integrations.adapters.medusa.sandbox --port 9000
"""

from integrations.adapters.medusa.sandbox.server import MedusaStandIn

__all__ = ["MedusaStandIn"]
