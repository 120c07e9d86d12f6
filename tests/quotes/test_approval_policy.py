"""Which approvals the policy asks for. A table, no database."""

from decimal import Decimal
from typing import Any

import pytest

from quotes.policies.approval import Facts, Need, Rule, needed
from quotes.totals import PricedLine, Totals, totals_of

SALES_LEAD, FINANCE = 1, 2


def rule(kind: str, **more: Any) -> Rule:
    return Rule(**{"name": kind, "kind": kind, "step": 1, "group": SALES_LEAD, **more})


def totals(discount: int = 0, cost: str | None = "30", quantity: int = 2) -> Totals:
    one = PricedLine(
        quantity=Decimal(quantity),
        unit_price=Decimal(50),
        list_price=Decimal(50),
        discount_percent=Decimal(discount),
        unit_cost=None if cost is None else Decimal(cost),
    )
    return totals_of([one], currency="EUR")


def facts(added: Totals | None = None, **more: Any) -> Facts:
    usual = {"terms": "Net 30", "lacks_cost": False, "has_manual_price": False}
    return Facts(**{"totals": added or totals(), **usual, **more})


DISCOUNT = rule("discount_above", threshold=Decimal(10))
MARGIN = rule("margin_below", threshold=Decimal(20))
AMOUNT = rule("amount_above", threshold=Decimal(1000), currency="EUR")
TERMS = rule("terms_other_than", terms=frozenset({"Net 30", "Prepayment"}))
COST = rule("cost_missing")
MANUAL = rule("price_manual")


@pytest.mark.parametrize(
    ("asked", "seen", "reason"),
    [
        (DISCOUNT, facts(totals(discount=10)), ""),
        (DISCOUNT, facts(totals(discount=11)), "discount_above: discount of 11.0 %"),
        (MARGIN, facts(totals(cost="40")), ""),
        (MARGIN, facts(totals(cost="41")), "margin_below: margin of 18.0 %"),
        (MARGIN, facts(totals(cost=None)), ""),
        (AMOUNT, facts(totals(quantity=20)), ""),
        (AMOUNT, facts(totals(quantity=21)), "amount_above: net total of 1050.00 EUR"),
        (TERMS, facts(), ""),
        (TERMS, facts(terms="Net 90"), "terms_other_than: payment terms “Net 90”"),
        (COST, facts(), ""),
        (COST, facts(lacks_cost=True), "cost_missing: a cost is missing"),
        (MANUAL, facts(has_manual_price=True), "price_manual: a price was set by hand"),
    ],
)
def test_rule_asks_only_beyond_its_limit(asked: Rule, seen: Facts, reason: str) -> None:
    reasons = [text for need in needed([asked], seen) for text in need.reasons]

    assert reasons == ([reason] if reason else [])


def test_limit_in_another_currency_always_asks() -> None:
    dollars = rule("amount_above", threshold=Decimal(1_000_000), currency="USD")

    assert needed([dollars], facts())[0].reasons == (
        "amount_above: amount in EUR, the limit is in USD",
    )


def test_rules_of_one_step_and_group_are_one_approval_and_steps_follow() -> None:
    second = rule("cost_missing", step=2, group=FINANCE)

    assert needed(
        [second, DISCOUNT, MANUAL],
        facts(totals(discount=50), lacks_cost=True, has_manual_price=True),
    ) == (
        Need(
            step=1,
            group=SALES_LEAD,
            reasons=("discount_above: discount of 50.0 %", "price_manual: a price was set by hand"),
        ),
        Need(step=2, group=FINANCE, reasons=("cost_missing: a cost is missing",)),
    )
