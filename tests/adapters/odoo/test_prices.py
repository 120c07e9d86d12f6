"""Prices by rules: what a rule says, or what Odoo makes of it; expected sums as recorded.

The lab is the database of the recordings: 90.00 less 12.5 % in steps of 0.05 less 0.01 is
78.74, 100.00 less 12.5 % with a margin of at least -5.00 is 95.00.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.odoo.adapter import OdooAdapter, open_adapter
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.http import Session
from integrations.records import ErpPrice, Window
from tests.adapters.odoo.lab import API_KEY, new_lab

RULES = "7"
GOLD = "4"


@pytest.fixture
def lab() -> Iterator[OdooStandIn]:
    with new_lab() as erp:
        yield erp


def adapter_of(lab: OdooStandIn) -> OdooAdapter:
    session = Session(base_url=lab.url, allow_private=True)
    settings = {"database": "lab", "pricelists": "USD=3, EUR=6"}
    return open_adapter(session, settings, {"api_key": API_KEY})


def prices(
    lab: OdooStandIn, start: datetime | None = None, *, page_size: int = 500
) -> list[ErpPrice]:
    window = Window(start=start, end=datetime.now(UTC) + timedelta(seconds=1))
    adapter, cursor, found = adapter_of(lab), None, []
    adapter.page_size = page_size
    while True:
        page = adapter.price_page(window, cursor)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found


def amounts(rows: list[ErpPrice], pricelist: str, variant: int) -> dict[int, Decimal]:
    """Amount by the quantity from which it holds; a price that comes twice must be the same."""
    found: dict[int, Decimal] = {}
    for row in rows:
        if (row.audience_ref, row.variant_ref) == (pricelist, str(variant)):
            quantity = int(row.min_quantity)
            assert found.setdefault(quantity, row.net_unit_price) == row.net_unit_price
    return found


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (66, {0: "78.74"}),  # a formula: less 12.5 %, in steps of 0.05, less 0.01
        (67, {0: "95.00"}),  # a formula kept within a margin
        (77, {0: "199.00"}),  # a fixed price of one size, within dates
    ],
)
def test_rule_is_told_as_an_amount(
    lab: OdooStandIn, variant: int, expected: dict[int, str]
) -> None:
    told = amounts(prices(lab), RULES, variant)

    assert told == {quantity: Decimal(text) for quantity, text in expected.items()}


def test_narrow_rule_goes_before_a_broad_one(lab: OdooStandIn) -> None:
    """10 % on everything, 7.78 for LAB-001: there is one price of it, and it is that one."""
    rows = prices(lab)

    assert amounts(rows, GOLD, 58) == {0: Decimal("7.78")}
    assert amounts(rows, GOLD, 60) == {0: Decimal("27.00")}  # 30.00 less 10 %


def test_rule_upon_another_list_is_worked_out(lab: OdooStandIn) -> None:
    """5 % less than the golden list: LAB-001 7.78 → 7.391, which is not rounded."""
    assert amounts(prices(lab), RULES, 58) == {0: Decimal("7.391")}


def test_tiers_of_a_product_beside_a_rule_on_the_cost(lab: OdooStandIn) -> None:
    """Cost 12.00 and 30 %; 18.00 from 10 pieces, 16.00 from 100."""
    told = amounts(prices(lab), "5", 59)

    assert told == {0: Decimal("15.60"), 10: Decimal("18.00"), 100: Decimal("16.00")}


def test_rule_that_is_over_is_not_told(lab: OdooStandIn) -> None:
    assert Decimal("1.00") not in amounts(prices(lab), "5", 59).values()


def test_changed_sales_price_brings_the_rules_upon_it(lab: OdooStandIn) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    lab.set_price(60, "40.00")

    rows = prices(lab, began)

    assert amounts(rows, GOLD, 60) == {0: Decimal("36.00")}
    assert {row.variant_ref for row in rows} == {"60"}


def test_many_variants_under_one_rule_come_in_pages(lab: OdooStandIn) -> None:
    whole = {(row.ref, row.net_unit_price) for row in prices(lab)}

    assert {(row.ref, row.net_unit_price) for row in prices(lab, page_size=3)} == whole


# ---------------------------------------------------------------- what nothing is sold at


@pytest.mark.parametrize(
    "reach", [{"product_id": 60}, {"product_tmpl_id": "of 60"}], ids=["variant", "product"]
)
def test_fixed_price_of_zero_says_so(lab: OdooStandIn, reach: dict[str, object]) -> None:
    if "product_tmpl_id" in reach:
        reach = {"product_tmpl_id": lab.store.get("product.product", 60)["product_tmpl_id"]}
    rule = lab.add_rule(int(GOLD), **reach, fixed_price=0, min_quantity=1000)

    bad = [row for row in prices(lab) if row.problem]

    assert {row.ref.partition(":")[0] for row in bad} == {str(rule)}
    assert "60" in {row.variant_ref for row in bad}
    assert all("above zero" in row.problem for row in bad)


def test_fixed_price_of_zero_that_is_over_is_none(lab: OdooStandIn) -> None:
    lab.add_rule(int(GOLD), product_id=60, fixed_price=0, date_end="2020-01-01T00:00:00+00:00")

    assert not [row for row in prices(lab) if row.problem]


def test_formula_upon_a_product_without_a_price_is_not_told(lab: OdooStandIn) -> None:
    """Most of a catalogue may be without a sales price: nobody can mend that rule by rule."""
    lab.set_price(60, 0)

    rows = prices(lab)

    assert amounts(rows, GOLD, 60) == {}
    assert not [row for row in rows if row.problem]
