"""Stock levels: read by variant, written in one atomic batch.

An inventory item keeps the SKU that it was made with when its variant gets another one, and a
SKU may pass to another variant: whose stock an item is, only its link to the variant tells.

Medusa has no upsert: creating a level that is there is refused, as is changing one that is
not. It takes a level at a location that does not exist, and the last of two for one pair,
without a word; both are refused here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.client import Client, in_chunks
from integrations.errors import Rejected
from integrations.records import StockWrite, StorefrontLevel, StorefrontStock

_LEVEL_FIELDS = ("id", "location_id", "stocked_quantity", "reserved_quantity", "incoming_quantity")
_ITEM = "inventory_items.inventory"
_FIELDS = f"id,sku,inventory_items.required_quantity,{_ITEM}.id,{_ITEM}.sku," + ",".join(
    f"{_ITEM}.location_levels.{name}" for name in _LEVEL_FIELDS
)
_PATH = "/admin/inventory-items/location-levels/batch"


class Stock:
    """Implements WritesStock over Medusa's Admin API. Reads the shop's locations once."""

    _client: Client
    _locations: Sequence[tuple[str, str]] | None = None

    def stock_locations(self) -> Sequence[tuple[str, str]]:
        if self._locations is None:
            params = [("fields", "id,name")]
            rows = self._client.rows("/admin/stock-locations", "stock_locations", params)
            self._locations = [(row["id"], row["name"]) for row in rows]
        return self._locations

    def stock_of(self, variant_ids: Sequence[str]) -> Sequence[StorefrontStock]:
        found: list[StorefrontStock] = []
        for some in in_chunks(sorted(set(variant_ids))):
            params = [("id[]", one) for one in some] + [("fields", _FIELDS)]
            rows = self._client.rows("/admin/product-variants", "variants", params)
            found += [stock for row in rows if (stock := _stock(row)) is not None]
        return found

    def write_stock(self, writes: Sequence[StockWrite]) -> None:
        if not writes:
            return
        self._check_levels(writes)
        body = {
            "create": [_row(one) for one in writes if one.level_id is None],
            "update": [_row(one) for one in writes if one.level_id is not None],
        }
        self._client.post(_PATH, body)

    def _check_levels(self, writes: Sequence[StockWrite]) -> None:
        known = {location for location, _ in self.stock_locations()}
        pairs = Counter((one.item_id, one.location_id) for one in writes)
        for one in writes:
            if one.location_id not in known:
                problem = f"there is no stock location {one.location_id}"
            elif one.stocked < 0 or one.incoming < 0:
                problem = f"the storefront takes no level below zero ({one.stocked})"
            elif pairs[one.item_id, one.location_id] > 1:
                problem = "it was named twice for one location"
            else:
                continue
            raise Rejected(f"Stock of {one.sku} was not sent: {problem}.", ids={"sku": one.sku})


def _row(write: StockWrite) -> dict[str, Any]:
    return {
        "inventory_item_id": write.item_id,
        "location_id": write.location_id,
        "stocked_quantity": write.stocked,
        "incoming_quantity": write.incoming,
    }


def _stock(variant: Mapping[str, Any]) -> StorefrontStock | None:
    item = own_item(variant)
    if item is None:
        return None
    return StorefrontStock(
        variant_id=variant["id"],
        item_id=item["id"],
        sku=item.get("sku") or "",
        levels=tuple(_level(level) for level in item.get("location_levels") or []),
    )


def own_item(variant: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The item that holds the variant itself; one of which it takes several pieces, or one of
    several parts that it is put together of, is the stock of something else."""
    items: list[Mapping[str, Any]] = [
        one["inventory"]
        for one in variant.get("inventory_items") or []
        if one.get("inventory") and one.get("required_quantity", 1) == 1
    ]
    if len(items) > 1:
        return next((one for one in items if one.get("sku") == variant.get("sku")), None)
    return items[0] if items and len(variant["inventory_items"]) == 1 else None


def _level(row: Mapping[str, Any]) -> StorefrontLevel:
    return StorefrontLevel(
        level_id=row["id"],
        location_id=row["location_id"],
        stocked=_number(row, "stocked_quantity"),
        reserved=_number(row, "reserved_quantity"),
        incoming=_number(row, "incoming_quantity"),
    )


def _number(row: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(row.get(name) or 0))
