"""Products as the ERP owns them and as the storefront holds them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpVariant:
    """One sellable SKU. `options` are (option name, value) pairs; empty for a simple product.

    `net_list_price` is per `unit` in the product's currency; None when the ERP has none
    (never zero for "unknown"). `tax_class` is the ERP's own word for how it is taxed. `backorder`:
    whether it is sold beyond what is in stock; None where the ERP does not say.
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
    tax_class: str = ""
    backorder: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpCategory:
    """One category; an empty `parent_ref` is at the top."""

    ref: str
    name: str
    parent_ref: str = ""


def flat_category(name: str) -> tuple[ErpCategory, ...]:
    """The chain of a category of which the ERP tells a name or a code and nothing else."""
    return (ErpCategory(ref=name[:128], name=name),) if name else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpProduct:
    """A product with its variants (at least one). `ref` is the ERP's id of the whole.

    `category_chain` is its category and those above it, the lowest first, as far as the ERP
    has them: where they lie in a circle it ends before the first one that would come twice.
    `image_urls` are open to everybody, the main one first. `problem` says what of it could not
    be read, without a full stop: then nothing but its `ref` is to be relied on.
    """

    ref: str
    title: str
    description: str
    currency: str
    category: str
    variants: tuple[ErpVariant, ...]
    is_active: bool
    updated_at: datetime
    category_chain: tuple[ErpCategory, ...] = ()
    image_urls: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontVariant:
    """`prices` are (currency, net amount) of one piece for everybody; several of one currency
    where the storefront tells the prices of price lists along with them. `price_ids` are
    (currency, id) of the same and `item_id` what its stock is counted under: both are told by
    the write that creates the variant only."""

    variant_id: str
    sku: str
    title: str
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()
    prices: tuple[tuple[str, Decimal], ...] = ()
    price_ids: tuple[tuple[str, str], ...] = ()
    item_id: str = ""
    manage_inventory: bool = False
    weight_g: int | None = None
    allow_backorder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontCategory:
    """`external_ref` is the ERP's id that it carries; an empty `parent_id` is at the top.
    `is_active`: buyers see it."""

    category_id: str
    external_ref: str
    name: str
    parent_id: str
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryWrite:
    """`category_id` is None for one that does not exist yet; `parent_id` empty: at the top.
    `is_active` None: a new one is shown to buyers, another stays as it is."""

    category_id: str | None
    external_ref: str
    name: str
    parent_id: str
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontProduct:
    """A product as the storefront holds it; `external_ref` is the ERP's id it carries.

    What a write answers has its ids, SKUs and titles only, and the prices of what it created;
    `find_products` fills in all.
    `categories` are (id, name).
    """

    product_id: str
    external_ref: str
    handle: str
    title: str
    variants: tuple[StorefrontVariant, ...]
    description: str = ""
    is_published: bool = True
    categories: tuple[tuple[str, str], ...] = ()
    image_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantWrite:
    """`variant_id` is None for one that does not exist yet. Prices are (currency, net amount).
    `unit` and `tax_class` are notes; the storefront works with neither. `allow_backorder` None
    leaves what the variant has there."""

    variant_id: str | None
    external_ref: str
    sku: str
    title: str
    barcode: str
    options: tuple[tuple[str, str], ...]
    prices: tuple[tuple[str, Decimal], ...]
    manage_inventory: bool
    weight_g: int | None = None
    unit: str = ""
    tax_class: str = ""
    allow_backorder: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWrite:
    """The whole wanted state of one product: variants left out are removed by the storefront.

    `product_id` is None for one that does not exist yet. An empty `handle` leaves the one that
    an existing product has. `sales_channel_ids` count for a new product only. One that exists
    and is not published any more is only taken off sale; the rest stays as it is.
    `category` is (ERP ref, name) and `category_id` its id in the storefront; without one, and
    without `image_urls`, what the product has of these there stays.
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
    category: tuple[str, str] | None = None
    category_id: str = ""
    image_urls: tuple[str, ...] = ()
    leaves_prices: bool = False
