"""One open connection to a Medusa server: all that the portal can ask of it."""

from collections.abc import Mapping

from integrations.adapters.medusa.buyer_prices import BuyerPrices
from integrations.adapters.medusa.client import Client
from integrations.adapters.medusa.collections import Collections
from integrations.adapters.medusa.customers import Customers
from integrations.adapters.medusa.groups import Groups
from integrations.adapters.medusa.health import Health
from integrations.adapters.medusa.list_prices import VariantPrices
from integrations.adapters.medusa.orders import Orders
from integrations.adapters.medusa.products import Products
from integrations.adapters.medusa.quotes import Quotes
from integrations.adapters.medusa.shipping import Shipping
from integrations.adapters.medusa.stock import Stock
from integrations.http import Session


class MedusaAdapter(
    Orders,
    Collections,
    Quotes,
    Products,
    VariantPrices,
    BuyerPrices,
    Groups,
    Stock,
    Customers,
    Shipping,
    Health,
):
    """Implements ReadsOrders, WritesOrderProgress, CollectsPayments, PlacesQuotedOrders,
    WritesProducts, WritesPriceLists, WritesListPrices, TellsBuyerPrices, KeepsGroups, WritesStock,
    WritesCustomers, ListsShipping and TestsConnection."""

    def __init__(self, client: Client, settings: Mapping[str, str]) -> None:
        self._client = client
        self._settings = settings
        self._location_id = settings.get("location_id", "")


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> MedusaAdapter:
    """The adapter over `session`, which gets Medusa's credentials and error words."""
    return MedusaAdapter(Client(session, secrets["secret_key"]), settings)
