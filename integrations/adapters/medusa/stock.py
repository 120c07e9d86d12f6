"""Stock levels: read by SKU, written in one atomic batch.

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

_FIELDS = ("fields", "id,sku,*location_levels")
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

    def stock_of(self, skus: Sequence[str]) -> Sequence[StorefrontStock]:
        found: list[StorefrontStock] = []
        for some in in_chunks(sorted(set(skus))):
            params = [("sku[]", sku) for sku in some] + [_FIELDS]
            rows = self._client.rows("/admin/inventory-items", "inventory_items", params)
            found += [_stock(row) for row in rows]
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


def _stock(row: Mapping[str, Any]) -> StorefrontStock:
    levels = tuple(_level(level) for level in row.get("location_levels") or [])
    return StorefrontStock(item_id=row["id"], sku=row["sku"] or "", levels=levels)


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
