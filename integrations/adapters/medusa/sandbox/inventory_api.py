"""Admin API: inventory items and their levels.

Refused: a level that is there already, one to change that is not, an unknown item, a negative
quantity. Not refused: a location that does not exist, one pair named twice (the last wins).
"""

from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.lists import filtered, paged, refuse_unknown
from integrations.adapters.medusa.sandbox.refusals import (
    Json,
    Refusal,
    Shape,
    body_of,
    endpoint,
    not_allowed,
    not_found,
)
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request

_QUANTITIES = {"stocked_quantity": "number", "incoming_quantity": "number"}
_LEVEL = Shape({"inventory_item_id": "text!", "location_id": "text!", **_QUANTITIES})
_BATCH = Shape({"create": [_LEVEL], "update": [_LEVEL], "delete": "list", "force": "bool"})


_ITEM = Shape({"sku": "text", "title": "text", "description": "text", "metadata": "object"})
_TIES = Shape({"create": "list", "update": "list", "delete": "list"})


class InventoryApi(State):
    @endpoint("GET", "/admin/inventory-items", "inventory_items.list")
    def list_inventory_items(self, request: Request) -> Json:
        refuse_unknown(request, ("sku",))
        rows = filtered(request, map(self._item, self.catalogue.stock.values()), ("id", "sku"))
        fields = request.param("fields")
        return paged(
            request,
            rows,
            "inventory_items",
            lambda row: project(row, fields, default=row.keys() - {"location_levels", "variants"}),
            limit=20,
        )

    @endpoint("POST", "/admin/inventory-items/{id}", "inventory_items.update")
    def update_inventory_item(self, request: Request) -> Json:
        item_id, row = request.path_values["id"], body_of(request, _ITEM)
        item = self.catalogue.rename_item(item_id, row.get("sku") or "")
        whole = self._item(item)
        return {"inventory_item": project(whole, request.param("fields"), default=whole)}

    @endpoint(
        "POST", "/admin/products/{id}/variants/inventory-items/batch", "variants.inventory_batch"
    )
    def tie_inventory_items(self, request: Request) -> Json:
        """Whatever product the address names."""
        made = body_of(request, _TIES).get("create") or []
        for row in made:
            self.catalogue.tie(row["variant_id"], row["inventory_item_id"])
        created = [
            {
                "product": {"variant_id": row["variant_id"]},
                "inventory": {"inventory_item_id": row["inventory_item_id"]},
                "data": {"required_quantity": row["required_quantity"]},
            }
            for row in made
        ]
        return {"created": created, "updated": [], "deleted": []}

    @endpoint(
        "POST", "/admin/inventory-items/location-levels/batch", "inventory_items.levels_batch"
    )
    def change_levels(self, request: Request) -> Json:
        body = body_of(request, _BATCH)
        _refuse_negative(body)
        created, updated = body.get("create") or [], body.get("update") or []
        for row in updated:
            self._refuse_missing(row)
        for row in created:
            self._refuse_unknown_or_there(row)
        self._refuse_stocked(body)
        answer: Json = {
            "created": [self._create(row) for row in created],
            "updated": [self._update(row) for row in updated],
        }
        if body.get("delete"):
            for level_id in body["delete"]:
                self._drop(level_id)
            answer["deleted"] = body["delete"]
        return answer

    # -- what is refused, before anything is changed

    def _refuse_missing(self, row: Json) -> None:
        item, location = self._items().get(row["inventory_item_id"]), row["location_id"]
        if item is None or location not in self._levels(item):
            which = f"{row['inventory_item_id']} is not stocked at location {location}"
            raise not_found(f"Item {which}")

    def _refuse_unknown_or_there(self, row: Json) -> None:
        item_id, location = row["inventory_item_id"], row["location_id"]
        item = self._items().get(item_id)
        if item is None:
            raise not_found(
                f"You tried to set relationship inventory_item_id: {item_id}, but such entity "
                "does not exist"
            )
        if location in self._levels(item):
            raise Refusal(
                f"Inventory level with inventory_item_id: {item_id}, location_id: {location}, "
                "already exists."
            )

    def _refuse_stocked(self, body: Json) -> None:
        for level_id in [] if body.get("force") else body.get("delete") or []:
            for item in self.catalogue.stock.values():
                for location, level in self._levels(item).items():
                    if level["id"] == level_id and level["stocked_quantity"] > 0:
                        raise not_allowed(
                            f"Cannot remove Inventory Levels for {location} because there are "
                            "stocked items at the locations. Use force flag to delete anyway."
                        )

    # -- levels

    def _items(self) -> dict[str, Json]:
        return {item["id"]: item for item in self.catalogue.stock.values()}

    def _levels(self, item: Json) -> dict[str, Json]:
        """By location."""
        return levels_of(item, self.shop.location_id)

    def _item(self, item: Json) -> Json:
        found = map(self.catalogue.variant, self.catalogue.variants_of(item))
        tied = [{"id": pair[1]["id"], "sku": pair[1]["sku"]} for pair in found if pair]
        return {**item_row(item, self.shop.location_id), "variants": tied}

    def _create(self, row: Json) -> Json:
        item = self._items()[row["inventory_item_id"]]
        stocked = row.get("stocked_quantity") or Decimal(0)
        if row["location_id"] == self.shop.location_id:
            item["stocked"] = stocked
            item["incoming"] = row.get("incoming_quantity") or Decimal(0)
        else:
            item["elsewhere"][row["location_id"]] = _level(
                item["id"],
                row["location_id"],
                new_id("ilev"),
                stocked,
                Decimal(0),
                row.get("incoming_quantity") or Decimal(0),
            )
        return self._levels(item)[row["location_id"]]

    def _update(self, row: Json) -> Json:
        item = self._items()[row["inventory_item_id"]]
        wanted = {name: row[name] for name in _QUANTITIES if row.get(name) is not None}
        if row["location_id"] == self.shop.location_id:
            item["stocked"] = wanted.get("stocked_quantity", item["stocked"])
            item["incoming"] = wanted.get("incoming_quantity", item["incoming"])
        else:
            level = item["elsewhere"][row["location_id"]] | wanted
            free = level["stocked_quantity"] - level["reserved_quantity"]
            changed = {**level, "available_quantity": free, "updated_at": now()}
            item["elsewhere"][row["location_id"]] = changed
        return self._levels(item)[row["location_id"]]

    def _drop(self, level_id: str) -> None:
        for item in self.catalogue.stock.values():
            for location, level in self._levels(item).items():
                if level["id"] != level_id:
                    continue
                if location == self.shop.location_id:
                    item["stocked"] = None
                else:
                    del item["elsewhere"][location]


def item_row(item: Json, shop_location: str) -> Json:
    """An inventory item as the Admin API shows it."""
    levels = levels_of(item, shop_location)
    shown = {name: item[name] for name in ("id", "sku", "created_at")}
    return {**shown, "location_levels": list(levels.values())}


def levels_of(item: Json, shop_location: str) -> dict[str, Json]:
    """The levels of an inventory item by location."""
    levels: dict[str, Json] = dict(item["elsewhere"])
    if item["stocked"] is not None:
        held = item["level_id"], item["stocked"], item["reserved"], item["incoming"]
        levels[shop_location] = _level(item["id"], shop_location, *held)
    return levels


def _refuse_negative(body: Json) -> None:
    for kind in ("create", "update"):
        for place, row in enumerate(body.get(kind) or []):
            for name in _QUANTITIES:
                if (row.get(name) or 0) < 0:
                    raise Refusal(
                        f"Invalid request: Value for field '{kind}, {place}, {name}' too small, "
                        "expected at least: '0'"
                    )


def _level(
    item_id: str, location_id: str, level_id: str, stocked: Any, reserved: Any, incoming: Any
) -> Json:
    moment = now()
    return {
        "id": level_id,
        "location_id": location_id,
        "metadata": None,
        "inventory_item_id": item_id,
        "created_at": moment,
        "updated_at": moment,
        "deleted_at": None,
        "available_quantity": stocked - reserved,
        "stocked_quantity": stocked,
        "reserved_quantity": reserved,
        "incoming_quantity": incoming,
    }
