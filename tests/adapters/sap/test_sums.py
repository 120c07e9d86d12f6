"""Sums to the cent, as literals: recorded, or worked out by SAP's documented rule.

The rule, in SAP's documentation of the data element TXPRF ("Rounding rule"): the rule "determines
how the system rounds off condition values during pricing"; by the standard one "values are rounded
off according to business standards: 10.454 -> 10.45, 10.455 -> 10.46". Condition values are those
of a line: price, discount and tax are rounded each by itself. What is recorded is a reading of
that rule on SAP's own server, not a real S/4HANA. Nothing here asks our own prediction what to
expect: prediction, SAP's answer and what SAP holds must all be the literal.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.adapters.sap.prices_sent import sent_price
from integrations.errors import NeedsOperator
from integrations.flows.totals import predict
from integrations.records import DraftLine, ErpOrder, OrderDraft
from tests.adapters.sap.sales import Sales

D = Decimal


def taxed(sales: Sales, percent: str, **changed: object) -> DraftLine:
    classes = sales.office.tax(D(percent)) if D(percent) else ()
    rates = (D(percent),) if D(percent) else ()
    return sales.line(tax_refs=classes, tax_rates=rates, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "percent", "currency", "total"),
    [
        ("1920", "3.09", "0", "21", "EUR", "7178.69"),  # 5932.80 + 1245.888
        ("1", "24.99", "0", "10.75", "EUR", "27.68"),  # 24.99 + 2.686425
        ("5", "11.99", "10", "19", "EUR", "64.21"),  # 53.955 → 53.96, + 10.2524
        ("3", "19.99", "10", "19", "EUR", "64.22"),  # 53.973 → 53.97, + 10.2543
        ("3", "333", "0", "10", "JPY", "1099"),  # 999 + 99.9
        ("7", "1.2345", "0", "0", "KWD", "8.642"),  # 8.6415 → 8.642
        ("1000", "0.0035", "0", "19", "EUR", "4.17"),  # 3.50 + 0.665 → 0.67
        ("3", "16.656667", "0", "19", "EUR", "59.46"),  # 49.970001 → 49.97, + 9.4943
        ("2.5", "4.20", "0", "19", "EUR", "12.50"),  # 10.50 + 1.995 → 2.00
        ("1", "0", "0", "19", "EUR", "0"),
    ],
)
def test_line_comes_to(
    sales: Sales,
    quantity: str,
    price: str,
    discount: str,
    percent: str,
    currency: str,
    total: str,
) -> None:
    line = taxed(
        sales, percent, quantity=D(quantity), net_unit_price=D(price), discount_percent=D(discount)
    )
    order = created(sales, sales.draft([line], total=total, currency=currency))

    assert order.gross_total == D(total)
    assert order.lines[0].our_ref == "ordli_1"


def created(sales: Sales, draft: OrderDraft) -> ErpOrder:
    """The order, after prediction and the stand-in came to the literal of the draft."""
    adapter = sales.office.adapter()
    predicted = predict(draft.lines, currency=draft.currency, profile=adapter.rounding_profile())
    assert predicted.gross == draft.expected_gross_total
    order = adapter.create_order(draft)
    assert sales.office.gross_total(order.ref) == draft.expected_gross_total
    return order


@pytest.mark.parametrize(
    ("rows", "percent", "net", "total"),
    [
        # recorded (08, 10): net 63.98, tax 12.16, gross 76.14 on the invoice
        ((("5", "8.80", "0"), ("2", "9.99", "0")), "19", "63.98", "76.14"),
        # recorded (07): 60 × 9.00 = 540, less 5 % = -27
        ((("60", "9.00", "5"),), "0", "513.00", "513.00"),
        # recorded (07): by the customer's record
        ((("5", "8.80", "0"), ("2", "40.15", "0")), "0", "124.30", "124.30"),
        ((("20", "13.35", "0"),), "0", "267.00", "267.00"),
        # TXPRF's own examples as lines: 10.454 and 10.455, one piece, and by way of a quantity
        ((("1", "10.454", "0"),), "0", "10.45", "10.45"),
        ((("1", "10.455", "0"),), "0", "10.46", "10.46"),
        ((("3", "3.485", "0"),), "0", "10.46", "10.46"),  # 10.455
        # each line by itself: 2 × 10.46, not 20.91
        ((("1", "10.455", "0"), ("1", "10.455", "0")), "0", "20.92", "20.92"),
        # the tax too: 10.50 × 1 % = 0.105 and twice that
        ((("1", "10.50", "0"), ("1", "10.50", "0")), "1", "21.00", "21.22"),
    ],
)
def test_recorded_and_documented_sums_are_met(
    sales: Sales, rows: tuple[tuple[str, str, str], ...], percent: str, net: str, total: str
) -> None:
    lines = [
        replace(
            taxed(
                sales,
                percent,
                quantity=D(quantity),
                net_unit_price=D(price),
                discount_percent=D(discount),
            ),
            our_ref=f"ordli_{number}",
        )
        for number, (quantity, price, discount) in enumerate(rows, start=1)
    ]

    order = created(sales, sales.draft(lines, total=total))

    assert (order.net_total, order.gross_total) == (D(net), D(total))


def test_mixed_rates_freight_and_a_rounding_line(sales: Sales) -> None:
    """387.00 + 73.53; 73.50 + 7 % 5.145 → 5.15; freight 9.90 + 1.881 → 1.88; -0.01."""
    lines = [
        sales.line(),
        replace(
            taxed(sales, "7", product_ref="TAPE-5M", quantity=D(10), net_unit_price=D("7.35")),
            our_ref="ordli_2",
        ),
        sales.line(
            "ordsm_1", kind="shipping", product_ref="", quantity=D(1), net_unit_price=D("9.90")
        ),
        sales.line(
            "order_01ABC_rounding",
            kind="rounding",
            product_ref="",
            quantity=D(1),
            net_unit_price=D("-0.01"),
            tax_refs=(),
            tax_rates=(),
        ),
    ]

    order = created(sales, sales.draft(lines, total="550.95"))

    assert order.gross_total == D("550.95")
    assert [line.our_ref for line in order.lines] == [line.our_ref for line in lines]


def test_two_hundred_lines_are_one_order(sales: Sales) -> None:
    """200 × 3.09 × 19 %: each line 3.09 + 0.5871 → 0.59."""
    lines = [
        sales.line(f"ordli_{number}", quantity=D(1), net_unit_price=D("3.09"))
        for number in range(200)
    ]

    order = created(sales, sales.draft(lines, total="736.00"))

    assert (len(order.lines), order.gross_total) == (200, D("736"))


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": D(-1)},
        {"quantity": D(0)},
        {"quantity": D("1.2345")},
        {"quantity": D("NaN")},
        {"net_unit_price": D("-1")},
        {"net_unit_price": D("NaN")},
        {"discount_percent": D("Infinity")},
    ],
)
def test_what_nobody_can_order_is_not_sent(sales: Sales, changed: dict[str, object]) -> None:
    with pytest.raises(NeedsOperator) as caught:
        sales.office.adapter().create_order(sales.draft([sales.line(**changed)]))

    assert caught.value.reason == "order_senseless"
    assert sales.office.orders_with("order_01ABC") == []


def test_discount_of_sap_on_top_holds_the_order_with_both_sums(sales: Sales) -> None:
    """A percentage of the customer follows also a price that was set by hand: 5 % of 387.00."""
    office = sales.office
    office.company.add_price(
        "DRILL-18V", "-5", condition_type="K007", currency="%", Customer=office.customer("usual")
    )

    with pytest.raises(
        NeedsOperator, match=r"came to 437.50 EUR in SAP, expected is 460.53"
    ) as held:
        office.adapter().create_order(sales.draft())

    assert held.value.reason == "total_differs"
    order = office.adapter().find_order("order_01ABC")
    assert order is not None
    assert not order.is_confirmed


@pytest.mark.parametrize(
    ("quantity", "price", "rate", "per"),
    [
        ("3", "19.99", "19.99", 1),
        ("1000", "0.0035", "0.35", 100),
        ("5", "10.791", "107.91", 10),
        ("3", "17.9913333333", "53.97", 3),
    ],
)
def test_price_is_as_plain_as_it_can_be(
    sales: Sales, quantity: str, price: str, rate: str, per: int
) -> None:
    sent = sent_price(sales.line(quantity=D(quantity), net_unit_price=D(price)), 2)

    assert (sent.rate, sent.per) == (D(rate), per)


def test_price_that_sap_cannot_hold_is_told(sales: Sales) -> None:
    line = sales.line(quantity=D("123456.5"), net_unit_price=D("0.00001234"))

    with pytest.raises(NeedsOperator) as caught:
        sent_price(line, 2)

    assert caught.value.reason == "price_too_fine"
