"""The stand-in's arithmetic against carts that a real Odoo 19 computed."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.odoo.sandbox.amounts import (
    AmountLine,
    line_totals,
    order_totals,
    rounded,
)

RECORDED = Path(__file__).parents[2] / "recordings" / "odoo" / "totals" / "carts.json"
PERCENT = {1: Decimal(15), 3: Decimal(0)}  # the taxes of the recorded database


def carts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(RECORDED.read_text(), parse_float=Decimal)
    return found


def line_of(row: dict[str, Any]) -> AmountLine:
    return AmountLine(
        quantity=Decimal(row["quantity"]),
        price_unit=Decimal(row["price_unit"]),
        discount=Decimal(row["discount"]),
        taxes=tuple((tax, PERCENT[tax]) for tax in row["tax_ids"]),
    )


@pytest.mark.parametrize("cart", carts(), ids=lambda cart: cart["note"])
def test_recorded_cart_comes_to_the_same_totals(cart: dict[str, Any]) -> None:
    lines = [line_of(row) for row in cart["lines"]]

    totals = order_totals(lines, per_line=False, digits=2)

    assert (totals.net, totals.tax, totals.gross) == (
        cart["amount_untaxed"],
        cart["amount_tax"],
        cart["amount_total"],
    )
    for line, row in zip(lines, cart["lines"], strict=True):
        shown = line_totals(line, per_line=False, digits=2)
        assert (shown.net, shown.gross) == (row["price_subtotal"], row["price_total"])


def test_three_small_lines_differ_by_method() -> None:
    # 0.33 × 0.10 with 15 %, recorded under both settings of the company
    small = line_of({"quantity": "0.33", "price_unit": "0.1", "discount": 0, "tax_ids": [1]})

    globally = order_totals([small] * 3, per_line=False, digits=2)
    per_line = order_totals([small] * 3, per_line=True, digits=2)

    assert (globally.net, globally.tax) == (Decimal("0.10"), Decimal("0.01"))
    assert (per_line.net, per_line.tax) == (Decimal("0.09"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("amount", "digits", "result"),
    [("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("0.0049", 2, "0.00"), ("12.5", 0, "13")],
)
def test_half_goes_away_from_zero(amount: str, digits: int, result: str) -> None:
    assert str(rounded(Decimal(amount), digits)) == result
