"""What the storefront can be asked."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from integrations.records import (
    ErpShipment,
    OrderSighting,
    Page,
    ProductWrite,
    StorefrontFulfilment,
    StorefrontOrder,
    StorefrontProduct,
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
class WritesProducts(Protocol):
    def write_products(self, products: Sequence[ProductWrite]) -> Sequence[StorefrontProduct]:
        """Creates and updates in one atomic batch, in the given order.

        One bad row refuses the whole batch (Rejected): the flow splits it.
        """
        ...

    def find_products(self, external_refs: Sequence[str]) -> Sequence[StorefrontProduct]:
        """Products that carry one of these ERP refs (several may carry the same)."""
        ...

    def find_variants(self, skus: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        """(sku, variant id, product id) of existing variants with these SKUs."""
        ...
