"""The adapter: all abilities over one client."""

from collections.abc import Mapping

from integrations.adapters.business_central.client import BcClient
from integrations.adapters.business_central.customers import Customers
from integrations.adapters.business_central.health import Health
from integrations.adapters.business_central.invoices import Invoices
from integrations.adapters.business_central.pricing import Pricing
from integrations.adapters.business_central.progress import Progress
from integrations.adapters.business_central.settings import read_settings
from integrations.adapters.business_central.stock import Stock
from integrations.adapters.business_central.subscribing import Subscribing
from integrations.http import Session


class BusinessCentralAdapter(Progress, Stock, Customers, Health, Subscribing, Invoices):
    """One connection to one company. Not shared between threads."""


class PricingBusinessCentralAdapter(BusinessCentralAdapter, Pricing):
    """The same where the companion extension serves what prices of customers are made of."""


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> BusinessCentralAdapter:
    """Opens no connection yet. Raises NeedsOperator for settings that make no sense."""
    typed = read_settings(settings)
    client = BcClient(session, typed, client_secret=secrets.get("client_secret", ""))
    if typed.has_page("prices") and typed.has_page("customers"):
        return PricingBusinessCentralAdapter(client, typed)
    return BusinessCentralAdapter(client, typed)
