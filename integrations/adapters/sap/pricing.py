"""Binding prices: SAP simulates the order and saves nothing.

One simulation prices all lines and checks what is available. A line that SAP refuses fails the
whole, so a refused cart is asked again in halves.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.base import Material
from integrations.adapters.sap.conditions import list_price_at
from integrations.adapters.sap.credit import Credit
from integrations.adapters.sap.fields import SIMULATED, SIMULATION
from integrations.adapters.sap.prices import Prices
from integrations.adapters.sap.wire import (
    Row,
    day_of,
    day_value,
    item_number,
    number_of,
    number_text,
    plain,
    rows_of,
    text_of,
)
from integrations.errors import NeedsOperator, Rejected
from integrations.records import (
    ErpPrice,
    PaymentTerm,
    PriceAnswer,
    PriceAsk,
    PriceQuestion,
    PriceRefusal,
)

MOST_CARTS = 32  # enough to find two bad lines among a hundred
_PRICE_DIGITS = 6
Ask = tuple[str, PriceAsk]  # a line with its item number


class Pricing(Prices, Credit):
    """Implements `QuotesPrices`."""

    def quote_prices(self, question: PriceQuestion) -> Sequence[PriceAnswer | PriceRefusal]:
        """Five calls, or up to `MOST_CARTS` more where SAP refuses the cart for some line."""
        if not question.lines:
            return ()
        self._refuse_currency(question.currency)
        _, customer = self.customer_in_area(question.customer_ref)
        materials = self.materials(_number(ask) for ask in question.lines)
        asks = [(str(number * 10), ask) for number, ask in enumerate(question.lines, start=1)]
        refused = {item: _refusal(ask, materials) for item, ask in asks}
        wanted = [one for one in asks if not refused[one[0]]]
        lines = self._priced_lines(question, text_of(customer["Customer"]), wanted)
        known = {_number(ask): materials[_number(ask)] for _, ask in wanted}
        lists = self.prices_of(list(known.values()), on=question.asked_on) if known else {}
        priced_at = datetime.now(UTC)
        return tuple(
            PriceRefusal(our_ref=ask.our_ref, reason=refused[item])
            if refused[item]
            else self._answer(ask, lines.get(item), materials, lists, question, priced_at)
            for item, ask in asks
        )

    def payment_terms(self) -> Sequence[PaymentTerm]:
        """Those of the connection: no service lists them."""
        return self.settings.payment_terms

    # -- the simulation

    def _priced_lines(
        self, question: PriceQuestion, customer: str, asks: Sequence[Ask]
    ) -> dict[str, Row]:
        """SAP's line by item number; one it refuses holds its words under `refused`."""
        found: dict[str, Row] = {}
        waiting = [list(asks)] if asks else []
        asked = 0
        while waiting:
            cart = waiting.pop(0)
            asked += 1
            try:
                found.update(self._simulated(question, customer, cart))
            except Rejected as exc:
                if len(cart) == 1 or asked + len(waiting) + 2 > MOST_CARTS:
                    found.update({item: {"refused": exc.message} for item, _ in cart})
                else:
                    middle = len(cart) // 2
                    waiting += [cart[:middle], cart[middle:]]
        return found

    def _simulated(
        self, question: PriceQuestion, customer: str, asks: Sequence[Ask]
    ) -> dict[str, Row]:
        """The answer holds only what the request names, so it names what it wants, empty."""
        body: dict[str, Any] = {
            "SalesOrderType": self.settings.order_type,
            "SalesOrganization": self.settings.sales_organization,
            "DistributionChannel": self.settings.distribution_channel,
            "OrganizationDivision": self.settings.division,
            "SoldToParty": customer,
            "TransactionCurrency": question.currency,
            "PricingDate": day_value(question.asked_on),
            "to_Pricing": {},
            "to_Item": [
                {
                    "SalesOrderItem": item,
                    "Material": _number(ask),
                    "RequestedQuantity": number_text(ask.quantity),
                    "to_ScheduleLine": [],
                    "to_PricingElement": [],
                }
                for item, ask in asks
            ],
        }
        answer, _ = self.client.create(SIMULATION, SIMULATED.set, body, writes=False)
        return {item_number(row["SalesOrderItem"]): row for row in rows_of(answer["to_Item"])}

    def _refuse_currency(self, currency: str) -> None:
        if currency not in self.settings.currencies:
            raise NeedsOperator(
                f"The connection sells in {', '.join(self.settings.currencies)}, not in "
                f"{currency}.",
                reason="no_pricelist",
                cause=f"no_pricelist:{currency}",
                hint="Add the currency to the setting 'currencies' once SAP has prices in it.",
            )

    # -- the answer

    def _answer(
        self,
        ask: PriceAsk,
        line: Row | None,
        materials: Mapping[str, Material],
        lists: Mapping[str, Sequence[ErpPrice]],
        question: PriceQuestion,
        priced_at: datetime,
    ) -> PriceAnswer | PriceRefusal:
        number = _number(ask)
        reason = text_of(line.get("refused")) if line else "SAP gave no price for this line."
        if line is not None and not reason:
            reason = _wrong_price(line, number, question.currency)
        if line is None or reason:
            return PriceRefusal(our_ref=ask.our_ref, reason=reason)
        net = _unit_price(line, self.settings.list_condition_types)
        list_price = list_price_at(
            lists[number],
            currency=question.currency,
            quantity=ask.quantity,
            on=question.asked_on,
        )
        cost, cost_currency = self._cost(line)
        rule = _leading_price(line, self.settings.list_condition_types)
        confirmed, available_on = _confirmed(line)
        return PriceAnswer(
            our_ref=ask.our_ref,
            net_unit_price=net,
            list_price=list_price,
            discount_percent=_discount_below(list_price, net),
            currency=question.currency,
            currency_rate=None,
            unit=text_of(line["RequestedQuantityUnit"]) or materials[number].sales_unit,
            cost=cost,
            cost_currency=cost_currency,
            cost_as_of=None,
            pricelist_ref="",
            pricelist_name="",
            rule_ref=text_of(rule["ConditionType"]) if rule else "",
            rule_version="",
            is_binding=True,
            priced_at=priced_at,
            confirmed_quantity=confirmed,
            available_on=available_on,
        )

    def _cost(self, line: Row) -> tuple[Decimal | None, str]:
        for one in rows_of(line["to_PricingElement"]):
            if text_of(one["ConditionType"]) == self.settings.cost_condition_type:
                per = number_of(one["ConditionQuantity"]) or Decimal(1)
                cost = number_of(one["ConditionRateValue"]) / per
                return (plain(cost), text_of(one["ConditionCurrency"])) if cost else (None, "")
        return None, ""


def _number(ask: PriceAsk) -> str:
    return ask.product_ref.strip().upper()


def _refusal(ask: PriceAsk, materials: Mapping[str, Material]) -> str:
    """Why this line is not worth asking for, or an empty text."""
    material = materials.get(_number(ask))
    if material is None:
        return f"There is no material {ask.product_ref or '(none)'} in SAP."
    if not material.is_sold:
        return f"{material.number} {material.not_sold} in SAP."
    if not ask.quantity.is_finite() or ask.quantity <= 0:
        return f"{material.number}: a price needs a quantity above zero."
    if ask.quantity != round(ask.quantity, 3):
        return f"{material.number}: SAP keeps three digits of a quantity."
    return ""


def _wrong_price(line: Row, number: str, currency: str) -> str:
    if text_of(line["TransactionCurrency"]) != currency:
        return f"SAP prices {number} in {line['TransactionCurrency']}, not in {currency}."
    if number_of(line["NetAmount"]) <= 0 or not number_of(line["RequestedQuantity"]):
        return f"SAP prices {number} at zero or less. Give it a price there."
    return ""


def _unit_price(line: Row, list_types: Sequence[str]) -> Decimal:
    """The exact price where a single condition makes it, else the net amount per piece."""
    net, quantity = number_of(line["NetAmount"]), number_of(line["RequestedQuantity"])
    counting = [one for one in rows_of(line["to_PricingElement"]) if _counts(one)]
    leading = _leading_price(line, list_types)
    if leading is not None and len(counting) == 1:
        rate = number_of(leading["ConditionRateValue"])
        per = number_of(leading["ConditionQuantity"]) or Decimal(1)
        price = rate / per
        coin = Decimal("0.01") * quantity  # a rate in another unit than the line's is far off
        if abs(price * quantity - net) <= coin:
            return plain(round(price, _PRICE_DIGITS))
    return plain(round(net / quantity, _PRICE_DIGITS))


def _leading_price(line: Row, list_types: Sequence[str]) -> Row | None:
    for one in rows_of(line["to_PricingElement"]):
        if _counts(one) and text_of(one["ConditionType"]) in list_types:
            return one
    return None


def _counts(element: Row) -> bool:
    """Whether it makes the net amount: prices (B) and discounts (A) that are active."""
    return (
        text_of(element["ConditionClass"]) in {"A", "B"}
        and not text_of(element["ConditionInactiveReason"])
        and not element.get("ConditionIsForStatistics")
    )


def _confirmed(line: Row) -> tuple[Decimal, date | None]:
    """How much is confirmed, and the day by which all of that is there."""
    days = [
        day_of(one["ConfirmedDeliveryDate"])
        for one in rows_of(line["to_ScheduleLine"])
        if number_of(one["ConfdOrderQtyByMatlAvailCheck"])
    ]
    known = [day for day in days if day is not None]
    return plain(number_of(line["ConfdDelivQtyInOrderQtyUnit"])), max(known) if known else None


def _discount_below(list_price: Decimal | None, net: Decimal) -> Decimal:
    if not list_price or net >= list_price:
        return Decimal(0)
    return plain(round((1 - net / list_price) * 100, 2))
