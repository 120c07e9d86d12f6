"""What a shop holds of the company's goods and customers, as its own Admin and Store API tell.

The same for the real one and for its stand-in.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.goods import RANGE
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi, basic

SKUS = tuple(variant.sku for product in RANGE for variant in product.variants)
CATEGORIES = {variant.sku: product.category for product in RANGE for variant in product.variants}
_AT_ONCE = 50
_PRODUCT = "id,status,sales_channels.id,categories.name,variants.id,variants.sku"


class FedShop:
    """Reads anew with each question."""

    def __init__(self, shop: MedusaSeed) -> None:
        self.shop = shop
        self.admin = ShopApi(shop.url, {"Authorization": basic(shop.secret_key)})
        self.store = ShopApi(shop.url, {"x-publishable-api-key": shop.publishable_key})

    def variants(self, skus: Iterable[str] = SKUS) -> dict[str, Mapping[str, Any]]:
        """By SKU, each with the product it belongs to. AssertionError for a SKU that is twice."""
        rows = list(
            self._in_parts("product-variants", "variants", "sku[]", skus, "id,sku,product_id")
        )
        twice = [sku for sku, count in Counter(row["sku"] for row in rows).items() if count > 1]
        assert twice == []
        return {row["sku"]: row for row in rows}

    def products(self, skus: Iterable[str] = SKUS) -> dict[str, Mapping[str, Any]]:
        """Those of these SKUs, by their ids."""
        ids = {row["product_id"] for row in self.variants(skus).values()}
        rows = self._in_parts("products", "products", "id[]", sorted(ids), _PRODUCT)
        return {row["id"]: row for row in rows}

    def stock(self, location: str, skus: Iterable[str] = SKUS) -> dict[str, Decimal]:
        """By SKU what a buyer may have from there; none where it has no level."""
        fields = "id,sku,*location_levels"
        rows = self._in_parts("inventory-items", "inventory_items", "sku[]", skus, fields)
        return {
            row["sku"]: Decimal(str(level["stocked_quantity"])) - level["reserved_quantity"]
            for row in rows
            for level in row["location_levels"]
            if level["location_id"] == location
        }

    def inventory_items(self, skus: Iterable[str] = SKUS) -> Counter[str]:
        """How many there are of each SKU."""
        rows = self._in_parts("inventory-items", "inventory_items", "sku[]", skus, "id,sku")
        return Counter(row["sku"] for row in rows)

    def customers(self, email: str) -> list[Mapping[str, Any]]:
        fields = "id,email,company_name,has_account,groups.id,groups.metadata"
        rows: list[Mapping[str, Any]] = self.admin.get(
            "/admin/customers", email=email, fields=fields
        )["customers"]
        return rows

    def pays(self, email: str, sku: str, pieces: int) -> Decimal:
        """What one piece costs in a cart of so many that was opened with this address."""
        (variant,) = self.variants([sku]).values()
        cart = {
            "region_id": self.shop.region_of("de"),
            "email": email,
            "items": [{"variant_id": variant["id"], "quantity": pieces}],
        }
        made = self.store.post("/store/carts", cart)["cart"]
        return Decimal(str(made["items"][0]["unit_price"]))

    def _in_parts(
        self, path: str, key: str, name: str, values: Iterable[str], fields: str
    ) -> Iterator[Mapping[str, Any]]:
        wanted = list(values)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            asked = {name: some, "fields": fields, "limit": 4 * _AT_ONCE}
            yield from self.admin.get(f"/admin/{path}", **asked)[key]

    # -- making room

    def clear_goods(self) -> None:
        """Takes out what ERPs brought there, and all categories: ids of one ERP are not those of
        the next."""
        ids = {row["product_id"] for row in self.variants().values()} | set(self._from_erps())
        for start in range(0, len(ids), _AT_ONCE):
            some = sorted(ids)[start : start + _AT_ONCE]
            self.admin.post("/admin/products/batch", {"delete": some})
        self._clear_categories()

    def clear_buyers(
        self, emails: Iterable[str], *, lists: Iterable[str], groups: Iterable[str]
    ) -> None:
        """Takes out these customers, price lists and groups."""
        for one in lists:
            self.admin.delete(f"/admin/price-lists/{one}")
        for one in groups:
            self.admin.delete(f"/admin/customer-groups/{one}")
        for email in emails:
            for row in self.customers(email):
                self.admin.delete(f"/admin/customers/{row['id']}")

    def _from_erps(self) -> Iterator[str]:
        rows: list[Mapping[str, Any]] = []
        while True:
            asked = {"fields": "id,external_id", "limit": 200, "offset": len(rows)}
            answer = self.admin.get("/admin/products", **asked)
            rows += answer["products"]
            if len(rows) >= answer["count"]:
                return (row["id"] for row in rows if row["external_id"])

    def _clear_categories(self) -> None:
        """Those below first; the shop refuses to delete one that has others in it."""
        fields = "id,parent_category_id"
        while rows := self.admin.get("/admin/product-categories", fields=fields, limit=200)[
            "product_categories"
        ]:
            parents = {row["parent_category_id"] for row in rows}
            for row in rows:
                if row["id"] not in parents:
                    self.admin.delete(f"/admin/product-categories/{row['id']}")
