"""Hand edits of products: how they are read, compared and put back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.flows.ownership import Owned, remember
from integrations.flows.ownership.kinds import Change, Content, has_copy
from integrations.flows.products.differing import differences
from integrations.flows.products.linked import ProductLinks
from integrations.flows.products.writing import Outcome
from integrations.models import Flow, IdLink
from integrations.records import ProductWrite, StorefrontProduct
from integrations.records.codec import from_json, to_json

GONE = ("product", "in the storefront", "deleted")


def remember_written(links: ProductLinks, outcomes: Iterable[Outcome]) -> None:
    """Keeps what was written, with the ids that the storefront gave."""
    contents = {
        one.addressed.product.ref: content_of(one.addressed.write, one.there)
        for one in outcomes
        if one.there is not None and one.addressed.write is not None
    }
    by_ref = links.by_ref(contents)
    remember((by_ref[ref], content) for ref, content in contents.items() if ref in by_ref)


def content_of(write: ProductWrite, there: StorefrontProduct) -> Content:
    """What it takes to write the same again: to that product and its variants."""
    ids = {variant.sku: variant.variant_id for variant in there.variants}
    variants = tuple(
        replace(one, variant_id=one.variant_id or ids.get(one.sku)) for one in write.variants
    )
    return to_json(replace(write, product_id=there.product_id, handle="", variants=variants))


def edits_of(link: IdLink, found: StorefrontProduct | None) -> Sequence[Change]:
    """What a hand changed since the flow wrote this product; nothing where that is not known."""
    if found is None or not _is_judged(link):
        return ()
    return _changes(link, found)


def _is_judged(link: IdLink) -> bool:
    """One that is to be written anew, because its SKU was freed for another one, is not as it was
    written."""
    return has_copy(link) and link.fingerprint != ""


def _read(shop: Any, links: Sequence[IdLink]) -> Mapping[str, StorefrontProduct]:
    found = shop.products_by_id([link.target_ref for link in links])
    return {product.product_id: product for product in found}


def _changes(link: IdLink, found: StorefrontProduct | None) -> Sequence[Change]:
    """(field, what was written, what is there)."""
    if found is None:
        return (GONE,)
    written = from_json(ProductWrite, link.written.content)
    return [(field, after, before) for field, before, after in differences(written, found)]


def _write(shop: Any, flow: Flow, link: IdLink) -> None:
    shop.write_products([from_json(ProductWrite, link.written.content)])


OWNED_PRODUCTS = Owned(
    flow_kind=Flow.Kind.PRODUCTS,
    link_kind=IdLink.Kind.PRODUCT,
    events=("product.updated",),
    read=_read,
    differences=_changes,
    write=_write,
    is_judged=_is_judged,
)
