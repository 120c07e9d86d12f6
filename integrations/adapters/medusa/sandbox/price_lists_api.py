"""Admin API: price lists and their prices, and variants across products."""

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.lists import filtered, paged, refuse_unknown
from integrations.adapters.medusa.sandbox.products_api import NEW_VARIANT, PRICE, VARIANT
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, Shape, body_of, endpoint
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request

_PRICE_FIELDS = {
    "amount": "number!",
    "min_quantity": "number",
    "max_quantity": "number",
    "rules": "object",
}
_NEW_PRICE = Shape({"variant_id": "text!", "currency_code": "text!", **_PRICE_FIELDS})
_CHANGED_PRICE = Shape(
    {
        "id": "text!",
        "variant_id": "text!",
        "currency_code": "text",
        **_PRICE_FIELDS,
        "amount": "number",
    }
)
_LIST = {
    "starts_at": "text",
    "ends_at": "text",
    "status": "text",
    "type": "text",
    "rules": "object",
    "metadata": "object",
}
_NEW_LIST = Shape({"title": "text!", "description": "text!", **_LIST, "prices": [_NEW_PRICE]})
_CHANGED_LIST = Shape({"title": "text", "description": "text", **_LIST})
_BATCH = Shape({"create": [_NEW_PRICE], "update": [_CHANGED_PRICE], "delete": "list"})
_CHANGED_VARIANT = Shape({**VARIANT.fields, "id": "text!", "prices": [PRICE]})
_VARIANTS = Shape({"create": [NEW_VARIANT], "update": [_CHANGED_VARIANT], "delete": "list"})
_CHOICES = {"type": ("sale", "override"), "status": ("active", "draft")}


class PriceListsApi(State):
    @endpoint("POST", "/admin/price-lists", "price_lists.create")
    def create_price_list(self, request: Request) -> Json:
        row = body_of(request, _NEW_LIST)
        _refuse_choices(row)
        return {"price_list": _view(self.price_lists.create(row), request)}

    @endpoint("GET", "/admin/price-lists", "price_lists.list")
    def list_price_lists(self, request: Request) -> Json:
        refuse_unknown(request, ("starts_at", "ends_at", "status", "rules_count"))
        rows = filtered(request, self.price_lists.rows.values(), ("id", "status"))
        words = request.param("q").lower()
        rows = [row for row in rows if words in f"{row['title']} {row['description']}".lower()]
        return paged(request, rows, "price_lists", lambda row: _view(row, request))

    @endpoint("GET", "/admin/price-lists/{id}", "price_lists.read")
    def read_price_list(self, request: Request) -> Json:
        return {"price_list": _view(self.price_lists.get(request.path_values["id"]), request)}

    @endpoint("POST", "/admin/price-lists/{id}", "price_lists.update")
    def update_price_list(self, request: Request) -> Json:
        row = body_of(request, _CHANGED_LIST)
        _refuse_choices(row)
        held = self.price_lists.update(request.path_values["id"], row)
        return {"price_list": _view(held, request)}

    @endpoint("DELETE", "/admin/price-lists/{id}", "price_lists.delete")
    def delete_price_list(self, request: Request) -> Json:
        list_id = request.path_values["id"]
        self.price_lists.delete(list_id)
        return {"id": list_id, "object": "price_list", "deleted": True}

    @endpoint("GET", "/admin/price-lists/{id}/prices", "price_lists.prices")
    def list_prices(self, request: Request) -> Json:
        refuse_unknown(request, ())
        rows = self.price_lists.shown(request.path_values["id"])
        fields = request.param("fields")
        return paged(request, rows, "prices", lambda row: project(row, fields, default=row))

    @endpoint("POST", "/admin/price-lists/{id}/prices/batch", "price_lists.prices_batch")
    def change_prices(self, request: Request) -> Json:
        return self.price_lists.batch(request.path_values["id"], body_of(request, _BATCH))

    @endpoint("POST", "/admin/products/{id}/variants/batch", "variants.batch")
    def change_variants(self, request: Request) -> Json:
        """Whatever product the address names, a variant of any is changed."""
        body = body_of(request, _VARIANTS)
        fields = request.param("fields")
        made = self.catalogue.add_variants(request.path_values["id"], body.get("create") or [])
        changed = self.catalogue.update_variants(body.get("update") or [])
        dropped = body.get("delete") or []
        self.catalogue.delete_variants(dropped)
        return {
            "created": [project(row, fields, default=row) for row in made],
            "updated": [project(row, fields, default=row) for row in changed],
            "deleted": {"ids": dropped, "object": "variant", "deleted": True},
        }


def _view(row: Json, request: Request) -> Json:
    """The rules come as one object, whether they were asked for as rows of rules or not at all."""
    fields = request.param("fields")
    shown = project(row, fields, default=row)
    if not fields or "price_list_rules" in fields:
        shown["rules"] = row["rules"]
    else:
        shown.setdefault("rules", {})
    return shown


def _refuse_choices(row: Json) -> None:
    for name, known in _CHOICES.items():
        if row.get(name) not in (None, *known):
            raise Refusal(
                f"Invalid request: Expected: '{', '.join(known)}' for field '{name}', "
                f"but got: '{row[name]}'"
            )
