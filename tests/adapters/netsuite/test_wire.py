"""External ids and times, as NetSuite writes them."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.adapters.netsuite.refs import ORDER, PAYMENT, external_id, our_ref_of
from integrations.adapters.netsuite.wire import number_text, storable, time_of, window_text

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@given(st.text(max_size=40))
def test_reference_comes_back_from_its_external_id(our_ref: str) -> None:
    if any(0xD800 <= ord(one) <= 0xDFFF for one in our_ref):
        return
    eid = external_id(ORDER, our_ref)

    assert our_ref_of(ORDER, eid) == our_ref
    assert all(one.isascii() and (one.isalnum() or one in "_-") for one in eid)


def test_usual_reference_can_be_read_in_netsuite() -> None:
    assert external_id(ORDER, "order_01JABC") == "mso-order_01JABC"


def test_order_and_payment_of_one_name_do_not_collide() -> None:
    assert external_id(ORDER, "x") != external_id(PAYMENT, "x")


@pytest.mark.parametrize("eid", ["", "SO-1", "mpay-x", "order_01"])
def test_external_id_of_somebody_else_is_not_ours(eid: str) -> None:
    assert our_ref_of(ORDER, eid) == ""


def test_time_is_read_on_the_users_wall_clock() -> None:
    assert time_of("2026-07-01 17:30:00", LOS_ANGELES) == datetime(2026, 7, 2, 0, 30, tzinfo=UTC)
    assert time_of("2026-12-01 17:30:00", LOS_ANGELES) == datetime(2026, 12, 2, 1, 30, tzinfo=UTC)


def test_window_on_the_wall_clock_in_summer() -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

    assert window_text(noon, LOS_ANGELES, is_start=True) == "2026-07-01 05:00:00"
    assert window_text(noon, LOS_ANGELES, is_start=False) == "2026-07-01 05:00:00"


def test_hour_that_comes_twice_loses_no_row() -> None:
    """On 2026-11-01 at 09:00 UTC the clocks go from 02:00 back to 01:00."""
    before, after = (datetime(2026, 11, 1, 8 + n, 45, tzinfo=UTC) for n in (0, 1))
    changed = "2026-11-01 01:50:00"  # 08:50 or 09:50 UTC

    first = window_text(before, LOS_ANGELES, is_start=True)
    last = window_text(after, LOS_ANGELES, is_start=False)

    assert first <= "2026-11-01 01:00:00" <= last
    assert first <= changed <= last


@pytest.mark.parametrize(
    ("number", "kept"),
    [("3.00", 3), ("37.5", 37.5), ("0.1234567890123456789", "0.1234567890123456789")],
)
def test_number_that_json_would_round_is_kept_as_text(number: str, kept: object) -> None:
    found = storable({"rates": [Decimal(number)]})["rates"][0]

    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(("number", "text"), [("10", "10"), ("1E+2", "100"), ("2.50", "2.5")])
def test_numbers_have_no_exponent(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text
