"""Which price NetSuite gives a customer for an item. Pure.

On an order it takes the first that there is of: the customer's own pricing of the item, of the
item's pricing group, their price level, the base price; of a level the step of the quantity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.mapping import CUSTOM_PRICE
from integrations.adapters.netsuite.products import sku_of
from integrations.adapters.netsuite.wire import is_true, number_of, text_of
from integrations.records import PriceAnswer, PriceAsk, PriceRefusal

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """All that one question needs: `steps` by (item, level) in its currency, by quantity."""

    customer: Row
    currency: str
    base_currency: str
    base_level: str
    items: Mapping[str, Row]
    steps: Mapping[tuple[str, str], Sequence[Row]]
    agreed: Mapping[str, Row]
    group_levels: Mapping[str, str]
    costs: Mapping[str, Decimal]
    priced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    amount: Decimal
    level: str
    level_name: str
    rule: str


def answer(ask: PriceAsk, basis: Basis) -> PriceAnswer | PriceRefusal:
    item = basis.items.get(ask.product_ref)
    reason = _refusal(ask, item)
    if reason or item is None:
        return PriceRefusal(our_ref=ask.our_ref, reason=reason)
    found = _price(ask, item, basis)
    if found is None:
        return PriceRefusal(
            our_ref=ask.our_ref,
            reason=f"{sku_of(item)} has no price in {basis.currency} in NetSuite.",
        )
    return _answer(ask, item, found, basis)


def _refusal(ask: PriceAsk, item: Row | None) -> str:
    if item is None:
        return f"NetSuite has no item {ask.product_ref}."
    if is_true(item.get("isinactive")):
        return f"{sku_of(item)} is inactive in NetSuite."
    if item.get("matrixtype") == "PARENT" or item.get("subtype") == "Purchase":
        return f"{sku_of(item)} is not for sale."
    if not ask.quantity.is_finite() or ask.quantity <= 0:
        return f"{sku_of(item)} is asked for without a quantity."
    return ""


def _price(ask: PriceAsk, item: Row, basis: Basis) -> _Found | None:
    own = basis.agreed.get(ask.product_ref)
    if own is not None and text_of(own["level"]) == CUSTOM_PRICE:
        in_their_currency = text_of(basis.customer.get("currencycode")) == basis.currency
        if number_of(own.get("price")) > 0 and in_their_currency:
            return _Found(
                amount=number_of(own["price"]),
                level=CUSTOM_PRICE,
                level_name="Custom",
                rule=f"customer:{basis.customer['id']}:{ask.product_ref}",
            )
    levels = (
        text_of(own["level"]) if own is not None else "",
        basis.group_levels.get(text_of(item.get("pricinggroup")), ""),
        text_of(basis.customer.get("pricelevel")),
        basis.base_level,
    )
    steps = (_step(ask, level, basis) for level in levels if level)
    return next((step for step in steps if step is not None), None)


def _step(ask: PriceAsk, level: str, basis: Basis) -> _Found | None:
    steps = basis.steps.get((ask.product_ref, level), ())
    reached = [row for row in steps if number_of(row.get("quantity")) <= ask.quantity]
    priced = [row for row in reached if number_of(row.get("unitprice")) > 0]
    if not priced:
        return None
    row = max(priced, key=lambda one: number_of(one.get("quantity")))
    is_plain = level == basis.base_level and number_of(row.get("quantity")) <= 1
    parts = (row["item"], level, row["currency"], row["quantity"])
    return _Found(
        amount=number_of(row["unitprice"]),
        level=level,
        level_name=text_of(row.get("levelname")),
        rule="" if is_plain else ":".join(text_of(part) for part in parts),
    )


def _answer(ask: PriceAsk, item: Row, found: _Found, basis: Basis) -> PriceAnswer:
    first = PriceAsk(our_ref="", product_ref=ask.product_ref, quantity=Decimal(1))
    listed = _step(first, basis.base_level, basis)
    list_price = listed.amount if listed else None
    cost = basis.costs.get(ask.product_ref)
    return PriceAnswer(
        our_ref=ask.our_ref,
        net_unit_price=found.amount,
        list_price=list_price,
        discount_percent=_discount(found.amount, list_price),
        currency=basis.currency,
        currency_rate=None,
        unit=text_of(item.get("unitname")),
        cost=cost,
        cost_currency=basis.base_currency if cost is not None else "",
        cost_as_of=None,
        pricelist_ref=found.level,
        pricelist_name=found.level_name,
        rule_ref=found.rule,
        rule_version=text_of(item.get("modified")) if found.rule else "",
        is_binding=False,
        priced_at=basis.priced_at,
    )


def _discount(amount: Decimal, list_price: Decimal | None) -> Decimal:
    if not list_price or amount >= list_price:
        return Decimal(0)
    percent = (list_price - amount) / list_price * 100
    return Decimal(f"{percent.quantize(Decimal('0.0001')).normalize():f}")
