"""What a merchant does in Medusa's own admin."""

from decimal import Decimal
from typing import Any

from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi


def create_product(
    admin: ShopApi, shop: MedusaSeed, *, sku: str, prices: dict[str, Decimal]
) -> str:
    """A published product with one variant, always in stock; returns the variant's id.

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
                "manage_inventory": False,
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


def lines_of(admin: ShopApi, order_id: str) -> list[dict[str, Any]]:
    order = admin.get(f"/admin/orders/{order_id}", fields="id,*items")["order"]
    return [{"id": item["id"], "quantity": int(item["quantity"])} for item in order["items"]]


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
    """An order edit: one piece more of the first line."""
    line = lines_of(admin, order_id)[0]
    set_first_line(admin, order_id, line["quantity"] + 1)


def set_first_line(admin: ShopApi, order_id: str, pieces: int) -> None:
    """An order edit, confirmed: so many pieces of the first line."""
    admin.post("/admin/order-edits", {"order_id": order_id})
    line = lines_of(admin, order_id)[0]
    path = f"/admin/order-edits/{order_id}"
    admin.post(f"{path}/items/item/{line['id']}", {"quantity": pieces})
    admin.post(f"{path}/request", {})
    admin.post(f"{path}/confirm", {})
