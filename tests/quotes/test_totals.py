"""What a version adds up to: each line rounded once, tax once per document."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotes.totals import PricedLine, totals_of, unit_price_to_order

D = Decimal


def line(quantity: str, unit_price: str, **more: object) -> PricedLine:
    return PricedLine(
        quantity=D(quantity),
        unit_price=D(unit_price),
        tax_percent=D(19),
        **more,  # type: ignore[arg-type]
    )


def test_line_is_rounded_once_half_up() -> None:
    added = totals_of([line("3", "0.335")], currency="EUR")

    assert (added.line_nets, added.net, added.tax, added.gross) == (
        (D("1.01"),),
        D("1.01"),
        D("0.19"),
        D("1.20"),
    )


def test_both_discounts_apply_to_a_line_one_after_the_other() -> None:
    added = totals_of(
        [line("10", "100", discount_percent=D(10), list_price=D(100))],
        currency="EUR",
        discount_percent=D(5),
    )

    assert added.net == D("855.00")
    assert added.highest_discount_percent == D("14.5")


def test_optional_and_alternative_lines_stand_outside() -> None:
    added = totals_of([line("1", "10"), line("1", "99", is_counted=False)], currency="EUR")

    assert added.line_nets == (D("10.00"), D("99.00"))
    assert added.net == D("10.00")


def test_freight_has_its_own_tax_rate() -> None:
    added = totals_of(
        [line("1", "100")], currency="EUR", freight_net=D("10"), freight_tax_percent=D(7)
    )

    assert [(tax.percent, tax.base, tax.amount) for tax in added.taxes] == [
        (D(19), D("100.00"), D("19.00")),
        (D(7), D("10.00"), D("0.70")),
    ]
    assert added.gross == D("129.70")


def test_currency_without_cents_has_none() -> None:
    added = totals_of([line("3", "33.4")], currency="JPY")

    assert (added.net, added.tax, added.gross) == (D(100), D(19), D(119))


def test_margin_is_unknown_while_a_cost_is() -> None:
    known = totals_of([line("2", "50", unit_cost=D(30))], currency="EUR")
    unknown = totals_of([line("2", "50", unit_cost=D(30)), line("1", "5")], currency="EUR")

    assert (known.cost, known.margin_percent) == (D(60), D(40))
    assert (unknown.cost, unknown.margin_percent) == (None, None)


amounts = st.decimals(min_value="0", max_value="99999", places=4)
lines = st.lists(
    st.builds(
        PricedLine,
        quantity=st.decimals(min_value="0.0001", max_value="9999", places=4),
        unit_price=amounts,
        discount_percent=st.decimals(min_value=0, max_value=100, places=2),
        tax_percent=st.sampled_from([D(0), D(7), D("8.1"), D(19), D("20.5")]),
    ),
    max_size=30,
)


@given(lines, amounts)
def test_document_adds_up_and_is_what_the_storefront_computes(
    priced: list[PricedLine], freight: Decimal
) -> None:
    added = totals_of(priced, currency="EUR", freight_net=freight, freight_tax_percent=D(19))

    assert added.net == sum(added.line_nets, D(0)) + added.freight_net
    assert added.tax == sum((tax.amount for tax in added.taxes), D(0))
    assert added.gross == added.net + added.tax
    exact = sum(
        (
            net * (1 + one.tax_percent / 100)
            for one, net in zip(priced, added.line_nets, strict=True)
        ),
        added.freight_net * D("1.19"),
    )
    assert abs(added.gross - exact) <= D("0.005")


@given(
    st.decimals(min_value="0.01", max_value="999999", places=2),
    st.decimals(min_value="0.0001", max_value="99999", places=4),
)
def test_unit_price_gives_the_lines_net_again(net: Decimal, quantity: Decimal) -> None:
    again = unit_price_to_order(net, quantity) * quantity

    assert abs(again - net) < D("0.0001")


@pytest.mark.parametrize("quantity", ["3", "7", "365"])
def test_thirds_and_sevenths_come_to_the_cent(quantity: str) -> None:
    price = unit_price_to_order(D("10.00"), D(quantity))

    assert (price * D(quantity)).quantize(D("0.01")) == D("10.00")
