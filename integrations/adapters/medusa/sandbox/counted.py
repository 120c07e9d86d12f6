"""Inventory items, and which variant is counted by which.

Measured on Medusa 2.21.2: an item keeps the SKU that it was made with when its variant gets
another one. It stays behind, with its levels and no variant, when an update turns
`manage_inventory` off or leaves its variant out; from then on every write that would make an item
of that SKU is refused. Renaming it is refused (400) for a SKU that another item has, and 404 for
an unknown id. Tying an item to a variant is repeatable, is not refused for an id that does not
exist, and works for a variant that is not counted yet: one that is counted later keeps it, and no
second item is made. A variant may be tied to several.
"""

from typing import Any

from integrations.adapters.medusa.sandbox.product_rows import stock_item
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_found


class Counted:
    """What is counted, by the SKU of its item."""

    def __init__(self) -> None:
        # SKU → {id, sku, level_id, stocked, reserved, incoming, elsewhere}: the level at the shop's
        # location (stocked None: there is none), and those at other locations by their ids.
        self.stock: dict[str, Json] = {}
        # Id of a variant → key of its inventory item in `stock`.
        self.counted: dict[str, str] = {}

    def item_of(self, variant: Json) -> Json | None:
        """The inventory item that the variant is counted by, whatever the SKU of either."""
        return self.stock.get(self.counted.get(variant.get("id", ""), ""))

    def variants_of(self, item: Json) -> list[str]:
        """Ids of the variants that are counted by the item."""
        return [one for one, key in self.counted.items() if key == item["sku"]]

    def rename_item(self, item_id: str, sku: str) -> Json:
        """The same item under another SKU; its variant does not get it."""
        item = self._item(item_id)
        if item is None:
            raise not_found(f'InventoryItem with id "{item_id}" not found')
        if sku == item["sku"]:
            return item
        if sku in self.stock:
            raise Refusal(f"Inventory item with sku: {sku}, already exists.")
        del self.stock[item["sku"]]
        self.counted |= dict.fromkeys(self.variants_of(item), sku)
        self.stock[sku] = {**item, "sku": sku}
        return self.stock[sku]

    def tie(self, variant_id: str, item_id: str) -> None:
        """From now on the variant is counted by this item. (A second one beside another is not
        kept here.)"""
        item = self._item(item_id)
        if item is not None:
            self.counted[variant_id] = item["sku"]

    def _item(self, item_id: str) -> Json | None:
        return next((one for one in self.stock.values() if one["id"] == item_id), None)

    def _count(self, variant: Json) -> Any:
        sku = variant["sku"]
        if sku in self.stock:
            raise Refusal(f"Inventory item with sku: {sku}, already exists.")
        self.stock[sku] = stock_item(sku)
        self.counted[variant["id"]] = sku
        return self.stock[sku]

    def _drop_item(self, variant: Json) -> None:
        self.stock.pop(self.counted.pop(variant["id"], ""), None)
