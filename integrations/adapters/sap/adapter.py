"""The adapter: all abilities over one client."""

from collections.abc import Mapping

from integrations.adapters.sap.client import SapClient
from integrations.adapters.sap.health import Health
from integrations.adapters.sap.pricing import Pricing
from integrations.adapters.sap.products import Products
from integrations.adapters.sap.progress import Progress
from integrations.adapters.sap.settings import read_settings
from integrations.adapters.sap.stock import Stock
from integrations.http import Session


class SapAdapter(Progress, Products, Pricing, Stock, Health):
    """One connection to one client of one SAP system. Not shared between threads."""


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> SapAdapter:
    """Opens no connection yet. Raises NeedsOperator for settings that make no sense."""
    typed = read_settings(settings)
    return SapAdapter(SapClient(session, typed, secrets), typed)
