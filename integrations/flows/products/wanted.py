"""What a product of the ERP should look like in the storefront. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from django.utils.text import slugify

from integrations.records import (
    ErpCategory,
    ErpProduct,
    ErpVariant,
    ProductWrite,
    VariantWrite,
)

LONGEST_TEXT = 255  # what a shop's pages and the exports to marketplaces take


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopTerms:
    """How the flow sells: prices in `currency` (empty: the ERP's own), in these channels.

    `leaves_prices`: a prices flow writes what variants cost; a new one begins with the list
    price that the product has in the ERP, if it has one. `backorder` is of items of which the ERP
    does not say whether they are sold beyond their stock; None leaves the storefront's own.
    """

    currency: str = ""
    sales_channel_ids: tuple[str, ...] = ()
    shipping_profile_id: str | None = None
    manage_inventory: bool = False
    backorder: bool | None = None
    takes_categories: bool = True
    leaves_prices: bool = False


def problem_of(product: ErpProduct, terms: ShopTerms) -> str:
    """Why an active product cannot be sold, in words for an operator; empty if it can."""
    sold = active_variants(product)
    if product.problem:
        return f"{product.problem}: correct it in the ERP"
    if not product.title.strip():
        return "no title: give it a name in the ERP"
    if terms.currency and product.currency.upper() != terms.currency:
        return (
            f"priced in {product.currency}, but the shop sells in {terms.currency}: price it in "
            f"{terms.currency} in the ERP, or change the flow's currency"
        )
    return (
        _text_problem(product, sold)
        or _variant_problem(sold, needs_price=not terms.leaves_prices)
        or _option_problem(sold)
        or (category_problem(product.category_chain) if terms.takes_categories else "")
    )


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
        category=_category(product) if terms.takes_categories else None,
        image_urls=product.image_urls,
        leaves_prices=terms.leaves_prices,
    )


def first_handle(write: ProductWrite) -> str:
    """The handle a product is created with: readable, and unique through the ERP's ref.

    Afterwards it belongs to the storefront, so that a new SKU breaks no bookmark.
    """
    return slugify(f"{write.variants[0].sku} {write.external_ref}")


def fingerprint_of(write: ProductWrite) -> str:
    """Equal for equal content, whatever ids the storefront gave it."""
    of_variant = _LEFT_VARIANT if write.leaves_prices else _PRICED_VARIANT
    variants = list(map(of_variant, write.variants))
    for variant in variants:
        if variant["allow_backorder"] is None:
            del variant["allow_backorder"]  # nobody says; as if it were not known at all
    content = {**_PRODUCT(write), "variants": variants}
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _content_of(kind: type, *left_out: str) -> Callable[[Any], dict[str, Any]]:
    """What makes a dict of a record's other fields. (`asdict` copies every text and number in
    it, for ten times the time.)"""
    names = [one.name for one in fields(kind) if one.name not in left_out]
    values = attrgetter(*names)
    return lambda record: dict(zip(names, values(record), strict=True))


_PRODUCT = _content_of(ProductWrite, "product_id", "handle", "category_id", "variants")
_PRICED_VARIANT = _content_of(VariantWrite, "variant_id")
_LEFT_VARIANT = _content_of(VariantWrite, "variant_id", "prices")


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
        weight_g=_grams(variant.weight_kg),
        unit=variant.unit,
        tax_class=variant.tax_class,
        allow_backorder=terms.backorder if variant.backorder is None else variant.backorder,
    )


def _grams(weight_kg: Decimal | None) -> int | None:
    """Whole grams, as the storefront counts; None for less than half of one."""
    return int((weight_kg * 1000).to_integral_value(ROUND_HALF_UP)) or None if weight_kg else None


def _category(product: ErpProduct) -> tuple[str, str] | None:
    """Its lowest category, by the name of its whole path: a renamed one above is a change."""
    if not product.category_chain:
        return None
    path = " / ".join(one.name for one in reversed(product.category_chain))
    return product.category_chain[0].ref, path


def category_problem(chain: Sequence[ErpCategory]) -> str:
    """Why these categories cannot be made: a circle, one that is missing, one without a name."""
    if not chain:
        return ""
    names = " → ".join(one.name or one.ref for one in chain)
    above = chain[-1].parent_ref
    if above in {one.ref for one in chain}:
        again = next(one.name for one in chain if one.ref == above)
        return (
            f"its category lies in a circle: {names} → {again}. Give one of them another parent "
            "in the ERP"
        )
    if above:
        return f"the ERP does not tell of category {above}, which {chain[-1].name} belongs to"
    nameless = next((one.ref for one in chain if not one.name.strip()), "")
    return f"category {nameless} has no name in the ERP" if nameless else ""


def _text_problem(product: ErpProduct, sold: Sequence[ErpVariant]) -> str:
    for what, text in [("title", product.title), *(("SKU", one.sku) for one in sold)]:
        if len(text) > LONGEST_TEXT:
            return (
                f"its {what} has {len(text)} characters, more than the {LONGEST_TEXT} that fit: "
                f"shorten it in the ERP ({text[:40]}…)"
            )
    for url in product.image_urls:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            return f"the address of its picture is not one of the web (http or https): {url[:80]}"
    return ""


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
            return f"no SKU (variant {variant.ref}): give it one in the ERP"
        if variant.sku in seen:
            return (
                f"two of its variants have the SKU {variant.sku}: give one of them another one "
                "in the ERP"
            )
        if needs_price and not variant.net_list_price:
            return f"no price for {variant.sku}: give it a sales price in the ERP"
        if needs_price and variant.net_list_price and variant.net_list_price < 0:
            return (
                f"the price of {variant.sku} is below zero ({variant.net_list_price}): correct it "
                "in the ERP"
            )
        seen.add(variant.sku)
    return ""


def _are_told_apart(sold: Sequence[ErpVariant]) -> bool:
    """The usual case, seen quickly: the same options in the same order, each choice once."""
    names = {tuple(name for name, _ in variant.options) for variant in sold}
    return len(names) == 1 and len({variant.options for variant in sold}) == len(sold)


def _option_problem(sold: list[ErpVariant]) -> str:
    if len(sold) == 1 or _are_told_apart(sold):
        return ""
    if len({frozenset(dict(variant.options)) for variant in sold}) > 1:
        return (
            "its variants do not have the same options: give each a value of every option in the "
            "ERP"
        )
    choices = Counter(frozenset(variant.options) for variant in sold)
    if any(count > 1 for count in choices.values()):
        return (
            "two of its variants have the same options: tell them apart, or archive one in the ERP"
        )
    return ""
