"""What the storefront can be asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from integrations.records import (
    BuyerPrice,
    BuyerPriceAsk,
    CategoryWrite,
    CustomerWrite,
    DraftSighting,
    ErpShipment,
    ListPrices,
    OrderSighting,
    Page,
    PaymentCollection,
    PlacedQuote,
    PriceListWrite,
    PriceRowThere,
    PriceWrite,
    ProductWrite,
    QuotedOrder,
    ShippingOption,
    StockWrite,
    StorefrontCategory,
    StorefrontCustomer,
    StorefrontFulfilment,
    StorefrontGroup,
    StorefrontOrder,
    StorefrontPrice,
    StorefrontPriceList,
    StorefrontProduct,
    StorefrontRegion,
    StorefrontStock,
    Window,
)


@runtime_checkable
class ReadsOrders(Protocol):
    def get_order(self, order_id: str) -> StorefrontOrder:
        """The order as it is now, with exact decimals. Raises Rejected when there is none."""
        ...

    def order_page(self, window: Window, cursor: str | None) -> Page[OrderSighting]:
        """Orders updated in `window`, oldest change first.

        An order may come twice in one walk. Not every change moves an order into a window:
        a captured payment does not, so orders with open payments are asked for by id.
        """
        ...

    def orders_by_id(self, order_ids: Sequence[str]) -> Sequence[StorefrontOrder]:
        """These orders as they are now, in a bounded number of calls; unknown ids are left out."""
        ...

    def order_digests(self, order_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        """(order id, digest) of these orders, much cheaper than reading them whole."""
        ...


@runtime_checkable
class WritesOrderProgress(Protocol):
    """`settle_s` is how long after a lost answer a look-up may still miss what was written."""

    settle_s: float

    def write_metadata(self, order_id: str, values: dict[str, str]) -> None:
        """Merges `values` into the order's metadata; repeatable; an empty text removes a key.

        A cancelled order takes no more notes: then nothing is written, and nothing is raised.
        """
        ...

    def create_fulfilment(self, order_id: str, shipment: ErpShipment) -> StorefrontFulfilment:
        """A fulfilment for the lines of `shipment`, carrying its ref. Not safe to repeat blindly:
        look for `erp_shipment` in `get_order(...).fulfilments` first."""
        ...

    def mark_shipped(self, order_id: str, fulfilment_id: str, shipment: ErpShipment) -> None:
        """Marks the fulfilment as shipped with its tracking; an already shipped one is left.

        Where the storefront takes one delivery only in parts, the parts that are missing
        are fulfilled first. Repeatable.
        """
        ...

    def cancel_order(self, order_id: str) -> None:
        """Cancels; releases or refunds its payment; a cancelled one is left."""
        ...


@runtime_checkable
class CollectsPayments(Protocol):
    """Payments that arrived elsewhere, shown on the storefront's order.

    `settle_s` is how long after a lost answer a look-up may still miss what was written.
    """

    settle_s: float

    def payment_collections(self, order_id: str) -> Sequence[PaymentCollection]:
        """All of the order's collections, whoever opened them."""
        ...

    def open_collection(self, order_id: str, amount: Decimal) -> PaymentCollection:
        """Opens one for `amount`, gross in the order's currency. Not safe to repeat blindly:
        look among `payment_collections` first. The amount is not held against what is owed."""
        ...

    def mark_collected(self, order_id: str, collection_id: str) -> None:
        """Marks an open collection as paid in full; one that is paid is left. Raises Rejected
        for one that was paid in part or called off."""
        ...


@runtime_checkable
class WritesProducts(Protocol):
    def write_products(self, products: Sequence[ProductWrite]) -> Sequence[StorefrontProduct]:
        """Creates and updates in one atomic batch, in the given order.

        One bad row refuses the whole batch (Rejected): the flow splits it.
        """
        ...

    def find_products(self, external_refs: Sequence[str]) -> Sequence[StorefrontProduct]:
        """Products that carry one of these ERP refs (several may carry the same), whole."""
        ...

    def products_by_id(self, product_ids: Sequence[str]) -> Sequence[StorefrontProduct]:
        """These products, whole, in a bounded number of calls; unknown ids are left out."""
        ...

    def all_products(self, cursor: str | None) -> Page[StorefrontProduct]:
        """Everything that is there, by id, in pages: ids, ERP refs, titles, SKUs and barcodes.

        One that is made or deleted meanwhile may be missing or come twice.
        """
        ...

    def categories(self) -> Sequence[StorefrontCategory]:
        """All product categories that there are."""
        ...

    def write_category(self, category: CategoryWrite) -> StorefrontCategory:
        """Creates or changes one. A creation is not safe to repeat: look among `categories`
        for its `external_ref` first. Raises Rejected for one below itself."""
        ...

    def find_variants(self, skus: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        """(sku, variant id, product id) of existing variants with these SKUs."""
        ...

    def set_sku_aside(self, variant_id: str, sku: str, other: str) -> None:
        """Takes the SKU from this variant, if it has it, and from what it is counted by: both get
        the other one, so that another variant can have the SKU. What is in stock stays where it
        is. Repeatable. Raises Rejected when the other one is taken."""
        ...


@runtime_checkable
class WritesStock(Protocol):
    def stock_locations(self) -> Sequence[tuple[str, str]]:
        """(location id, name) of all that there are."""
        ...

    def stock_of(self, variant_ids: Sequence[str]) -> Sequence[StorefrontStock]:
        """What is held of these variants, whatever their SKUs are now; those that the storefront
        does not count are left out."""
        ...

    def write_stock(self, writes: Sequence[StockWrite]) -> None:
        """Sets these levels in one atomic batch; repeatable once `stock_of` was asked again.

        Raises Rejected when one of them is refused, and for what the storefront would take
        without a word: a location that does not exist, a pair named twice.
        """
        ...


@runtime_checkable
class WritesPriceLists(Protocol):
    """Prices for groups of customers. A list that names no group would hold for everyone."""

    def sold_currencies(self) -> frozenset[str]:
        """The currencies (upper case) that the storefront sells in."""
        ...

    def gross_currencies(self) -> frozenset[str]:
        """Those (upper case) whose prices include the tax there."""
        ...

    def find_price_lists(self, key: str) -> Sequence[StorefrontPriceList]:
        """The lists that carry this key of ours; several after a mishap."""
        ...

    def price_lists(self, list_ids: Sequence[str]) -> Sequence[StorefrontPriceList]:
        """Those that exist, with the rules they have now, in a bounded number of calls."""
        ...

    def create_price_list(self, write: PriceListWrite) -> StorefrontPriceList:
        """A draft, for the group alone. Not safe to repeat blindly: look with
        `find_price_lists` first. The title must contain the key."""
        ...

    def set_price_list_active(self, list_id: str, *, is_active: bool) -> StorefrontPriceList:
        """Makes its prices hold, or takes them off as a draft. Repeatable."""
        ...

    def date_price_list(self, list_id: str, write: PriceListWrite) -> StorefrontPriceList:
        """Gives it the first and the last moment of `write`. Repeatable."""
        ...

    def rank_price_list(
        self, list_id: str, group_id: str, *, goes_first: bool
    ) -> StorefrontPriceList:
        """Puts it before other lists, or beside them; it stays for this group. Repeatable."""
        ...

    def remove_price_list(self, list_id: str) -> None:
        """Removes it with its prices; one that is gone is left. Repeatable."""
        ...

    def prices_of(
        self, list_id: str, variant_ids: Sequence[str] | None
    ) -> Sequence[StorefrontPrice]:
        """What the list holds of these variants; None: of all. May read the whole list either
        way: for a doubt, or to look for what a hand changed."""
        ...

    def write_prices(
        self, list_id: str, writes: Sequence[PriceWrite], removals: Sequence[str]
    ) -> Sequence[str]:
        """Creates, changes and removes in one atomic batch; the price ids, one per write: empty
        for one to change that is no longer there. One write per variant, currency and quantity.

        Changes and removals are repeatable; after a lost answer `prices_of` tells what was
        created. Price ids must be of this list. Raises Rejected for a batch with a bad row, and
        Conflict when the list or a price to change is gone.
        """
        ...


@runtime_checkable
class WritesListPrices(Protocol):
    def write_list_prices(
        self, offers: Sequence[ListPrices]
    ) -> Sequence[Sequence[StorefrontPrice]]:
        """What variants cost whoever buys them, in one atomic batch; each variant once.

        The prices that are there now, per offer. Repeatable. Raises Conflict for a variant that
        is gone, Rejected for a batch with a bad row.
        """
        ...

    def list_prices_of(self, variant_ids: Sequence[str]) -> Mapping[str, Sequence[StorefrontPrice]]:
        """All prices of these variants themselves, also those under a condition, by variant;
        variants that are gone are left out."""
        ...


@runtime_checkable
class TellsBuyerPrices(Protocol):
    """What given customers are charged, without being them. Writes nothing.

    Needs our plugin in the storefront; one that is missing or too old raises NeedsOperator.
    """

    def buyer_prices(
        self, asks: Sequence[BuyerPriceAsk], price_ids: Sequence[str]
    ) -> tuple[Sequence[BuyerPrice], Sequence[PriceRowThere]]:
        """One answer per ask, in their order; and the rows that decided, together with those of
        `price_ids` that are (still) there. In a bounded number of calls."""
        ...


@runtime_checkable
class WritesCustomers(Protocol):
    def find_customers(self, emails: Sequence[str]) -> Sequence[StorefrontCustomer]:
        """Every row with one of these addresses, guests' and registered ones, in any case of
        letters that was asked for. One address may have one row of each."""
        ...

    def customers_by_id(self, customer_ids: Sequence[str]) -> Sequence[StorefrontCustomer]:
        """These rows as they are now; unknown ids are left out."""
        ...

    def members_of(self, group_ids: Sequence[str]) -> Sequence[StorefrontCustomer]:
        """All rows that are in one of these groups now; unknown groups have none."""
        ...

    def registered_page(
        self, since: datetime | None, cursor: str | None
    ) -> Page[StorefrontCustomer]:
        """Those who registered at or after `since`, oldest first; None: all. Walk with
        `next_cursor` until it is None; a row may come twice."""
        ...

    def write_customer(self, write: CustomerWrite) -> StorefrontCustomer:
        """Creates a guest's row or changes a row. An update may be repeated; before a creation
        is repeated, look with `find_customers`: a second guest of one address is refused."""
        ...

    def change_members(self, group_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Puts customers into a group and takes others out of it. Repeatable.

        All of them or none: raises Rejected when one of those to add is not there.
        """
        ...


@runtime_checkable
class KeepsGroups(Protocol):
    """Customer groups that stand for audiences of the ERP's prices."""

    def find_groups(self, ref: str) -> Sequence[StorefrontGroup]:
        """The groups that carry this ref of an audience; several after a mishap."""
        ...

    def groups_by_id(self, group_ids: Sequence[str]) -> Sequence[StorefrontGroup]:
        """Those that exist, in a bounded number of calls."""
        ...

    def create_group(self, ref: str, name: str) -> StorefrontGroup:
        """Not safe to repeat blindly: look with `find_groups` first. `name` must contain `ref`,
        by which it is looked for. Raises Rejected for a name that is taken."""
        ...


@runtime_checkable
class PlacesQuotedOrders(Protocol):
    """Exactly one order for one quote, by its `quote_ref`, whoever asks how often and at once.

    Needs our plugin in the storefront; one that is missing or too old raises NeedsOperator.
    `settle_s` is how long after a lost answer `find_quoted` may still miss what was written.
    A call that works even longer makes a repeat raise Conflict, never a second order.
    """

    settle_s: float

    def find_quoted(self, quote_ref: str) -> PlacedQuote | None:
        """The order of this quote, draft or converted; None when there is none (any more)."""
        ...

    def draft_quoted(self, order: QuotedOrder) -> PlacedQuote:
        """Creates the draft order of this quote at the quoted net prices, or returns the order
        that is there, as it is, whatever `order` says now.

        Safe to repeat. Raises Conflict while another call works on the same quote for long;
        Rejected when the storefront refuses the content (an unknown variant, no stock).
        """
        ...

    def convert_quoted(self, quote_ref: str, *, digest: str) -> PlacedQuote:
        """Makes the draft an order, which reserves its stock and is told as a placed order.

        Once: an order that is converted is returned as it is. `digest` is that of the draft as
        it was looked at: one that was edited since is not converted. Raises Conflict for that
        and as above, and Rejected when there is no draft or too little stock.
        """
        ...

    def discard_quoted(self, quote_ref: str) -> None:
        """Removes the draft of this quote; nothing where there is none. Repeatable.

        Raises Rejected when the draft became an order, which is never removed, and Conflict as
        above. Of a conversion at the same time only one happens.
        """
        ...

    def stray_drafts(self, older_than: datetime) -> Sequence[DraftSighting]:
        """Drafts created before that time which name a quote but are not its order: a crash
        came between creating and recording one. Oldest first."""
        ...

    def remove_draft(self, order_id: str) -> None:
        """Removes a stray draft; one that is gone is left. Raises Rejected for the order of a
        quote, which is never removed."""
        ...


@runtime_checkable
class ListsShipping(Protocol):
    """What a quote has to name for its order. Reads only; short lists, read whole."""

    def regions(self) -> Sequence[StorefrontRegion]: ...

    def shipping_options(self) -> Sequence[ShippingOption]:
        """The ways of shipping to buyers; those for returns are left out."""
        ...
