"""Inventory items under the SKUs of variants: they follow, and none left over is in the way.

SKUs are unique among variants and, by themselves, among inventory items. An item keeps its SKU
when its variant gets another one, and stays behind when an update stops counting a variant or
leaves it out (core-flows 2.21, update-products): then Medusa refuses to count a SKU for ever.
An item that any variant but the one in question is counted by is never touched here.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from integrations.adapters.medusa.client import Client, in_chunks, is_refused_with
from integrations.adapters.medusa.stock import own_item
from integrations.errors import Rejected, RemoteError
from integrations.records import ProductWrite, VariantWrite

_FIELDS = "id,sku,created_at,variants.id"
Row = Mapping[str, Any]


def set_aside(client: Client, variant_id: str, sku: str, other: str) -> None:
    """Where the variant and an inventory item of its own, or one of nobody, have that SKU, they
    get the other one. Repeatable. Raises Rejected when the other one is taken."""
    for item in _items(client, [sku]):
        if {one["id"] for one in item.get("variants") or []} <= {variant_id}:
            _rename(client, item["id"], other)
    # Medusa answers a change of a variant that does not exist as if it was made.
    params = [("id[]", variant_id), ("fields", "id,sku,product_id")]
    for row in client.rows("/admin/product-variants", "variants", params):
        if row["id"] == variant_id and row["sku"] == sku:
            path = f"/admin/products/{row['product_id']}/variants/{variant_id}"
            client.post(path, {"sku": other}, [("fields", "id")])


def follow(client: Client, product: ProductWrite, row: Row) -> None:
    """Variants of `row`, the product as it is there, that get another SKU: their own inventory
    items get it first, if they had the old one. Repeatable."""
    there = {one["id"]: one for one in row.get("variants") or []}
    for variant in product.variants:
        before = there.get(variant.variant_id or "", {})
        item = own_item(before)
        if item is None or before["sku"] == variant.sku or item.get("sku") != before["sku"]:
            continue
        try:
            _rename(client, item["id"], variant.sku)
        except Rejected:
            # To the variant it is only a name: what holds the other one may be somebody's stock.
            if make_way(client, [variant.sku]):
                with suppress(Rejected):
                    _rename(client, item["id"], variant.sku)


def count_again(client: Client, pairs: Iterable[tuple[ProductWrite, Row]]) -> None:
    """Variants that are to be counted and have no inventory item: where one of their SKU is left
    over, they get it back if it was made for them, with what it holds. Else it makes way.

    Whose it was is told by the time: it is not older than its variant. Repeatable."""
    found = [
        (row["id"], there, variant)
        for product, row in pairs
        for variant, there in _uncounted(product, row)
    ]
    if not found:
        return
    left = {
        item["sku"]: item
        for item in _items(client, [variant.sku for _, _, variant in found])
        if not item.get("variants")
    }
    ties: dict[str, list[dict[str, Any]]] = {}
    for product_id, there, variant in found:
        item = left.get(variant.sku)
        if item is None:
            continue
        if there["sku"] == variant.sku and item["created_at"] >= there["created_at"]:
            tie = {"variant_id": there["id"], "inventory_item_id": item["id"]}
            ties.setdefault(product_id, []).append({**tie, "required_quantity": 1})
        else:
            _rename(client, item["id"], _left_over(item))
    for product_id, rows in ties.items():
        path = f"/admin/products/{product_id}/variants/inventory-items/batch"
        client.post(path, {"create": rows})


def make_way(client: Client, skus: Sequence[str]) -> bool:
    """Gives inventory items of these SKUs that no variant is counted by another one each, with
    what they hold; whether there was any."""
    left = [item for item in _items(client, skus) if not item.get("variants")]
    for item in left:
        _rename(client, item["id"], _left_over(item))
    return bool(left)


def is_in_the_way(error: RemoteError) -> bool:
    """Whether a write was refused for an inventory item of its SKU."""
    return is_refused_with(error, "inventory item with sku")


def _uncounted(product: ProductWrite, row: Row) -> Iterable[tuple[VariantWrite, Row]]:
    there = {one["id"]: one for one in row.get("variants") or []}
    for variant in product.variants:
        before = there.get(variant.variant_id or "")
        if variant.manage_inventory and before and not before.get("inventory_items"):
            yield variant, before


def _left_over(item: Row) -> str:
    return f"{item['sku']} ({item['id']})"


def _items(client: Client, skus: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for some in in_chunks(sorted(set(skus))):
        params = [("sku[]", sku) for sku in some] + [("fields", _FIELDS)]
        found += client.rows("/admin/inventory-items", "inventory_items", params)
    return [item for item in found if item["sku"] in set(skus)]


def _rename(client: Client, item_id: str, sku: str) -> None:
    client.post(f"/admin/inventory-items/{item_id}", {"sku": sku}, [("fields", "id")])
