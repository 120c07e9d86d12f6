"""Products as the ERP owns them and as the storefront holds them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpVariant:
    """One sellable SKU. `options` are (option name, value) pairs; empty for a simple product.

    `net_list_price` is per `unit` in the product's currency; None when the ERP has none
    (never zero for "unknown").
    """

    ref: str
    sku: str
    barcode: str
    title: str
    options: tuple[tuple[str, str], ...]
    net_list_price: Decimal | None
    unit: str
    is_active: bool
    weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpProduct:
    """A product with its variants (at least one). `ref` is the ERP's id of the whole."""

    ref: str
    title: str
    description: str
    currency: str
    category: str
    variants: tuple[ErpVariant, ...]
    is_active: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontVariant:
    """`prices` are (currency, net amount) of one piece for everybody; several of one currency
    where the storefront tells the prices of price lists along with them."""

    variant_id: str
    sku: str
    title: str
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()
    prices: tuple[tuple[str, Decimal], ...] = ()
    manage_inventory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontProduct:
    """A product as the storefront holds it; `external_ref` is the ERP's id it carries.

    What a write answers has its ids, SKUs and titles only; `find_products` fills in all.
    """

    product_id: str
    external_ref: str
    handle: str
    title: str
    variants: tuple[StorefrontVariant, ...]
    description: str = ""
    is_published: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantWrite:
    """`variant_id` is None for one that does not exist yet. Prices are (currency, net amount)."""

    variant_id: str | None
    external_ref: str
    sku: str
    title: str
    barcode: str
    options: tuple[tuple[str, str], ...]
    prices: tuple[tuple[str, Decimal], ...]
    manage_inventory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWrite:
    """The whole wanted state of one product: variants left out are removed by the storefront.

    `product_id` is None for one that does not exist yet. An empty `handle` leaves the one that
    an existing product has. `sales_channel_ids` count for a new product only. One that exists
    and is not published any more is only taken off sale; the rest stays as it is.
    `leaves_prices`: variants that exist keep the prices they have, a prices flow writes them.
    """

    product_id: str | None
    external_ref: str
    handle: str
    title: str
    description: str
    is_published: bool
    options: tuple[tuple[str, tuple[str, ...]], ...]
    variants: tuple[VariantWrite, ...]
    sales_channel_ids: tuple[str, ...]
    shipping_profile_id: str | None
    leaves_prices: bool = False
