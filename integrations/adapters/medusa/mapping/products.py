"""The wanted state of a product to what Medusa takes, and its products to our records."""

from typing import Any

from integrations.adapters.medusa.mapping.values import Row, exact, rows, text
from integrations.records import (
    CategoryWrite,
    ProductWrite,
    StorefrontCategory,
    StorefrontProduct,
    StorefrontVariant,
    VariantWrite,
)

PRODUCT_FIELDS = "id,external_id,handle,title,variants.id,variants.sku,variants.title"
# Of a product that was just created, also which prices it has now, and which stock items.
CREATED_FIELDS = (
    f"{PRODUCT_FIELDS},variants.prices.id,variants.prices.amount,variants.prices.currency_code,"
    "variants.inventory_items.inventory_item_id"
)
# Prices are asked for one by one: `*variants.prices` would bring their whole price sets.
WHOLE_FIELDS = ",".join(
    [
        PRODUCT_FIELDS,
        "description,status,variants.barcode,variants.manage_inventory,variants.allow_backorder",
        "categories.id,categories.name,images.url,images.rank,variants.weight",
        "variants.options.value,variants.options.option.title",
        "variants.prices.amount,variants.prices.currency_code",
        "variants.prices.min_quantity,variants.prices.max_quantity",
        "variants.prices.price_rules.attribute,variants.prices.price_rules.value",
    ]
)
CATEGORY_FIELDS = "id,name,external_id,parent_category_id,is_active"
LISTED_FIELDS = f"{PRODUCT_FIELDS},variants.barcode"
OPTION_FIELDS = (
    "id,options.id,options.title,options.values.id,options.values.value,variants.id,variants.sku,"
    "variants.created_at,variants.inventory_items.required_quantity,"
    "variants.inventory_items.inventory.id,variants.inventory_items.inventory.sku"
)

# A product needs at least one option; Medusa's own admin names these for a simple one.
DEFAULT_OPTION = "Default option"
DEFAULT_VALUE = "Default option value"


def wanted_options(product: ProductWrite) -> dict[str, tuple[str, ...]]:
    """Option name to values, as Medusa shall know them."""
    return dict(product.options) or {DEFAULT_OPTION: (DEFAULT_VALUE,)}


def to_create(product: ProductWrite) -> dict[str, Any]:
    """A row of `create` in a products batch."""
    row = _common(product)
    row["options"] = [
        {"title": title, "values": list(values)}
        for title, values in wanted_options(product).items()
    ]
    if product.sales_channel_ids:
        row["sales_channels"] = [{"id": one} for one in product.sales_channel_ids]
    if product.shipping_profile_id:
        row["shipping_profile_id"] = product.shipping_profile_id
    return row


def to_update(product: ProductWrite) -> dict[str, Any]:
    """A row of `update` in a products batch. `options` are refused there since Medusa 2.16.

    Sales channels are left out: the list would replace the one there, and after its creation
    where a product is sold is the merchant's choice. One that is taken off sale only becomes
    a draft: what else changed in the ERP meanwhile must not be a reason to go on selling it.
    """
    if not product.is_published:
        return {"id": product.product_id, "status": "draft"}
    row = {"id": product.product_id, **_common(product)}
    if not product.handle:
        del row["handle"]  # left out, Medusa keeps the one it has
    return row


def to_new_variant(variant: VariantWrite) -> dict[str, Any]:
    """A row of `create` in a batch of one product's variants."""
    return _variant(variant, with_prices=True)


def to_product(product: Row) -> StorefrontProduct:
    """A product read with PRODUCT_FIELDS or WHOLE_FIELDS, its variants by id."""
    return StorefrontProduct(
        product_id=text(product, "id"),
        external_ref=text(product, "external_id"),
        handle=text(product, "handle"),
        title=text(product, "title"),
        variants=tuple(_to_variant(variant) for variant in rows(product, "variants")),
        description=text(product, "description"),
        is_published=product.get("status", "published") == "published",
        categories=tuple(
            (text(one, "id"), text(one, "name")) for one in rows(product, "categories")
        ),
        image_urls=_image_urls(product),
    )


def to_category(category: Row) -> StorefrontCategory:
    """A category read with CATEGORY_FIELDS."""
    return StorefrontCategory(
        category_id=text(category, "id"),
        external_ref=text(category, "external_id"),
        name=text(category, "name"),
        parent_id=text(category, "parent_category_id"),
        is_active=bool(category.get("is_active", True)),
    )


def category_body(category: CategoryWrite) -> dict[str, Any]:
    """A category as it is created or changed; a new one is shown to buyers."""
    body: dict[str, Any] = {
        "name": category.name,
        "parent_category_id": category.parent_id or None,
        "external_id": category.external_ref,
    }
    if category.is_active is not None:
        return {**body, "is_active": category.is_active}
    return body if category.category_id else {**body, "is_active": True}


def _image_urls(product: Row) -> tuple[str, ...]:
    # Arrays come in any order; `rows` sorts by id.
    found = product.get("images") or []
    ranked = sorted(found, key=lambda one: (one.get("rank") or 0, str(one.get("id") or "")))
    return tuple(text(one, "url") for one in ranked)


def _to_variant(variant: Row) -> StorefrontVariant:
    options = tuple(
        (text(one.get("option") or {}, "title"), text(one, "value"))
        for one in rows(variant, "options")
    )
    is_simple = options == ((DEFAULT_OPTION, DEFAULT_VALUE),)
    prices = [one for one in rows(variant, "prices") if _is_for_everybody(one)]
    return StorefrontVariant(
        variant_id=text(variant, "id"),
        sku=text(variant, "sku"),
        title=text(variant, "title"),
        barcode=text(variant, "barcode"),
        options=() if is_simple else options,
        prices=tuple((_currency(one), exact(one, "amount")) for one in prices),
        price_ids=tuple((_currency(one), text(one, "id")) for one in prices if one.get("id")),
        item_id=_item_id(variant),
        manage_inventory=bool(variant.get("manage_inventory")),
        allow_backorder=bool(variant.get("allow_backorder")),
        weight_g=None if variant.get("weight") is None else int(variant["weight"]),
    )


def _item_id(variant: Row) -> str:
    """Of a variant that was just created: it has one item, or none where stock is not counted."""
    items = variant.get("inventory_items") or []
    return text(items[0], "inventory_item_id") if len(items) == 1 else ""


def _currency(price: Row) -> str:
    return text(price, "currency_code").upper()


def _is_for_everybody(price: Row) -> bool:
    """Neither from a quantity on nor for some only."""
    has_tier = (price.get("min_quantity") or 0) > 1 or price.get("max_quantity") is not None
    return not has_tier and not price.get("rules")


def _common(product: ProductWrite) -> dict[str, Any]:
    listed: dict[str, Any] = {}
    if product.category_id:
        listed["categories"] = [{"id": product.category_id}]
    if product.image_urls:
        listed["images"] = [{"url": url} for url in product.image_urls]
        listed["thumbnail"] = product.image_urls[0]
    return {
        **listed,
        "title": product.title,
        "handle": product.handle,
        "description": product.description,
        "external_id": product.external_ref,
        "status": "published" if product.is_published else "draft",
        # The list replaces what is there: a variant left out is deleted by Medusa.
        "variants": [
            _variant(one, with_prices=not (product.leaves_prices and one.variant_id))
            for one in product.variants
        ],
    }


def _variant(variant: VariantWrite, *, with_prices: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": variant.title,
        "sku": variant.sku,
        # Unique in Medusa: an empty text would collide with the next empty one.
        "barcode": variant.barcode or None,
        "manage_inventory": variant.manage_inventory,
        "options": dict(variant.options) or {DEFAULT_OPTION: DEFAULT_VALUE},
        # They are merged there; an empty text removes its key.
        "metadata": {
            "erp_ref": variant.external_ref,
            "unit": variant.unit,
            "tax_class": variant.tax_class,
        },
    }
    if variant.allow_backorder is not None:
        row["allow_backorder"] = variant.allow_backorder
    if variant.weight_g is not None:
        row["weight"] = variant.weight_g
    if with_prices:
        # JSON numbers in major units; this list, too, replaces what is there.
        row["prices"] = [
            {"currency_code": currency.lower(), "amount": amount}
            for currency, amount in variant.prices
        ]
    return {"id": variant.variant_id, **row} if variant.variant_id else row
