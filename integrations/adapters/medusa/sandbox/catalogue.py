"""Products, variants, prices and stock: the rules of a products batch, as strict and as lax.

Refused: handles and SKUs that exist, options that are missing or sent in an update, unknown
products, a SKU to count under that an inventory item has already. Not refused: unknown currencies
and channels, negative prices, a second product with the same external id, and an unknown variant
id in an update, which is created.
"""

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from integrations.adapters.medusa.sandbox.counted import Counted
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.product_rows import (
    chosen_of,
    images_of,
    merged,
    option_of,
    price_of,
    refuse_same_options,
    stock_item,
    times,
    value_of,
)
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_found

_PRODUCT_COLUMNS = (
    "title", "subtitle", "status", "external_id", "description", "handle", "thumbnail",
    "weight", "length", "height", "width", "hs_code", "origin_country", "mid_code", "material",
)  # fmt: skip
_VARIANT_COLUMNS = (
    "title", "sku", "barcode", "ean", "upc", "allow_backorder", "manage_inventory", "weight",
    "material",
)  # fmt: skip


class Catalogue(Counted):
    """All products by id. A batch is all or nothing."""

    def __init__(self) -> None:
        super().__init__()
        # A variant that is to be counted is, also where its inventory item was refused.
        self._to_count = ""
        self.products: dict[str, Json] = {}
        self.categories: dict[str, Json] = {}

    # -- looking

    def variant(self, variant_id: str) -> tuple[Json, Json] | None:
        """(product, variant), or None."""
        pairs = self._pairs()
        return next((pair for pair in pairs if pair[1]["id"] == variant_id), None)

    def variants(self) -> list[Json]:
        """All variants as a list shows them, each with the columns of its product."""
        return [
            {**variant, "product": {**product, "variants": None}}
            for product, variant in self._pairs()
        ]

    def variant_id_of(self, sku: str) -> str:
        """Raises LookupError for an unknown SKU."""
        for _, variant in self._pairs():
            if variant["sku"] == sku:
                return str(variant["id"])
        raise LookupError(f"no variant has the SKU {sku}")

    def _pairs(self) -> Iterator[tuple[Json, Json]]:
        for product in self.products.values():
            for variant in product["variants"]:
                yield product, variant

    # -- changing

    def batch(self, body: Json) -> Json:
        with self._all_or_nothing():
            created = [self._create(row) for row in body.get("create") or []]
            updated = {row["id"]: self._update(row) for row in self._known(body)}
        for product_id in body.get("delete") or []:
            self._delete(product_id)
        return {
            "created": created,
            "updated": list(updated.values()),
            "deleted": {"ids": body.get("delete") or [], "object": "product", "deleted": True},
        }

    def update(self, product_id: str, row: Json) -> Json:
        if product_id not in self.products:
            raise not_found(f'Product with id "{product_id}" not found')
        with self._all_or_nothing():
            return self._update({**row, "id": product_id})

    def update_variants(self, rows: list[Json]) -> list[Json]:
        """Variants of any products, in Medusa's own order. Raises Refusal when one is unknown or
        named twice."""
        ids = [row["id"] for row in rows]
        unknown = [one for one in ids if self.variant(one) is None]
        if unknown or len(set(ids)) < len(ids):
            words = ", ".join(unknown)
            raise Refusal(f"Cannot update non-existing variants with ids: {words}")
        with self._all_or_nothing():
            return [self._update_variant(row) for row in reversed(rows)]

    def update_variant(self, product_id: str, variant_id: str, row: Json) -> Json:
        """Its product. Measured on 2.21.2: a variant that is unknown, or another product's, is
        answered as if it was changed."""
        if product_id not in self.products:
            raise not_found(f'Product with id "{product_id}" not found')
        if variant_id in {one["id"] for one in self.products[product_id]["variants"]}:
            with self._all_or_nothing():
                self._update_variant({**row, "id": variant_id})
        return self.products[product_id]

    def add_variants(self, product_id: str, rows: list[Json]) -> list[Json]:
        """With inventory items. Raises Refusal for the options of another variant."""
        if rows and product_id not in self.products:
            raise not_found(f"Product with id: {product_id} was not found")
        with self._all_or_nothing():
            product = copy.deepcopy(self.products.get(product_id) or {"variants": []})
            self.products |= {product_id: product} if rows else {}
            for row in rows:
                self._add_variant(product, row)
                refuse_same_options(product["variants"])
        return product["variants"][len(product["variants"]) - len(rows) :]

    def delete_variants(self, ids: list[str]) -> None:
        """With their inventory items, which a shorter list of variants would leave behind. An
        unknown id is answered as if deleted. Raises Refusal while an order waits for one."""
        gone = [found[1] for found in map(self.variant, ids) if found]
        items = map(self.item_of, gone)
        kept = [item["id"] for item in items if item and item["reserved"] > 0]
        if kept:
            raise Refusal(
                "Cannot remove following inventory item(s) since they have reservations: "
                f"[{', '.join(kept)}]."
            )
        for one in gone:
            product = copy.deepcopy(self.products[one["product_id"]])
            product["variants"] = [row for row in product["variants"] if row["id"] != one["id"]]
            self.products[product["id"]] = product
            self._drop_item(one)

    def change_options(self, product_id: str, rows: list[Json]) -> Json:
        """Adds values to options of a product: by value or by the id of an existing one."""
        product = self.products.get(product_id) or {"options": []}
        options = {option["id"]: option for option in product["options"]}
        for row in rows:
            option = options.get(row["product_option_id"])
            if option is None:
                pair = f"{product_id}:{row['product_option_id']}"
                raise Refusal(f"Some product options are not linked to products: [{pair}]")
            there = {value["value"] for value in option["values"]}
            for value in row.get("add") or []:
                if isinstance(value, dict) and value["value"] not in there:
                    option["values"].append(value_of(value["value"], option["id"]))
        return product

    def set_stock(self, sku: str, quantity: Decimal) -> None:
        """On hand at the shop's location; a variant that is not counted is from now on."""
        variant = next((one for _, one in self._pairs() if one["sku"] == sku), {})
        item = self.item_of(variant)
        if item is None:
            item = self._count(variant) if variant else self.stock.setdefault(sku, stock_item(sku))
        item["stocked"] = quantity

    # -- rows

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        # Rows are replaced, never changed in place, so that two shallow copies are enough.
        # Measured on 2.21.2: of an update whose inventory item was refused Medusa keeps that the
        # variant is to be counted, and nothing else.
        before = dict(self.products), dict(self.stock), dict(self.counted)
        self._to_count = ""
        try:
            yield
        except Refusal:
            self.products, self.stock, self.counted = before
            self._mark_to_count(self._to_count)
            raise

    def _mark_to_count(self, variant_id: str) -> None:
        found = self.variant(variant_id)
        if found is not None:
            product = copy.deepcopy(found[0])
            for one in product["variants"]:
                one["manage_inventory"] = one["manage_inventory"] or one["id"] == variant_id
            self.products[product["id"]] = product

    def _known(self, body: Json) -> list[Json]:
        rows: list[Json] = body.get("update") or []
        unknown = [row["id"] for row in rows if row["id"] not in self.products]
        if unknown:
            raise not_found(f"Unable to update the products with ids: {', '.join(unknown)}")
        return rows

    def _create(self, row: Json) -> Json:
        if not row.get("options"):
            raise Refusal(f"Product options are not provided for: [{row['title']}].")
        handle = row.get("handle") or re.sub(r"[^\w]+", "-", row["title"].lower()).strip("-")
        self._refuse_handle(handle)
        product: Json = {
            "id": new_id("prod"),
            **dict.fromkeys(_PRODUCT_COLUMNS),
            "is_giftcard": False,
            "discountable": True,
            "collection_id": None,
            "type_id": None,
            **times(),
            "metadata": row.get("metadata"),
            "type": None,
            "collection": None,
            "options": [option_of(option) for option in row["options"]],
            "tags": [],
            "images": images_of(row),
            "variants": [],
            "sales_channels": row.get("sales_channels") or [],
            "categories": self._chosen_categories(row),
        }
        product |= {name: row[name] for name in _PRODUCT_COLUMNS if name in row}
        product |= {"handle": handle, "status": row.get("status") or "draft"}
        self.products[product["id"]] = product
        for variant in row.get("variants") or []:
            self._add_variant(product, variant)
        return product

    def _update(self, row: Json) -> Json:
        product = copy.deepcopy(self.products[row["id"]])
        self.products[product["id"]] = product
        if row.get("handle") and row["handle"] != product["handle"]:
            self._refuse_handle(row["handle"])
        product |= {name: row[name] for name in _PRODUCT_COLUMNS if name in row}
        if "sales_channels" in row:
            product["sales_channels"] = row["sales_channels"]
        if "categories" in row:
            product["categories"] = self._chosen_categories(row)
        if "images" in row:
            product["images"] = images_of(row)
        product["metadata"] = merged(product["metadata"], row)
        if row.keys() - {"id", "variants"}:
            product["updated_at"] = now()
        if "variants" in row:
            self._replace_variants(product, row["variants"])
        return product

    def _update_variant(self, row: Json) -> Json:
        product, _ = self.variant(row["id"]) or ({}, {})
        product = copy.deepcopy(product)
        self.products[product["id"]] = product
        variant: Json = next(one for one in product["variants"] if one["id"] == row["id"])
        self._change_variant(product, variant, row)
        return variant

    def _replace_variants(self, product: Json, rows: list[Json]) -> None:
        # A variant that is left out is deleted; its inventory item stays behind, so that the
        # SKU cannot be created again with managed inventory. One without an id is added without
        # an inventory item; it gets one with the next update that names it.
        there = {variant["id"]: variant for variant in product["variants"]}
        product["variants"] = []
        for row in rows:
            known = there.get(row.get("id", ""))
            if known is None:
                self._add_variant(product, row, is_counted="id" in row)
            else:
                product["variants"].append(known)
                self._change_variant(product, known, row)
                if row.get("manage_inventory") and known["sku"]:
                    if self.item_of(known) is None:
                        self._to_count = known["id"]
                        self._count(known)
                        self._to_count = ""
                elif row.get("manage_inventory") is False:
                    self.counted.pop(known["id"], None)  # its item stays behind

    def _add_variant(self, product: Json, row: Json, *, is_counted: bool = True) -> None:
        variant: Json = {
            "id": row.get("id") or new_id("variant"),
            **dict.fromkeys(_VARIANT_COLUMNS),
            "allow_backorder": False,
            "manage_inventory": True,
            "metadata": None,
            "variant_rank": 0,
            "product_id": product["id"],
            **times(),
            "images": [],
            "options": [],
            "prices": [],
        }
        product["variants"].append(variant)
        self._change_variant(product, variant, row)
        if is_counted and variant["manage_inventory"] and variant["sku"]:
            self._count(variant)

    def _change_variant(self, product: Json, variant: Json, row: Json) -> None:
        self._refuse_sku(row.get("sku"), variant["id"])
        variant |= {name: row[name] for name in _VARIANT_COLUMNS if name in row}
        variant["metadata"] = merged(variant["metadata"], row)
        variant["updated_at"] = now()
        if "options" in row or not variant["options"]:
            variant["options"] = chosen_of(product, row.get("options"))
        if "prices" in row:
            there = {price["id"]: price for price in variant["prices"]}
            variant["prices"] = [price_of(price, variant["id"], there) for price in row["prices"]]

    def _chosen_categories(self, row: Json) -> list[Json]:
        wanted = [one["id"] for one in row.get("categories") or []]
        unknown = [one for one in wanted if one not in self.categories]
        if unknown:
            raise Refusal(
                f"You tried to set relationship product_category_id: {unknown[0]}, but "
                "such entity does not exist"
            )
        return [self.categories[one] for one in wanted]

    def _refuse_handle(self, handle: str) -> None:
        if any(product["handle"] == handle for product in self.products.values()):
            raise Refusal(f"Product with handle: {handle}, already exists.")

    def _refuse_sku(self, sku: str | None, variant_id: str) -> None:
        for _, variant in self._pairs() if sku else ():
            if variant["sku"] == sku and variant["id"] != variant_id:
                raise Refusal(f"Product variant with sku: {sku}, already exists.")

    def _delete(self, product_id: str) -> None:
        product = self.products.pop(product_id, None)  # an unknown id is answered as if deleted
        for variant in product["variants"] if product else []:
            self._drop_item(variant)
