"""What differs between a product as it should be and as the storefront holds it. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from integrations.records import (
    ProductWrite,
    StorefrontProduct,
    StorefrontVariant,
    VariantWrite,
)

Change = tuple[str, str, str]
LONGEST = 300  # of a value that is shown


def differences(wanted: ProductWrite, there: StorefrontProduct | None) -> tuple[Change, ...]:
    """(field, as it is there, as it should be), each as a person reads it; there empty for a
    product that does not exist or was not seen.

    One that is taken off sale differs in that alone: the rest stays as it is. The handle, the
    channels and prices in further currencies belong to the storefront, and where a prices flow
    writes them (`leaves_prices`) those of variants that exist to that one.
    """
    found = [_change("status", _status(there), "for sale" if wanted.is_published else "draft")]
    if wanted.is_published or there is None:
        found += [
            _change("title", there.title if there else "", wanted.title),
            _change("description", there.description if there else "", wanted.description),
            *_listed(wanted, there),
            *_variants(wanted, there),
        ]
    return tuple(one for one in found if one[1] != one[2])


def _status(there: StorefrontProduct | None) -> str:
    if there is None:
        return ""
    return "for sale" if there.is_published else "draft"


def _listed(wanted: ProductWrite, there: StorefrontProduct | None) -> Iterator[Change]:
    """Category and pictures; where the ERP has none, the storefront's own stay."""
    here = there.categories if there else ()
    if wanted.category is not None and [one for one, _ in here] != [wanted.category_id]:
        yield _change("category", ", ".join(name for _, name in here), wanted.category[1])
    if wanted.image_urls and (there is None or there.image_urls != wanted.image_urls):
        yield _change(
            "pictures", ", ".join(there.image_urls if there else ()), ", ".join(wanted.image_urls)
        )


def _variants(wanted: ProductWrite, there: StorefrontProduct | None) -> Iterator[Change]:
    rest = list(there.variants) if there else []
    for variant in wanted.variants:
        counterpart = _counterpart(variant, rest)
        if counterpart is not None:
            rest.remove(counterpart)
            if wanted.leaves_prices:
                variant = replace(variant, prices=())
        yield from _variant(variant, counterpart, is_known=there is not None)
    for gone in rest:
        yield _change(f"variant {gone.sku or gone.variant_id}", "sold", "")


def _counterpart(variant: VariantWrite, there: list[StorefrontVariant]) -> StorefrontVariant | None:
    by_id = next((one for one in there if one.variant_id == variant.variant_id), None)
    return by_id or next((one for one in there if one.sku == variant.sku), None)


def _variant(
    wanted: VariantWrite, there: StorefrontVariant | None, *, is_known: bool
) -> Iterator[Change]:
    sku = wanted.sku
    if there is None and is_known:
        yield _change(f"variant {sku}", "", "sold")
    yield _change(f"{sku} SKU", there.sku if there else "", wanted.sku)
    yield _change(f"{sku} title", there.title if there else "", wanted.title)
    yield _change(f"{sku} barcode", there.barcode if there else "", wanted.barcode)
    yield _change(f"{sku} options", _options(there), _options(wanted))
    yield _change(f"{sku} stock counted", _counted(there), _counted(wanted))
    if wanted.allow_backorder is not None:
        before = "" if there is None else _yes(there.allow_backorder)
        yield _change(f"{sku} sold beyond stock", before, _yes(wanted.allow_backorder))
    if wanted.weight_g is not None:
        yield _change(f"{sku} weight in g", _weight(there), _weight(wanted))
    for currency, amount in wanted.prices:
        paid = sorted(price for code, price in there.prices if code == currency) if there else []
        if amount not in paid:
            yield _change(f"{sku} price {currency}", " / ".join(map(_plain, paid)), _plain(amount))


def _options(variant: VariantWrite | StorefrontVariant | None) -> str:
    pairs = sorted(variant.options) if variant else []
    return ", ".join(f"{name}: {value}" for name, value in pairs)


def _counted(variant: VariantWrite | StorefrontVariant | None) -> str:
    if variant is None:
        return ""
    return _yes(variant.manage_inventory)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _weight(variant: VariantWrite | StorefrontVariant | None) -> str:
    return "" if variant is None or variant.weight_g is None else str(variant.weight_g)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _change(field: str, before: str, after: str) -> Change:
    return field, before[:LONGEST], after[:LONGEST]
