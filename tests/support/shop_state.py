"""All that a shop holds of a catalogue and its buyers, by its Admin API, without its own ids."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from integrations.sandbox.storefront.shop_api import ShopApi

State = Mapping[str, Any]
_PRODUCT = (
    "id,external_id,title,status,categories.name,variants.id,variants.sku,variants.title,"
    "variants.options.value,variants.prices.amount,variants.prices.currency_code,"
    "variants.prices.min_quantity,variants.prices.max_quantity"
)
_AT_ONCE = 200


def state_of(admin: ShopApi) -> State:
    """Equal for two shops in which the same things are there equally often."""
    products = _rows(admin, "products", "products", _PRODUCT)
    skus = {one["id"]: one["sku"] for row in products for one in row["variants"]}
    groups = _rows(admin, "customer-groups", "customer_groups", "id,name,metadata")
    names = {row["id"]: row["name"] for row in groups}
    return {
        "products": _sorted(_product(row) for row in products),
        "inventory items": _sorted(_item(row) for row in _items(admin)),
        "categories": _sorted(_categories(admin)),
        "price lists": _sorted(_price_list(admin, row, skus, names) for row in _lists(admin)),
        "groups": _sorted(names.values()),
        "customers": _sorted(_customer(row) for row in _customers(admin)),
    }


def orphans(admin: ShopApi) -> list[str]:
    """SKUs that are counted, but that no variant has."""
    sold = {
        one["sku"]
        for row in _rows(admin, "products", "products", _PRODUCT)
        for one in row["variants"]
    }
    return sorted(row["sku"] for row in _items(admin) if row["sku"] not in sold)


def doubles(admin: ShopApi) -> list[str]:
    """Products of the ERP that are there more than once."""
    rows = _rows(admin, "products", "products", "id,external_id")
    refs = Counter(row["external_id"] for row in rows if row["external_id"])
    return [ref for ref, count in refs.items() if count > 1]


def _product(row: Mapping[str, Any]) -> Any:
    categories = sorted(one["name"] for one in row["categories"] or [])
    variants = sorted(map(_variant, row["variants"]))
    return row["external_id"], row["title"], row["status"], categories, variants


def _variant(row: Mapping[str, Any]) -> Any:
    options = sorted(one["value"] for one in row["options"])
    return row["sku"], row["title"], options, sorted(map(_price, row["prices"]))


def _price(row: Mapping[str, Any]) -> tuple[str, str, int, int]:
    bounds = row["min_quantity"] or 0, row["max_quantity"] or 0
    return row["currency_code"], str(row["amount"]), *bounds


def _item(row: Mapping[str, Any]) -> Any:
    levels = [(str(one["stocked_quantity"]), one["location_id"]) for one in row["location_levels"]]
    return row["sku"], sorted(levels)


def _categories(admin: ShopApi) -> Iterable[tuple[str, str]]:
    fields = "id,name,parent_category_id"
    rows = _rows(admin, "product-categories", "product_categories", fields)
    names = {row["id"]: row["name"] for row in rows}
    return [(row["name"], names.get(row["parent_category_id"], "")) for row in rows]


def _price_list(
    admin: ShopApi, row: Mapping[str, Any], skus: Mapping[str, str], names: Mapping[str, str]
) -> Any:
    asked = {"limit": _AT_ONCE}
    prices = admin.get(f"/admin/price-lists/{row['id']}/prices", **asked)["prices"]
    of_groups = sorted(names[one] for one in (row["rules"] or {}).get("customer.groups.id", []))
    held = sorted((skus[one["price_set"]["variant"]["id"]], _price(one)) for one in prices)
    return row["title"], row["status"], of_groups, held


def _customer(row: Mapping[str, Any]) -> Any:
    return row["email"], row["company_name"], sorted(one["name"] for one in row["groups"])


def _items(admin: ShopApi) -> list[Mapping[str, Any]]:
    return _rows(admin, "inventory-items", "inventory_items", "id,sku,*location_levels")


def _lists(admin: ShopApi) -> list[Mapping[str, Any]]:
    return _rows(admin, "price-lists", "price_lists", "id,title,status,rules")


def _customers(admin: ShopApi) -> list[Mapping[str, Any]]:
    return _rows(admin, "customers", "customers", "id,email,company_name,groups.name")


def _rows(admin: ShopApi, path: str, key: str, fields: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    while True:
        asked = {"fields": fields, "limit": _AT_ONCE, "offset": len(found)}
        answer = admin.get(f"/admin/{path}", **asked)
        found += answer[key]
        if len(found) >= answer["count"]:
            return found


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=str)
