"""Prices by pricelist rules: which rule applies, and what it makes of the sales price.

Amounts go through floats where Odoo's do, so that its binary noise is there too:
36.800000000000004 for 40.00 at a rate of 0.92.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.computed import company_currency, value_of
from integrations.adapters.odoo.sandbox.faults import value_error
from integrations.adapters.odoo.sandbox.rows import moment
from integrations.adapters.odoo.sandbox.store import Row, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`pricelist` and `currency` may be False: none is known while the price is computed."""

    product: Row
    pricelist: int | bool
    currency: int | bool
    quantity: Decimal
    unit: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePrice:
    """What an order line shows: `discount` in percent only where the rule is a percentage."""

    price_unit: Decimal
    discount: Decimal
    rule: int | bool


def line_price(store: Store, ask: Ask) -> LinePrice:
    rule = find_rule(store, ask)
    price = rule_price(store, ask, rule)
    shows = next(iter(store.table("res.company").values()))["group_discount_per_so_line"]
    if rule is None or rule["compute_price"] != "percentage" or not shows:
        return LinePrice(price_unit=exact(price), discount=Decimal(0), rule=_id(rule))
    if not ask.currency:
        raise value_error("Expected singleton: res.currency()")
    before = _base_price(store, ask, rule, _currency(store, ask, rule))
    discount = (before - price) / before * 100 if before else 0
    if discount <= 0:
        return LinePrice(price_unit=exact(price), discount=Decimal(0), rule=_id(rule))
    return LinePrice(
        price_unit=exact(before), discount=Decimal(str(round(discount, 2))), rule=_id(rule)
    )


def contextual_price(store: Store, product_id: int, context: Mapping[str, Any]) -> Decimal:
    """As `product.product.get_contextual_price` tells it, not rounded."""
    product = store.get("product.product", product_id)
    pricelist, currency = context.get("pricelist") or False, False
    if pricelist:
        currency = store.get("product.pricelist", pricelist)["currency_id"]
    ask = Ask(
        product=product,
        pricelist=pricelist,
        currency=currency,
        quantity=Decimal(str(context.get("quantity") or 1)),
        unit=context.get("uom") or value_of(store, "product.product", product, "uom_id"),
        at=moment(context["date"]) if context.get("date") else store.now(),
    )
    return exact(rule_price(store, ask, find_rule(store, ask)))


def find_rule(store: Store, ask: Ask) -> Row | None:
    """The first that fits: the narrowest, then the largest quantity, then the newest."""
    if not ask.pricelist:
        return None
    rules = store.find("product.pricelist.item", "pricelist_id", ask.pricelist)
    fitting = [rule for rule in rules if _fits(store, ask, rule)]
    return min(fitting, key=_rank, default=None)


def _rank(rule: Row) -> tuple[Any, ...]:
    return (
        rule["applied_on"],
        -Decimal(rule["min_quantity"]),
        -int(rule["categ_id"] or 0),
        -int(rule["id"]),
    )


def _fits(store: Store, ask: Ask, rule: Row) -> bool:
    pieces = ask.quantity * _factor(store, ask)
    if Decimal(rule["min_quantity"]) > pieces:
        return False
    if rule["date_start"] and rule["date_start"] > ask.at:
        return False
    if rule["date_end"] and rule["date_end"] < ask.at:
        return False
    return _is_meant(store, ask.product, rule)


def _is_meant(store: Store, product: Row, rule: Row) -> bool:
    if rule["applied_on"] == "0_product_variant":
        return bool(rule["product_id"] == product["id"])
    if rule["applied_on"] == "1_product":
        return bool(rule["product_tmpl_id"] == product["product_tmpl_id"])
    if rule["applied_on"] == "2_product_category":
        category = value_of(store, "product.product", product, "categ_id")
        while category and category != rule["categ_id"]:
            category = store.get("product.category", category)["parent_id"]
        return bool(category)
    return True


def rule_price(store: Store, ask: Ask, rule: Row | None) -> float:
    """Without a rule the sales price, in the first known of: the order's currency, the rule's,
    the company's. A fixed price stands as it is, whatever the currency."""
    per_unit = _per_unit(store, ask)
    if rule is not None and rule["compute_price"] == "fixed":
        return per_unit(float(rule["fixed_price"]))
    base = _base_price(store, ask, rule, _currency(store, ask, rule))
    if rule is None:
        return base
    if rule["compute_price"] == "percentage":
        return base - base * (float(rule["percent_price"]) / 100)
    return _by_formula(base, rule, per_unit)


def _by_formula(base: float, rule: Row, per_unit: Callable[[float], float]) -> float:
    price = base - base * (float(rule["price_discount"]) / 100)
    step = float(rule["price_round"])
    if step:
        price = math.floor(price / step + 0.5) * step
    price += per_unit(float(rule["price_surcharge"]))
    if rule["price_min_margin"]:
        price = max(price, base + per_unit(float(rule["price_min_margin"])))
    if rule["price_max_margin"]:
        price = min(price, base + per_unit(float(rule["price_max_margin"])))
    return price


def _base_price(store: Store, ask: Ask, rule: Row | None, target: int) -> float:
    base = rule["base"] if rule is not None and rule["base"] else "list_price"
    if base == "pricelist" and rule is not None and rule["base_pricelist_id"]:
        of = int(rule["base_pricelist_id"])
        source = int(store.get("product.pricelist", of)["currency_id"])
        inner = replace(ask, pricelist=of, currency=source)
        return _converted(store, rule_price(store, inner, find_rule(store, inner)), source, target)
    field = "standard_price" if base == "standard_price" else "lst_price"
    amount = float(value_of(store, "product.product", ask.product, field))
    source = company_currency(store, "", {}, "")
    return _converted(store, _per_unit(store, ask)(amount), source, target)


def _currency(store: Store, ask: Ask, rule: Row | None) -> int:
    if ask.currency:
        return int(ask.currency)
    if rule is not None:
        return int(store.get("product.pricelist", rule["pricelist_id"])["currency_id"])
    return company_currency(store, "", {}, "")


def _converted(store: Store, amount: float, source: int, target: int) -> float:
    if source == target:
        return amount
    rates = [float(store.get("res.currency", one)["rate"]) for one in (source, target)]
    return amount * (rates[1] / rates[0])


def _factor(store: Store, ask: Ask) -> Decimal:
    own = value_of(store, "product.product", ask.product, "uom_id")
    units = [Decimal(store.get("uom.uom", one)["factor"]) for one in (ask.unit, own)]
    return units[0] / units[1]


def _per_unit(store: Store, ask: Ask) -> Callable[[float], float]:
    factor = float(_factor(store, ask))
    return lambda amount: amount * factor


def _id(rule: Row | None) -> int | bool:
    return False if rule is None else int(rule["id"])


def exact(amount: float) -> Decimal:
    """With the noise of the float in it."""
    return Decimal(repr(amount))
