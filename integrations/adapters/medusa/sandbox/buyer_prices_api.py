"""The plugin's route that tells what a customer would be charged, as strict as the plugin."""

import re
from decimal import Decimal

from integrations.adapters.medusa.sandbox.price_lists import Buyer
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, Shape, body_of, endpoint
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request, Response

_ASK = Shape(
    {
        "ref": "text!",
        "variant_id": "text!",
        "quantity": "text!",
        "currency_code": "text!",
        "region_id": "text",
        "customer_id": "text",
        "group_ids": "list",
    }
)
_BODY = Shape({"asks": [_ASK], "price_ids": "list", "sales_channel_id": "text"})
_QUANTITY = re.compile(r"\d{1,14}(\.\d{1,10})?")
_MOST_ASKS, _MOST_IDS = 100, 500
_SINCE = ["0", "5"]


class BuyerPricesApi(State):
    def check(self, request: Request, route_name: str) -> Response | None:
        """An older plugin does not have the route."""
        if route_name == "buyer_prices" and not self._has_route():
            return self.unknown_route(request)
        return super().check(request, route_name)

    def _has_route(self) -> bool:
        numbers = self.shop.plugin_version.split(".")
        return "erp-portal-medusa" in self.shop.plugins and numbers >= _SINCE

    @endpoint("POST", "/admin/erp-portal/buyer-prices", "buyer_prices")
    def tell_buyer_prices(self, request: Request) -> Json:
        body = body_of(request, _BODY)
        _refuse_bad(body)
        answers = [self._charged(ask) for ask in body["asks"]]
        used = [one["price_id"] for one in answers if one["price_id"]]
        ids = dict.fromkeys([*used, *(body.get("price_ids") or [])])
        rows = [self.price_lists.row(one) for one in ids]
        return {"buyer_prices": answers, "prices": [_row(one) for one in rows if one is not None]}

    def _charged(self, ask: Json) -> Json:
        groups = ask.get("group_ids") or []
        answer: Json = {
            "ref": ask["ref"],
            "problem": None,
            "group_ids": groups,
            "amount": None,
            "currency_code": ask["currency_code"],
            "is_tax_inclusive": False,
            "price_id": None,
            "price_list_id": None,
        }
        if ask.get("customer_id"):
            customer = self.customers.rows.get(ask["customer_id"])
            if customer is None:
                return {**answer, "problem": "no_customer"}
            groups = [group["id"] for group in customer["groups"]]
            answer["group_ids"] = groups
        found = self.catalogue.variant(ask["variant_id"])
        if found is None:
            return {**answer, "problem": "no_variant"}
        product, variant = found
        if product["status"] != "published":
            return {**answer, "problem": "not_published"}
        buyer = Buyer(ask["currency_code"], ask.get("region_id") or "", groups)
        row = self.price_lists.charged(variant, buyer, Decimal(ask["quantity"]))
        if row is None:
            return {**answer, "problem": "no_price"}
        return {
            **answer,
            "amount": str(row["amount"]),
            "is_tax_inclusive": ask["currency_code"] in self.shop.tax_inclusive,
            "price_id": row["id"],
            "price_list_id": row.get("list_id"),
        }


def _row(price: Json) -> Json:
    return {
        "id": price["id"],
        "amount": str(price["amount"]),
        "currency_code": price["currency_code"],
        "min_quantity": _text(price["min_quantity"]),
        "max_quantity": _text(price["max_quantity"]),
        "price_list_id": price.get("list_id"),
        "is_plain": not price["rules"],
    }


def _text(number: Decimal | int | None) -> str | None:
    return None if number is None else str(number)


def _refuse_bad(body: Json) -> None:
    asks = body.get("asks") or []
    for name, rows, most in (
        ("asks", asks, _MOST_ASKS),
        ("price_ids", body.get("price_ids") or [], _MOST_IDS),
    ):
        if len(rows) > most:
            raise Refusal(
                f"Invalid request: Value for field '{name}' too big, expected at most: '{most}'"
            )
    for ask in asks:
        if not _QUANTITY.fullmatch(ask["quantity"]):
            raise Refusal("Invalid request: Quantities are texts such as '12'")
        if Decimal(ask["quantity"]) <= 0:
            raise Refusal("Invalid request: A quantity is greater than 0")
        if not re.fullmatch(r"[a-z]{3}", ask["currency_code"]):
            raise Refusal("Invalid request: A currency is three small letters")
        if ask.get("customer_id") and ask.get("group_ids") is not None:
            raise Refusal("Invalid request: Either a customer_id or group_ids")
