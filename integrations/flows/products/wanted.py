"""What a product of the ERP should look like in the storefront. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.text import slugify

from integrations.records import ErpProduct, ErpVariant, ProductWrite, VariantWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopTerms:
    """How the flow sells: prices in `currency` (empty: the ERP's own), in these channels.

    `leaves_prices`: a prices flow writes what variants cost; a new one begins with the list
    price that the product has in the ERP, if it has one.
    """

    currency: str = ""
    sales_channel_ids: tuple[str, ...] = ()
    shipping_profile_id: str | None = None
    manage_inventory: bool = False
    leaves_prices: bool = False


def problem_of(product: ErpProduct, terms: ShopTerms) -> str:
    """Why an active product cannot be sold, in words for an operator; empty if it can."""
    sold = active_variants(product)
    if not product.title.strip():
        return "no title"
    if terms.currency and product.currency.upper() != terms.currency:
        return f"priced in {product.currency}, but the shop sells in {terms.currency}"
    return _variant_problem(sold, needs_price=not terms.leaves_prices) or _option_problem(sold)


def active_variants(product: ErpProduct) -> list[ErpVariant]:
    return [variant for variant in product.variants if variant.is_active]


def write_of(
    product: ErpProduct, terms: ShopTerms, *, linked_variants: Collection[str] = ()
) -> ProductWrite:
    """The wanted state, without the storefront's ids and without a handle.

    Of an active product the active variants are sold, the others are left out and thereby
    removed. An inactive product becomes a draft and keeps the variants it has there.
    """
    sold = active_variants(product)
    if not product.is_active:
        there = [variant for variant in product.variants if variant.ref in linked_variants]
        sold = there or [variant for variant in product.variants if variant.sku]
    return ProductWrite(
        product_id=None,
        external_ref=product.ref,
        handle="",
        title=product.title,
        description=product.description,
        is_published=product.is_active,
        options=_options(sold),
        variants=tuple(_variant(variant, product, terms) for variant in sold),
        sales_channel_ids=terms.sales_channel_ids,
        shipping_profile_id=terms.shipping_profile_id,
        leaves_prices=terms.leaves_prices,
    )


def first_handle(write: ProductWrite) -> str:
    """The handle a product is created with: readable, and unique through the ERP's ref.

    Afterwards it belongs to the storefront, so that a new SKU breaks no bookmark.
    """
    return slugify(f"{write.variants[0].sku} {write.external_ref}")


def fingerprint_of(write: ProductWrite) -> str:
    """Equal for equal content, whatever ids the storefront gave it."""
    content: dict[str, Any] = asdict(write)
    for name in ("product_id", "handle"):
        del content[name]
    for variant in content["variants"]:
        del variant["variant_id"]
        if write.leaves_prices:
            del variant["prices"]
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _variant(variant: ErpVariant, product: ErpProduct, terms: ShopTerms) -> VariantWrite:
    currency = terms.currency or product.currency.upper()
    price = variant.net_list_price
    return VariantWrite(
        variant_id=None,
        external_ref=variant.ref,
        sku=variant.sku,
        title=variant.title or variant.sku,
        barcode=variant.barcode,
        options=variant.options,
        prices=((currency, price),) if price and price > 0 else (),
        manage_inventory=terms.manage_inventory,
    )


def _options(variants: Iterable[ErpVariant]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Option names with their values, both in the order in which they first appear."""
    found: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.options:
            found.setdefault(name, {})[value] = None
    return tuple((name, tuple(values)) for name, values in found.items())


def _variant_problem(sold: list[ErpVariant], *, needs_price: bool) -> str:
    seen: set[str] = set()
    for variant in sold:
        if not variant.sku.strip():
            return f"no SKU (variant {variant.ref})"
        if variant.sku in seen:
            return f"two of its variants have the SKU {variant.sku}"
        if needs_price and (variant.net_list_price is None or variant.net_list_price <= 0):
            return f"no price for {variant.sku}"
        seen.add(variant.sku)
    return ""


def _option_problem(sold: list[ErpVariant]) -> str:
    if len({frozenset(dict(variant.options)) for variant in sold}) > 1:
        return "its variants do not have the same options"
    choices = Counter(frozenset(variant.options) for variant in sold)
    if any(count > 1 for count in choices.values()):
        return "two of its variants have the same options"
    return ""
