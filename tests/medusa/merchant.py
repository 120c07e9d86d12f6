"""What a merchant does in Medusa's own admin."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi


def create_product(
    admin: ShopApi,
    shop: MedusaSeed,
    *,
    sku: str,
    prices: dict[str, Decimal],
    is_counted: bool = False,
) -> str:
    """A published product with one variant, always in stock unless its stock `is_counted`;
    returns the variant's id.

    `prices` are net, by currency (eur, jpy).
    """
    product: dict[str, Any] = {
        "title": sku,
        "handle": sku.lower(),
        "status": "published",
        "options": [{"title": "Size", "values": ["One"]}],
        "sales_channels": [{"id": shop.sales_channel_id}],
        "shipping_profile_id": shop.shipping_profile_id,
        "variants": [
            {
                "title": "One",
                "sku": sku,
                "manage_inventory": is_counted,
                "options": {"Size": "One"},
                "prices": [
                    {"currency_code": currency, "amount": amount}
                    for currency, amount in prices.items()
                ],
            }
        ],
    }
    created = admin.post("/admin/products/batch", {"create": [product]})["created"]
    return str(created[0]["variants"][0]["id"])


def create_promotion(admin: ShopApi, code: str, **method: Any) -> None:
    """A promotion by code; `method` says what it takes off."""
    method = {"target_type": "items", "allocation": "across", **method}
    admin.post(
        "/admin/promotions",
        {"code": code, "type": "standard", "status": "active", "application_method": method},
    )


def lines_of(admin: ShopApi, order_id: str) -> list[dict[str, Any]]:
    """Ids and pieces of the order's lines."""
    return [
        {"id": item["id"], "quantity": int(item["quantity"])} for item in _items(admin, order_id)
    ]


def deliver(admin: ShopApi, shop: MedusaSeed, order_id: str) -> None:
    path = f"/admin/orders/{order_id}/fulfillments"
    lines = lines_of(admin, order_id)
    made = admin.post(
        f"{path}?fields=*fulfillments", {"items": lines, "location_id": shop.location_id}
    )
    path = f"{path}/{made['order']['fulfillments'][0]['id']}"
    admin.post(f"{path}/shipments", {"items": lines})
    admin.post(f"{path}/mark-as-delivered", {})


def captured_payment(admin: ShopApi, order_id: str) -> str:
    """Captures the whole payment; returns its id."""
    fields = "id,payment_collections.payments.id"
    order = admin.get(f"/admin/orders/{order_id}", fields=fields)["order"]
    payment = order["payment_collections"][0]["payments"][0]["id"]
    admin.post(f"/admin/payments/{payment}/capture", {})
    return str(payment)


def bring_back(admin: ShopApi, shop: MedusaSeed, order_id: str) -> None:
    begun = admin.post("/admin/returns", {"order_id": order_id, "location_id": shop.location_id})
    path = f"/admin/returns/{begun['return']['id']}"
    lines = [{"id": line["id"], "quantity": 1} for line in lines_of(admin, order_id)]
    admin.post(f"{path}/request-items", {"items": lines})
    admin.post(f"{path}/request", {})
    admin.post(f"{path}/receive", {})
    admin.post(f"{path}/receive-items", {"items": lines})
    admin.post(f"{path}/receive/confirm", {})


def add_piece(admin: ShopApi, order_id: str) -> None:
    """One piece more of the first line."""
    item = _items(admin, order_id)[0]
    edit_order(admin, order_id, {item["variant_sku"]: int(item["quantity"]) + 1})


def edit_order(
    admin: ShopApi,
    order_id: str,
    pieces: Mapping[str, int],
    *,
    adding: Mapping[str, int] | None = None,
) -> None:
    """An order edit, confirmed: `pieces` by SKU of lines that are there (0 takes one out),
    `adding` by variant id."""
    ids = {item["variant_sku"]: item["id"] for item in _items(admin, order_id)}
    admin.post("/admin/order-edits", {"order_id": order_id})
    path = f"/admin/order-edits/{order_id}"
    for sku, quantity in pieces.items():
        admin.post(f"{path}/items/item/{ids[sku]}", {"quantity": quantity})
    for variant, quantity in (adding or {}).items():
        item = {"variant_id": variant, "quantity": quantity}
        admin.post(f"{path}/items", {"items": [item]})
    admin.post(f"{path}/request", {})
    admin.post(f"{path}/confirm", {})


def _items(admin: ShopApi, order_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = admin.get(f"/admin/orders/{order_id}", fields="id,*items")[
        "order"
    ]["items"]
    return items
