"""Opens the storefront and lets only the owner of a kind of data write it.

The flow table is the matrix of who owns what: a write of products needs a live products flow
into this storefront, a write of order progress a live order or order-status flow of it, the
order of a quote an order flow out of it. An assisted flow writes what a person told it to.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Q

from integrations.errors import NeedsOperator
from integrations.gateways.opening import open_adapter
from integrations.models import Connection, Flow
from integrations.records import (
    CategoryWrite,
    CustomerWrite,
    ErpShipment,
    ListPrices,
    PaymentCollection,
    PlacedQuote,
    PriceListWrite,
    PriceWrite,
    ProductWrite,
    QuotedOrder,
    StockWrite,
    StorefrontCategory,
    StorefrontCustomer,
    StorefrontFulfilment,
    StorefrontGroup,
    StorefrontPrice,
    StorefrontPriceList,
    StorefrontProduct,
)

READS = frozenset(
    {
        "buyer_prices",
        "get_order",
        "groups_by_id",
        "order_page",
        "orders_by_id",
        "order_digests",
        "find_groups",
        "find_price_lists",
        "find_products",
        "all_products",
        "categories",
        "products_by_id",
        "find_variants",
        "find_customers",
        "members_of",
        "customers_by_id",
        "registered_page",
        "find_quoted",
        "gross_currencies",
        "list_prices_of",
        "payment_collections",
        "price_lists",
        "prices_of",
        "sold_currencies",
        "stray_drafts",
        "stock_locations",
        "stock_of",
        "regions",
        "shipping_options",
    }
)

WRITING = (Flow.Mode.LIVE, Flow.Mode.ASSISTED)


@contextmanager
def open_storefront(
    connection: Connection, *, actor: str = "", run_id: int | None = None
) -> Iterator["OwnedStorefront"]:
    """The storefront's adapter behind the ownership check."""
    with open_adapter(connection, actor=actor, run_id=run_id) as adapter:
        yield OwnedStorefront(adapter, connection)


def owns_list_prices(storefront: Connection) -> bool:
    """Whether a prices flow writes what everyone pays there: then no other flow touches the
    prices of a variant that exists."""
    return list_prices_flow(storefront) is not None


def list_prices_flow(storefront: Connection, *, source: Connection | None = None) -> Flow | None:
    """The prices flow that writes what everyone pays there; of `source` where one is named."""
    flows = Flow.objects.filter(kind=Flow.Kind.PRICES, target=storefront, mode__in=WRITING)
    if source is not None:
        flows = flows.filter(source=source)
    return next((one for one in flows if one.settings.get("list_prices") != "no"), None)


class OwnedStorefront:
    """Reads pass through; each write first finds the live flow that owns the data.

    Raises NeedsOperator(reason="not_owned") when there is none.
    """

    def __init__(self, adapter: Any, connection: Connection) -> None:
        self._adapter, self._connection = adapter, connection

    def __getattr__(self, name: str) -> Any:
        # A write that this class does not name does not exist.
        if name in READS or name == "settle_s":
            return getattr(self._adapter, name)
        raise AttributeError(name)

    # -- products, owned by a live products flow into this storefront

    def write_products(self, products: Sequence[ProductWrite]) -> Sequence[StorefrontProduct]:
        self._require(Q(kind=Flow.Kind.PRODUCTS, target=self._connection), "products")
        if owns_list_prices(self._connection):
            products = [replace(one, leaves_prices=True) for one in products]
        written: Sequence[StorefrontProduct] = self._adapter.write_products(products)
        return written

    def set_sku_aside(self, variant_id: str, sku: str, other: str) -> None:
        self._require(Q(kind=Flow.Kind.PRODUCTS, target=self._connection), "products")
        self._adapter.set_sku_aside(variant_id, sku, other)

    def write_category(self, category: CategoryWrite) -> StorefrontCategory:
        self._require(Q(kind=Flow.Kind.PRODUCTS, target=self._connection), "products")
        made: StorefrontCategory = self._adapter.write_category(category)
        return made

    # -- prices, owned by a live prices flow into this storefront

    def write_list_prices(
        self, offers: Sequence[ListPrices]
    ) -> Sequence[Sequence[StorefrontPrice]]:
        self._require(self._prices_flow(), "prices")
        held: Sequence[Sequence[StorefrontPrice]] = self._adapter.write_list_prices(offers)
        return held

    def write_prices(
        self, list_id: str, writes: Sequence[PriceWrite], removals: Sequence[str]
    ) -> Sequence[str]:
        self._require(self._prices_flow(), "prices")
        ids: Sequence[str] = self._adapter.write_prices(list_id, writes, removals)
        return ids

    def create_price_list(self, write: PriceListWrite) -> StorefrontPriceList:
        self._require(self._prices_flow(), "prices")
        made: StorefrontPriceList = self._adapter.create_price_list(write)
        return made

    def set_price_list_active(self, list_id: str, *, is_active: bool) -> StorefrontPriceList:
        self._require(self._prices_flow(), "prices")
        found: StorefrontPriceList = self._adapter.set_price_list_active(
            list_id, is_active=is_active
        )
        return found

    def date_price_list(self, list_id: str, write: PriceListWrite) -> StorefrontPriceList:
        self._require(self._prices_flow(), "prices")
        found: StorefrontPriceList = self._adapter.date_price_list(list_id, write)
        return found

    def rank_price_list(
        self, list_id: str, group_id: str, *, goes_first: bool
    ) -> StorefrontPriceList:
        self._require(self._prices_flow(), "prices")
        found: StorefrontPriceList = self._adapter.rank_price_list(
            list_id, group_id, goes_first=goes_first
        )
        return found

    def remove_price_list(self, list_id: str) -> None:
        self._require(self._prices_flow(), "prices")
        self._adapter.remove_price_list(list_id)

    def _prices_flow(self) -> Q:
        return Q(kind=Flow.Kind.PRICES, target=self._connection)

    # -- stock, owned by a live stock flow into this storefront

    def write_stock(self, writes: Sequence[StockWrite]) -> None:
        self._require(Q(kind=Flow.Kind.STOCK, target=self._connection), "stock")
        self._adapter.write_stock(writes)

    # -- customers and who belongs to which group, owned by a live customers flow into it

    def write_customer(self, write: CustomerWrite) -> StorefrontCustomer:
        self._require(self._customers_flow(), "customers")
        written: StorefrontCustomer = self._adapter.write_customer(write)
        return written

    def change_members(self, group_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        self._require(self._customers_flow(), "customers")
        self._adapter.change_members(group_id, add, remove)

    # -- groups of customers, which prices and customers are both tied to

    def create_group(self, ref: str, name: str) -> StorefrontGroup:
        kinds = [Flow.Kind.PRICES, Flow.Kind.CUSTOMERS]
        self._require(Q(kind__in=kinds, target=self._connection), "customer groups")
        made: StorefrontGroup = self._adapter.create_group(ref, name)
        return made

    # -- order progress, owned by the ERP through the order flows of this storefront

    def write_metadata(self, order_id: str, values: dict[str, str]) -> None:
        self._require(self._order_flows(), "order progress")
        self._adapter.write_metadata(order_id, values)

    def create_fulfilment(self, order_id: str, shipment: ErpShipment) -> StorefrontFulfilment:
        self._require(self._status_flow(), "shipments")
        made: StorefrontFulfilment = self._adapter.create_fulfilment(order_id, shipment)
        return made

    def mark_shipped(self, order_id: str, fulfilment_id: str, shipment: ErpShipment) -> None:
        self._require(self._status_flow(), "shipments")
        self._adapter.mark_shipped(order_id, fulfilment_id, shipment)

    def open_collection(self, order_id: str, amount: Decimal) -> PaymentCollection:
        self._require(self._status_flow(), "payments")
        opened: PaymentCollection = self._adapter.open_collection(order_id, amount)
        return opened

    def mark_collected(self, order_id: str, collection_id: str) -> None:
        self._require(self._status_flow(), "payments")
        self._adapter.mark_collected(order_id, collection_id)

    def cancel_order(self, order_id: str) -> None:
        self._require(self._order_flows(), "order progress")
        self._adapter.cancel_order(order_id)

    # -- orders of accepted quotes, owned by the order flow out of this storefront

    def draft_quoted(self, order: QuotedOrder) -> PlacedQuote:
        self._require(self._order_flow(), "orders")
        placed: PlacedQuote = self._adapter.draft_quoted(order)
        return placed

    def convert_quoted(self, quote_ref: str, *, digest: str) -> PlacedQuote:
        self._require(self._order_flow(), "orders")
        placed: PlacedQuote = self._adapter.convert_quoted(quote_ref, digest=digest)
        return placed

    def discard_quoted(self, quote_ref: str) -> None:
        self._require(self._order_flow(), "orders")
        self._adapter.discard_quoted(quote_ref)

    def remove_draft(self, order_id: str) -> None:
        self._require(self._order_flow(), "orders")
        self._adapter.remove_draft(order_id)

    def _customers_flow(self) -> Q:
        return Q(kind=Flow.Kind.CUSTOMERS, target=self._connection)

    def _status_flow(self) -> Q:
        return Q(kind=Flow.Kind.ORDER_STATUS, target=self._connection)

    def _order_flows(self) -> Q:
        # An assisted order flow writes back too: a person pressed the button.
        return self._status_flow() | self._order_flow()

    def _order_flow(self) -> Q:
        return Q(kind=Flow.Kind.ORDERS, source=self._connection)

    def _require(self, owner: Q, what: str) -> None:
        assisted = Q(
            kind__in=[
                Flow.Kind.ORDERS,
                Flow.Kind.PRODUCTS,
                Flow.Kind.PRICES,
                Flow.Kind.STOCK,
                Flow.Kind.CUSTOMERS,
            ],
            mode=Flow.Mode.ASSISTED,
        )
        writing = Q(mode=Flow.Mode.LIVE) | assisted
        if not Flow.objects.filter(owner & writing).exists():
            raise NeedsOperator(
                f"No live flow owns the {what} of {self._connection.name}; nothing was written.",
                reason="not_owned",
                cause=f"not_owned:{self._connection.pk}:{what}",
                hint="Set the flow that owns this data to live, or leave the data alone.",
            )
