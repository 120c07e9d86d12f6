"""The storefront's order as it is now, and onto our rows."""

from integrations.flows.orders import snapshot
from integrations.gateways import open_storefront
from integrations.models import Order
from integrations.records import StorefrontOrder


def read_order(order: Order) -> StorefrontOrder:
    """Asks the storefront; writes nothing."""
    with open_storefront(order.storefront) as storefront:
        seen: StorefrontOrder = storefront.get_order(order.storefront_ref)
    return seen


def look(order: Order) -> StorefrontOrder:
    """Asks the storefront and brings our rows to what it says."""
    seen = read_order(order)
    snapshot.store(order, seen)
    return seen
