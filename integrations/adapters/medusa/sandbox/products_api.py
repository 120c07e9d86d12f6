"""Admin API: products and variants. Unknown filters on products are ignored, not refused."""

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.inventory_api import item_row
from integrations.adapters.medusa.sandbox.lists import filtered, paged, refuse_unknown, values_of
from integrations.adapters.medusa.sandbox.refusals import (
    Json,
    Refusal,
    Shape,
    body_of,
    endpoint,
    not_found,
)
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request

PRICE = Shape(
    {
        "id": "text",
        "currency_code": "text!",
        "amount": "number!",
        "min_quantity": "number",
        "max_quantity": "number",
        "rules": "object",
    }
)
_VARIANT_FIELDS = {
    "id": "text",
    "sku": "text",
    "ean": "text",
    "upc": "text",
    "barcode": "text",
    "hs_code": "text",
    "mid_code": "text",
    "inventory_items": "list",
    "allow_backorder": "bool",
    "manage_inventory": "bool",
    "variant_rank": "number",
    "weight": "number",
    "length": "number",
    "height": "number",
    "width": "number",
    "origin_country": "text",
    "material": "text",
    "metadata": "object",
    "options": "object",
}
NEW_VARIANT = Shape({**_VARIANT_FIELDS, "title": "text!", "prices": [PRICE]})
VARIANT = Shape({**_VARIANT_FIELDS, "title": "text", "prices": [PRICE]})
_PRODUCT_FIELDS = {
    "subtitle": "text",
    "description": "text",
    "is_giftcard": "bool",
    "discountable": "bool",
    "images": "list",
    "thumbnail": "text",
    "handle": "text",
    "status": "text",
    "external_id": "text",
    "type_id": "text",
    "collection_id": "text",
    "categories": "list",
    "tags": "list",
    "sales_channels": "list",
    "shipping_profile_id": "text",
    "weight": "number",
    "length": "number",
    "height": "number",
    "width": "number",
    "hs_code": "text",
    "mid_code": "text",
    "origin_country": "text",
    "material": "text",
    "metadata": "object",
}
_NEW_PRODUCT = Shape(
    {**_PRODUCT_FIELDS, "title": "text!", "options": "list", "variants": [NEW_VARIANT]}
)
_PRODUCT = Shape({**_PRODUCT_FIELDS, "title": "text", "options": "any", "variants": [VARIANT]})
_UPDATE = Shape({**_PRODUCT.fields, "id": "text!"})
_BATCH = Shape({"create": [_NEW_PRODUCT], "update": [_UPDATE], "delete": "list"})
_OPTIONS = Shape({"create": "list", "update": "list", "delete": "list", "add": "list"})

_HIDDEN = ("categories",)
_LAZY = ("variants.product", "variants.inventory_items")
_STATUSES = ("draft", "proposed", "published", "rejected")


class ProductsApi(State):
    @endpoint("POST", "/admin/products/batch", "products.batch")
    def batch_products(self, request: Request) -> Json:
        body = body_of(request, _BATCH)
        for kind in ("create", "update"):
            for place, row in enumerate(body.get(kind) or []):
                _refuse_bad_row(row, f"{kind}, {place}, ")
        _refuse_options(body.get("update") or [])
        answer = self.catalogue.batch(body)
        for row in answer["updated"]:
            self.emit("product.updated", id=row["id"])
        for kind in ("created", "updated"):
            answer[kind] = [_product(self._whole(row, request), request) for row in answer[kind]]
        return answer

    @endpoint("GET", "/admin/products", "products.list")
    def list_products(self, request: Request) -> Json:
        rows = filtered(
            request, self.catalogue.products.values(), ("id", "external_id", "handle", "status")
        )
        skus = values_of(request, "variants[sku]")
        if skus:
            rows = [row for row in rows if {one["sku"] for one in row["variants"]} & set(skus)]
        return paged(
            request, rows, "products", lambda row: _product(self._whole(row, request), request)
        )

    @endpoint("GET", "/admin/products/{id}", "products.read")
    def read_product(self, request: Request) -> Json:
        product = self.catalogue.products.get(request.path_values["id"])
        if product is None:
            raise not_found("Product not found")
        return {"product": _product(product, request)}

    @endpoint("POST", "/admin/products", "products.create")
    def create_product(self, request: Request) -> Json:
        row = body_of(request, _NEW_PRODUCT)
        _refuse_bad_row(row, "")
        created = self.catalogue.batch({"create": [row]})["created"]
        return {"product": _product(created[0], request)}

    @endpoint("POST", "/admin/products/{id}", "products.update")
    def update_product(self, request: Request) -> Json:
        row = body_of(request, _PRODUCT)
        _refuse_options([row])
        updated = self.catalogue.update(request.path_values["id"], row)
        self.emit("product.updated", id=updated["id"])
        return {"product": _product(updated, request)}

    @endpoint("POST", "/admin/products/{id}/variants/{variant_id}", "variants.update")
    def update_variant(self, request: Request) -> Json:
        row = body_of(request, VARIANT)
        ids = request.path_values["id"], request.path_values["variant_id"]
        product = self.catalogue.update_variant(*ids, row)
        return {"product": _product(product, request)}

    @endpoint("POST", "/admin/products/{id}/options/batch", "products.options")
    def change_options(self, request: Request) -> Json:
        rows = body_of(request, _OPTIONS).get("update") or []
        product = self.catalogue.change_options(request.path_values["id"], rows)
        return {"product": _product(product, request)}

    @endpoint("GET", "/admin/product-variants", "variants.list")
    def list_variants(self, request: Request) -> Json:
        refuse_unknown(request, ("sku", "product_id", "ean", "barcode", "manage_inventory"))
        rows = filtered(request, self.catalogue.variants(), ("id", "sku", "product_id", "barcode"))
        fields = request.param("fields")
        return paged(
            request,
            rows,
            "variants",
            lambda row: project(
                row | {"inventory_items": self._items_of(row)},
                fields,
                default=row.keys() - {"product"},
            ),
        )

    def _whole(self, product: Json, request: Request) -> Json:
        if "inventory_items" not in request.param("fields"):
            return product
        items = [one | {"inventory_items": self._items_of(one)} for one in product["variants"]]
        return product | {"variants": items}

    def _items_of(self, variant: Json) -> list[Json]:
        item = self.catalogue.item_of(variant)
        if item is None:
            return []
        return [
            {
                "variant_id": variant["id"],
                "inventory_item_id": item["id"],
                "required_quantity": 1,
                "inventory": item_row(item, self.shop.location_id),
            }
        ]


def _product(product: Json, request: Request) -> Json:
    columns = [name for name in product if name not in _HIDDEN]
    return project(product, request.param("fields"), default=columns, lazy=_LAZY)


def _refuse_bad_row(row: Json, where: str) -> None:
    if row.get("status") not in (None, *_STATUSES):
        raise Refusal(f"Invalid request: Field '{where}status' is required")
    for place, variant in enumerate(row.get("variants") or []):
        if where.startswith("create") and "prices" not in variant:
            field = f"{where}variants, {place}, prices"
            raise Refusal(f"Invalid request: Field '{field}' is required")


def _refuse_options(rows: list[Json]) -> None:
    if any("options" in row for row in rows):
        raise Refusal(
            "Invalid request: The 'options' property was removed in version 2.16.0. "
            "Please remove it from your request payload."
        )
