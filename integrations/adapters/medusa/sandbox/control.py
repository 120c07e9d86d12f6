"""Turning the stand-in's knobs from another process, over HTTP.

    POST /_standin/place_order   {"lines": [["BOLT", 3]], "customer": "cus_…", "promo": "TEN"}
    POST /_standin/cancel        {"order_id": "order_…"}      (capture, refund, edit likewise)
    POST /_standin/add_product   {"sku": "BOLT", "prices": {"eur": "19.99"}}
    POST /_standin/hooks         {"url": "http://…", "secret": "whsec_…", "drop": false}
    POST /_standin/add_stray     {"quote_ref": "quote:Q-1"}   (remove_draft_order: order_id)
    GET  /_standin/shop | orders | drafts | products | hooks

The arguments are those of the method of the same name; the answer is {"result": …}. The
fault dials and the log of the base are at /_standin/dials and /_standin/log.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from integrations.standin import Request

_METHODS = (
    "place_order",
    "cancel",
    "capture",
    "refund",
    "edit",
    "add_product",
    "set_stock",
    "add_customer",
    "add_promotion",
    "add_stray",
    "remove_draft_order",
)

Control = Callable[[Any, Request], Any]


def _calling(name: str) -> Control:
    def call(standin: Any, request: Request) -> Any:
        arguments = request.json() if request.body else {}
        return getattr(standin, name)(**arguments)

    return call


def _shop(standin: Any, request: Request) -> Any:
    shop = asdict(standin.shop)
    return {name: sorted(one) if isinstance(one, set) else one for name, one in shop.items()}


def _orders(standin: Any, request: Request) -> Any:
    return list(standin.orders.values())


def _drafts(standin: Any, request: Request) -> Any:
    return list(standin.drafts.values())


def _products(standin: Any, request: Request) -> Any:
    return list(standin.products.values())


def _set_hooks(standin: Any, request: Request) -> Any:
    standin.hooks.configure(**request.json())


def _show_hooks(standin: Any, request: Request) -> Any:
    return [
        {
            "id": one.id,
            "type": one.type,
            "body": one.body.decode(),
            "status": one.status,
            "sent": one.sent,
            "is_done": one.is_done,
        }
        for one in standin.hooks.messages
    ]


CONTROLS: dict[tuple[str, str], Control] = {
    **{("POST", name): _calling(name) for name in _METHODS},
    ("GET", "shop"): _shop,
    ("GET", "orders"): _orders,
    ("GET", "drafts"): _drafts,
    ("GET", "products"): _products,
    ("POST", "hooks"): _set_hooks,
    ("GET", "hooks"): _show_hooks,
}
