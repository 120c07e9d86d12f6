"""Variants of products that exist: those that go and those that come, before the product itself.

A product update does both, too, but badly: Medusa keeps the inventory item of a variant that is
left out, and refuses its SKU from then on; and one that it adds gets no inventory item, so that
nobody can buy it where stock is counted (core-flows 2.21, update-products).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from integrations.adapters.medusa.client import Client
from integrations.adapters.medusa.counting import is_in_the_way, make_way
from integrations.adapters.medusa.mapping.products import to_new_variant
from integrations.errors import Rejected
from integrations.records import ProductWrite, VariantWrite

_FIELDS = [("fields", "id,sku")]


def drop_variants(client: Client, product: ProductWrite, row: Mapping[str, Any]) -> None:
    """Deletes those of `row`, the product as it is there, that are not sold any more, with their
    inventory items. One that an open order waits for is left to the update. Repeatable."""
    sent = {variant.variant_id for variant in product.variants}
    for gone in sorted(one["id"] for one in row.get("variants") or []):
        if gone not in sent:
            with suppress(Rejected):
                client.post(_path(product), {"delete": [gone]}, _FIELDS)


def add_variants(client: Client, product: ProductWrite, row: Mapping[str, Any]) -> ProductWrite:
    """The product with the ids of its new variants, which are made now, with inventory items.

    Repeatable: one that is there by its SKU is not made again. Where Medusa refuses them by
    themselves, they are left to the update.
    """
    ids = {one["sku"]: one["id"] for one in row.get("variants") or [] if one.get("sku")}
    new = [one for one in product.variants if not one.variant_id and one.sku not in ids]
    if new:
        with suppress(Rejected):
            ids |= {one["sku"]: one["id"] for one in _create(client, product, new)}
    variants = (
        one if one.variant_id else replace(one, variant_id=ids.get(one.sku))
        for one in product.variants
    )
    return replace(product, variants=tuple(variants))


def _create(client: Client, product: ProductWrite, new: list[VariantWrite]) -> list[dict[str, Any]]:
    """Once more, where inventory items that were left over are in the way."""
    body = {"create": [to_new_variant(one) for one in new]}
    try:
        answer = client.post(_path(product), body, _FIELDS)
    except Rejected as refusal:
        skus = [one.sku for one in new if one.manage_inventory]
        if not (is_in_the_way(refusal) and make_way(client, skus)):
            raise
        answer = client.post(_path(product), body, _FIELDS)
    return answer.get("created") or []


def _path(product: ProductWrite) -> str:
    return f"/admin/products/{product.product_id}/variants/batch"
