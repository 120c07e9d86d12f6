"""Orders whose sums are easily a cent apart: equal in NetSuite, or held with the reason.

Expected sums follow NetSuite's help: a line's amount has the currency's precision, 0 or 2
("Currency Decimal Precision"); tax is rounded off to two places per tax detail line or per
transaction, taxes of one rate together ("Setting Up Nexus Preferences").
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.errors import NeedsOperator
from integrations.flows.totals import LineRefs, TotalsPlan, plan_totals
from integrations.records import ErpOrder, StorefrontOrder
from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.offices.netsuite import office as opened
from tests.contract.orders import Desk
from tests.flows.shop_orders import Item, shop_order

MIXED = [Item("10.03", "3", ("7",)), Item("0.55", "7", ("19",)), Item("4.99", "1", ())]
ON_ORDER = [Item("49.90", "2", discount="5.00"), Item("12.34", discount="0.33")]
FREIGHT = [Item("10.00"), Item("9.90", kind="shipping")]

# (order, total of both sides, rounding line)
EQUAL = {
    "1 920 pieces": (shop_order(Item("3.09", "1920", ("21",))), "7178.69", "0"),
    "10.75 %": (shop_order(Item("24.99", "1", ("10.75",))), "27.68", "0"),
    "mixed rates": (shop_order(*MIXED), "41.77", "0"),
    # 53.97 + 10.25; the shop rounds 64.22787 once
    "10 % off a line": (shop_order(Item("19.99", "3", discount_percent="10")), "64.23", "0.01"),
    "5.33 off the order": (shop_order(*ON_ORDER), "127.10", "0"),
    "freight": (shop_order(*FREIGHT), "23.68", "0"),
    "yen": (shop_order(Item("333", "7", ("10",)), currency="JPY"), "2564", "0"),
    "a free line": (shop_order(Item("10"), Item("0", "5")), "11.90", "0"),
    "a third off": (shop_order(Item("12.34", discount_percent="33.33")), "9.79", "0"),
    # 252.08 and 47.90 (47.8952)
    "prices with tax": (
        shop_order(Item("99.99", "3", price_includes_tax=True)),
        "299.97",
        "-0.01",
    ),
    "thousandths of a cent": (shop_order(Item("0.00125", "4000")), "5.95", "0"),
}
MANY = shop_order(*(Item("0.99") for _ in range(200)))  # 235.62 in the shop


@pytest.fixture(scope="module")
def account() -> Iterator[NetSuiteOffice]:
    with opened() as one:
        yield one


@pytest.fixture
def office(account: NetSuiteOffice) -> NetSuiteOffice:
    """One for all of these: they only sell."""
    account.standin.store.transactions.clear()
    account.standin.sales.tax_rounding = "line"
    return account


def planned(office: NetSuiteOffice, order: StorefrontOrder, rounding: str = "line") -> TotalsPlan:
    rates = {tax.rate for line in order.lines for tax in line.taxes}
    refs = {rate: office.tax(rate) for rate in rates}
    return plan_totals(
        order,
        refs={
            line.line_id: LineRefs(
                product_ref="" if line.kind == "shipping" else office.variant("DRILL-18V"),
                tax_refs=tuple(ref for tax in line.taxes for ref in refs[tax.rate]),
            )
            for line in order.lines
        },
        profile=office.adapter(settings={"tax_rounding": rounding}).rounding_profile(),
        rounding_ref=office.seed.settings["rounding_product_ref"],
    )


def pushed(office: NetSuiteOffice, desk: Desk, plan: TotalsPlan) -> ErpOrder:
    total = str(plan.expected_gross)
    draft = desk.draft(plan.lines, total=total, currency=plan.currency)
    return office.adapter().create_order(draft)


@pytest.mark.parametrize("rounding", ["line", "total"])
@pytest.mark.parametrize("name", EQUAL)
def test_both_sides_are_equal_to_the_cent(
    office: NetSuiteOffice, desk: Desk, name: str, rounding: str
) -> None:
    order, total, settled = EQUAL[name]
    office.standin.sales.tax_rounding = rounding
    plan = planned(office, order, rounding)

    held = pushed(office, desk, plan)

    assert not plan.is_held
    assert plan.rounding_amount == Decimal(settled)
    assert (held.gross_total, held.currency) == (Decimal(total), order.currency)
    assert [one.gross_total for one in office.orders_with(held.our_ref)] == [Decimal(total)]


def test_200_lines_are_held_where_tax_is_rounded_on_each(office: NetSuiteOffice) -> None:
    """0.19 tax on each of 0.99: 200 × 1.18 = 236.00."""
    plan = planned(office, MANY)

    assert plan.is_held
    assert plan.hold_reason == "total_difference"
    assert (plan.storefront_gross, plan.predicted_gross) == (Decimal("235.62"), Decimal("236.00"))


def test_200_lines_are_equal_where_tax_is_rounded_once(office: NetSuiteOffice, desk: Desk) -> None:
    """198.00 and 37.62 tax."""
    office.standin.sales.tax_rounding = "total"

    held = pushed(office, desk, planned(office, MANY, "total"))

    assert held.gross_total == Decimal("235.62")
    assert len(held.lines) == 200


def test_three_decimals_are_held_since_netsuite_has_two(office: NetSuiteOffice, desk: Desk) -> None:
    plan = planned(office, shop_order(Item("1.2345", "3", ("10",)), currency="KWD"))

    with pytest.raises(NeedsOperator) as caught:
        pushed(office, desk, plan)

    assert plan.expected_gross == Decimal("4.074")
    assert caught.value.reason == "currency_digits"
    assert office.standin.store.of_type("SalesOrd") == []


def test_currency_that_the_account_lacks_is_told(office: NetSuiteOffice, desk: Desk) -> None:
    with pytest.raises(NeedsOperator) as caught:
        office.adapter().preview_order(desk.draft(currency="CHF"))

    assert caught.value.reason == "no_currency"


def test_wrong_rounding_setting_holds_the_order_unapproved(
    office: NetSuiteOffice, desk: Desk
) -> None:
    """The setting says "line", the nexus rounds per transaction."""
    items = [Item("0.99"), Item("0.99"), Item("0.99")]
    plan = planned(office, shop_order(*items))  # 3.54 and a rounding line of -0.01
    office.standin.sales.tax_rounding = "total"

    with pytest.raises(NeedsOperator) as caught:
        pushed(office, desk, plan)

    assert caught.value.reason == "total_differs"
    (order,) = office.standin.store.of_type("SalesOrd")
    assert (order.status, order.total) == ("A", Decimal("3.52"))


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": Decimal(-1)},
        {"net_unit_price": Decimal(-5)},
        {"net_unit_price": Decimal("NaN")},
        {"quantity": Decimal("Infinity")},
        {"discount_percent": Decimal("NaN")},
    ],
)
def test_negative_and_senseless_numbers_are_refused(
    office: NetSuiteOffice, desk: Desk, changed: dict[str, Decimal]
) -> None:
    draft = desk.draft([replace(desk.line(), **changed)])  # type: ignore[arg-type]

    with pytest.raises(NeedsOperator) as caught:
        office.adapter().create_order(draft)

    assert caught.value.reason == "bad_amount"
    assert office.standin.store.of_type("SalesOrd") == []


def test_total_that_is_no_number_is_refused(office: NetSuiteOffice, desk: Desk) -> None:
    with pytest.raises(NeedsOperator):
        office.adapter().create_order(desk.draft(total="NaN"))
