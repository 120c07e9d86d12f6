"""Admin API: product categories, a tree. Unknown filters are refused here."""

import re

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.lists import filtered, paged, refuse_unknown
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

_FIELDS = {
    "description": "text",
    "handle": "text",
    "external_id": "text",
    "is_internal": "bool",
    "is_active": "bool",
    "parent_category_id": "text",
    "rank": "number",
    "metadata": "object",
}
_NEW = Shape({**_FIELDS, "name": "text!"})
_CHANGED = Shape({**_FIELDS, "name": "text"})
_FILTERS = ("handle", "parent_category_id", "is_active", "is_internal", "description", "name")


class CategoriesApi(State):
    @endpoint("GET", "/admin/product-categories", "product_categories.list")
    def list_categories(self, request: Request) -> Json:
        refuse_unknown(request, _FILTERS)
        rows = list(self.catalogue.categories.values())
        found = filtered(request, rows, ("id", "handle", "parent_category_id"))
        return paged(request, found, "product_categories", lambda row: _shown(row, request))

    @endpoint("POST", "/admin/product-categories", "product_categories.create")
    def create_category(self, request: Request) -> Json:
        body = body_of(request, _NEW)
        handle = body.get("handle") or re.sub(r"[^\w]+", "-", body["name"].lower()).strip("-")
        self._refuse_handle(handle)
        self._refuse_parent(body.get("parent_category_id"), None)
        row: Json = {
            "id": new_id("pcat"),
            "description": "",
            "external_id": None,
            "is_internal": False,
            "is_active": False,
            "parent_category_id": None,
            "rank": 0,
            "metadata": None,
            "created_at": now(),
            "updated_at": now(),
            **body,
            "handle": handle,
        }
        self.catalogue.categories[row["id"]] = row
        return {"product_category": _shown(row, request)}

    @endpoint("POST", "/admin/product-categories/{id}", "product_categories.update")
    def update_category(self, request: Request) -> Json:
        body = body_of(request, _CHANGED)
        row = self.catalogue.categories.get(request.path_values["id"])
        if row is None:
            raise not_found(f"Product category with id: {request.path_values['id']} was not found")
        self._refuse_parent(body.get("parent_category_id"), row["id"])
        row |= {**body, "updated_at": now()}
        return {"product_category": _shown(row, request)}

    def _refuse_handle(self, handle: str) -> None:
        if any(one["handle"] == handle for one in self.catalogue.categories.values()):
            raise Refusal(f"Product category with handle: {handle}, already exists.")

    def _refuse_parent(self, parent: str | None, own: str | None) -> None:
        """An unknown parent, or one that lies below the category itself."""
        above = parent
        while above is not None:
            row = self.catalogue.categories.get(above)
            if row is None:
                raise not_found(f"Product category with id: {above} was not found")
            if row["id"] == own:
                raise Refusal("A category cannot be placed below itself")
            above = row["parent_category_id"]


def _shown(row: Json, request: Request) -> Json:
    return project(row, request.param("fields"), default=list(row))
