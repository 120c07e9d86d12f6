"""Product categories: a tree, each with the ERP's id."""

from collections.abc import Sequence

from integrations.adapters.medusa.client import Client
from integrations.adapters.medusa.mapping.products import (
    CATEGORY_FIELDS,
    category_body,
    to_category,
)
from integrations.records import CategoryWrite, StorefrontCategory

_FIELDS = [("fields", CATEGORY_FIELDS)]


class Categories:
    """The part of WritesProducts that is about categories."""

    _client: Client

    def categories(self) -> Sequence[StorefrontCategory]:
        rows = self._client.rows("/admin/product-categories", "product_categories", _FIELDS)
        return [to_category(row) for row in rows]

    def write_category(self, category: CategoryWrite) -> StorefrontCategory:
        path = "/admin/product-categories"
        if category.category_id:
            path = f"{path}/{category.category_id}"
        answer = self._client.post(path, category_body(category), _FIELDS)
        return to_category(answer["product_category"])
