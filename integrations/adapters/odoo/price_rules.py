"""Rules of Odoo's pricelists: which variants they are for, when to ask, and as prices. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    day_of,
    id_of,
    name_of,
    number_of,
    text_of,
    time_of,
)
from integrations.records import ErpPrice, PriceAsk

Row = Mapping[str, Any]

NARROW = ["0_product_variant", "1_product"]
BROAD = ["2_product_category", "3_global"]
RULE_FIELDS = [
    "pricelist_id",
    "applied_on",
    "product_id",
    "product_tmpl_id",
    "categ_id",
    "compute_price",
    "fixed_price",
    "min_quantity",
    "date_start",
    "date_end",
    "write_date",
]


class Wanted(NamedTuple):
    """A variant under a rule, to be worked out."""

    rule: Row
    variant: int


def to_list_price(row: Row) -> ErpPrice | None:
    """The sales price of a variant; None where Odoo has none. Pure."""
    amount = amount_of(row["lst_price"])
    if amount <= 0:
        return None
    return ErpPrice(
        ref=f"list:{row['id']}",
        variant_ref=str(row["id"]),
        audience="everyone",
        audience_ref="",
        audience_name="",
        currency=currency_of(row),
        net_unit_price=amount,
        min_quantity=Decimal(0),
        unit=name_of(row["uom_id"]),
        starts_on=None,
        ends_on=None,
        is_active=bool(row["active"] and row["sale_ok"]),
    )


def to_rule_price(
    wanted: Wanted, variant: Row, lists: Mapping[int, Row], amount: Decimal
) -> ErpPrice:
    """Pure."""
    rule = wanted.rule
    pricelist = lists[id_of(rule["pricelist_id"]) or 0]
    return ErpPrice(
        ref=f"{rule['id']}:{wanted.variant}",
        variant_ref=str(wanted.variant),
        audience="price_list",
        audience_ref=str(pricelist["id"]),
        audience_name=text_of(pricelist["name"]),
        currency=currency_of(pricelist),
        net_unit_price=amount_of(amount),
        min_quantity=number_of(rule["min_quantity"]),
        unit=name_of(variant["uom_id"]),
        starts_on=day_of(rule["date_start"]),
        ends_on=day_of(rule["date_end"]),
        is_active=bool(pricelist["active"] and variant["active"] and variant["sale_ok"]),
    )


def is_plain(rule: Row) -> bool:
    """Its amount stands as it is: no other rule goes before one of a single variant."""
    return rule["applied_on"] == "0_product_variant" and rule["compute_price"] == "fixed"


def is_narrowly_meant(rule: Row, variant: Row) -> bool:
    if rule["applied_on"] == "0_product_variant":
        return id_of(rule["product_id"]) == variant["id"]
    if rule["applied_on"] != "1_product":
        return False
    return id_of(rule["product_tmpl_id"]) == id_of(variant["product_tmpl_id"])


def is_asked_for(
    wanted: Wanted, variants: Mapping[int, Row], lists: Mapping[int, Row], now: datetime
) -> bool:
    variant = variants[wanted.variant]
    ends = time_of(wanted.rule["date_end"])
    is_sold = variant["active"] and variant["sale_ok"]
    is_offered = lists.get(id_of(wanted.rule["pricelist_id"]) or 0, {}).get("active", False)
    return bool(is_sold and is_offered and (ends is None or ends > now))


def day_to_ask(rule: Row, now: datetime) -> date:
    """Today, or the first day at whose noon the rule holds: noon is when a cart is dated."""
    starts = time_of(rule["date_start"])
    if starts is None or starts <= now:
        return now.date()
    return (starts + timedelta(hours=12)).date()


def ask_for(wanted: Wanted) -> PriceAsk:
    return PriceAsk(
        our_ref=str(wanted.rule["id"]),
        product_ref=str(wanted.variant),
        quantity=number_of(wanted.rule["min_quantity"]) or Decimal(1),
    )


def reached(rules: Iterable[Row]) -> list[Any]:
    """The domain of the variants that narrow rules are for; empty for no rules."""
    variants, templates = set(), set()
    for rule in rules:
        if rule["applied_on"] == "0_product_variant":
            variants.add(id_of(rule["product_id"]) or 0)
        else:
            templates.add(id_of(rule["product_tmpl_id"]) or 0)
    if not variants and not templates:
        return []
    return ["|", ["id", "in", sorted(variants)], ["product_tmpl_id", "in", sorted(templates)]]


def broadly(rule: Row) -> list[list[Any]]:
    if rule["applied_on"] == "2_product_category":
        return [["categ_id", "child_of", id_of(rule["categ_id"])]]
    return []
