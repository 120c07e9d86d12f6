"""Whatever the order and the ERP: equal to the smallest unit, or held."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.flows.totals import plan_totals, predict, round_half_up, smallest_unit
from integrations.records import RoundingProfile, StorefrontOrder
from tests.flows.shop_orders import Item, refs_of, shop_order

pytestmark = pytest.mark.slow


def decimals(most: int, places: int) -> st.SearchStrategy[str]:
    return st.decimals(0, most, places=places).map(str)


items = st.builds(
    Item,
    price=decimals(9_999, 4),
    quantity=st.integers(1, 2_000).map(str),
    rates=st.lists(st.sampled_from(["0", "5", "7", "9.975", "10.75", "19", "21"]), max_size=2).map(
        lambda rates: tuple(dict.fromkeys(rates))
    ),
    discount_percent=decimals(100, 3),
    price_includes_tax=st.booleans(),
)
profiles = st.builds(
    RoundingProfile,
    per=st.sampled_from(["line", "total"]),
    method=st.sampled_from(["half_up", "half_even"]),
    line_digits=st.sampled_from([None, 0, 2, 4]),
    unit_price_digits=st.sampled_from([None, 2, 4, 5]),
    discount_digits=st.integers(0, 3),
    tolerance_steps=st.integers(0, 9),
)
orders = st.builds(
    lambda lines, currency: shop_order(*lines, currency=currency),
    st.lists(items, min_size=1, max_size=12),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)


@settings(max_examples=200, deadline=None)
@given(order=orders, profile=profiles)
def test_sent_lines_make_exactly_the_storefronts_total_or_the_order_is_held(
    order: StorefrontOrder, profile: RoundingProfile
) -> None:
    plan = plan_totals(order, refs=refs_of(order), profile=profile)

    if plan.decision == "hold":
        assert plan.message
        return
    erp = predict(plan.lines, currency=order.currency, profile=profile)
    assert erp.gross == round_half_up(order.gross_total, order.currency)
    assert erp.gross == plan.predicted_gross


@settings(max_examples=200, deadline=None)
@given(order=orders, profile=profiles)
def test_rounding_line_stays_within_tolerance(
    order: StorefrontOrder, profile: RoundingProfile
) -> None:
    plan = plan_totals(order, refs=refs_of(order), profile=profile)

    rounding = [line.net_unit_price for line in plan.lines if line.kind == "rounding"]
    assert rounding == ([plan.rounding_amount] if plan.rounding_amount else [])
    limit = profile.tolerance_steps * smallest_unit(order.currency)
    assert abs(plan.rounding_amount) <= limit


@settings(max_examples=100, deadline=None)
@given(order=orders, profile=profiles)
def test_sent_numbers_fit_the_digits_of_the_erp(
    order: StorefrontOrder, profile: RoundingProfile
) -> None:
    plan = plan_totals(order, refs=refs_of(order), profile=profile)

    for line in plan.lines:
        assert _digits(line.discount_percent) <= profile.discount_digits
        if profile.unit_price_digits is not None:
            assert _digits(line.net_unit_price) <= profile.unit_price_digits


def _digits(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))
