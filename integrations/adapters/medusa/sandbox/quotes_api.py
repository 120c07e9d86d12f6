"""The plugin's routes for orders of accepted quotes, as strict as the plugin itself."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from integrations.adapters.medusa.sandbox.orders import Order
from integrations.adapters.medusa.sandbox.orders_api import OrdersApi
from integrations.adapters.medusa.sandbox.quotes import QuoteOrders, digest_of
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, Shape, body_of, endpoint
from integrations.standin import Request

_ADDRESS = Shape(
    {"country_code": "text!",
     **dict.fromkeys(("company", "first_name", "last_name", "address_1", "address_2", "city",
                      "province", "postal_code", "phone"), "text")}
)  # fmt: skip
_ITEM = Shape(
    {"title": "text!", "variant_id": "text", "variant_sku": "text", "quantity": "text!",
     "unit_price": "text!", "metadata": "object"}
)  # fmt: skip
_METHOD = Shape({"shipping_option_id": "text!", "name": "text!", "amount": "text!"})
_QUOTE_ORDER = Shape(
    {
        "quote_ref": "text!",
        "currency_code": "text!",
        "region_id": "text!",
        "sales_channel_id": "text",
        "email": "text!",
        "customer_id": "text",
        "items": [_ITEM],
        "shipping_methods": [_METHOD],
        "shipping_address": _ADDRESS,
        "billing_address": _ADDRESS,
        "metadata": "object",
    }
)
_REQUIRED = ("items", "shipping_methods", "shipping_address", "billing_address")
_CONVERT = Shape({"digest": "text!"})

_REF = (re.compile(r"[a-z]+:[A-Za-z0-9._-]{1,100}"), "A quote_ref looks like 'quote:Q-000123-1'")
_DIGEST = (re.compile(r"[0-9a-f]{64}"), "A digest is 64 hexadecimal digits")
_CURRENCY = (re.compile(r"[a-z]{3}"), "A currency is three small letters")
_COUNTRY = (re.compile(r"[a-z]{2}"), "A country is two small letters, such as 'de'")
_EMAIL = (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Invalid email address")
_AMOUNT = (re.compile(r"\d{1,14}(\.\d{1,10})?"), "Amounts are texts such as '61.25'")
_QUANTITY = (re.compile(r"(?=.*[1-9]).*"), "A quantity is greater than 0")


class QuotesApi(OrdersApi):
    quote_orders: QuoteOrders

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.quote_orders = QuoteOrders(self.checkout)

    @endpoint("POST", "/admin/erp-portal/quote-orders", "quote_orders.place")
    def place_quote_order(self, request: Request) -> Json:
        body = body_of(request, _QUOTE_ORDER)
        _refuse_bad(body)
        return self._quote_order(body["quote_ref"], self.quote_orders.place(body))

    # Found before `read_quote_order` because routes are tried by the names of their methods.
    @endpoint("GET", "/admin/erp-portal/quote-orders/strays", "quote_orders.strays")
    def list_strays(self, request: Request) -> Json:
        before = _before(request)
        strays = [
            {
                "order_id": order.id,
                "quote_ref": (order.metadata or {})["erp_quote_ref"],
                "created_at": order.created_at,
            }
            for order in self.quote_orders.strays()
            if datetime.fromisoformat(order.created_at) < before
        ]
        return {"strays": strays, "count": len(strays)}

    @endpoint("DELETE", "/admin/erp-portal/quote-orders/strays/{id}", "quote_orders.remove")
    def remove_stray(self, request: Request) -> Json:
        order_id = request.path_values["id"]
        self.quote_orders.remove_stray(order_id)
        return {"id": order_id, "object": "draft-order", "deleted": True}

    @endpoint("GET", "/admin/erp-portal/quote-orders/{ref}", "quote_orders.read")
    def read_quote_order(self, request: Request) -> Json:
        quote_ref = request.path_values["ref"]
        return self._quote_order(quote_ref, self.quote_orders.get(quote_ref))

    @endpoint("DELETE", "/admin/erp-portal/quote-orders/{ref}", "quote_orders.discard")
    def discard_quote_order(self, request: Request) -> Json:
        quote_ref = request.path_values["ref"]
        self.quote_orders.discard(quote_ref)
        return {"quote_ref": quote_ref, "object": "quote-order", "deleted": True}

    @endpoint("POST", "/admin/erp-portal/quote-orders/{ref}/convert", "quote_orders.convert")
    def convert_quote_order(self, request: Request) -> Json:
        digest = body_of(request, _CONVERT)["digest"]
        if _matches(_DIGEST, digest):
            raise Refusal(f"Invalid request: {_DIGEST[1]}")
        order, is_new = self.quote_orders.convert(request.path_values["ref"], digest)
        if is_new:
            self.emit("order.placed", id=order.id, order_id=order.id)
        return self._quote_order(request.path_values["ref"], order)

    def _quote_order(self, quote_ref: str, order: Order) -> Json:
        shown = {"order": self.order_json(order), "digest": digest_of(order)}
        return {"quote_order": {"quote_ref": quote_ref, **shown}}


# ---------------------------------------------------------------- what the plugin's schema says


def _refuse_bad(body: Json) -> None:
    problems = [f"Field '{name}' is required" for name in _REQUIRED if name not in body]
    if not problems:
        problems = list(_problems(body))
    if problems:
        raise Refusal(f"Invalid request: {'; '.join(problems[:3])}")


def _problems(body: Json) -> Iterable[str]:
    yield from _matches(_REF, body["quote_ref"])
    yield from _matches(_CURRENCY, body["currency_code"])
    yield from _matches(_EMAIL, body["email"])
    if not body["items"]:
        yield "Value for field 'items' too small, expected at least: '1'"
    for item in body["items"]:
        bad = [*_matches(_AMOUNT, item["quantity"]), *_matches(_AMOUNT, item["unit_price"])]
        yield from bad or _matches(_QUANTITY, item["quantity"])
    for method in body["shipping_methods"]:
        yield from _matches(_AMOUNT, method["amount"])
    for name in ("shipping_address", "billing_address"):
        yield from _matches(_COUNTRY, body[name]["country_code"])
    for place, metadata in _metadata(body):
        for key, value in metadata.items():
            if not isinstance(value, str):
                yield f"Expected type: 'string' for field '{place}, {key}', got: '{value}'"


def _metadata(body: Json) -> Iterable[tuple[str, Json]]:
    yield "metadata", body.get("metadata") or {}
    for number, item in enumerate(body["items"]):
        yield f"items, {number}, metadata", item.get("metadata") or {}


def _matches(rule: tuple[re.Pattern[str], str], value: str) -> list[str]:
    pattern, sentence = rule
    return [] if pattern.fullmatch(value) else [sentence]


def _before(request: Request) -> datetime:
    given = request.param("before")
    if not given:
        raise Refusal("Invalid request: Field 'before' is required")
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as exc:
        raise Refusal("Invalid request: Invalid ISO datetime") from exc
    if moment.tzinfo is None:
        raise Refusal("Invalid request: Invalid ISO datetime")
    return moment
