"""Values as SAP writes them, the odd ones included."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from integrations.adapters.sap.wire import (
    day_of,
    day_value,
    etag_of,
    item_number,
    key,
    moment_literal,
    moment_of,
    number_of,
    number_text,
    quoted,
    row_of,
    rows_of,
    text_of,
    time_of,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("12.50", "12.50"),
        ("0.000", "0"),
        ("-5", "-5"),
        ("5.00-", "-5.00"),  # as ABAP writes it
        (" 7 ", "7"),
        ("1E+2", "100"),
        ("", "0"),
        (None, "0"),
        (3, "3"),
        (Decimal("1.5"), "1.5"),
        ("12.", "12"),
    ],
)
def test_number_is_read(value: object, number: str) -> None:
    assert number_of(value) == Decimal(number)


@pytest.mark.parametrize(
    "value", ["1,234.50", "1.234,50", "1 234", "12,5", "EUR 5", "NaN", "Infinity", "-", "--5", "٣"]
)
def test_number_nobody_can_be_sure_of_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number_of(value)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("/Date(1735718400000+0000)/", datetime(2025, 1, 1, 8, tzinfo=UTC)),
        # the offset tells how it was written; the milliseconds are UTC all the same
        ("/Date(1735718400000+0120)/", datetime(2025, 1, 1, 8, tzinfo=UTC)),
        ("/Date(1735718400000-0300)/", datetime(2025, 1, 1, 8, tzinfo=UTC)),
        ("/Date(-86400000)/", datetime(1969, 12, 31, tzinfo=UTC)),
        ("/Date(1735718400123)/", datetime(2025, 1, 1, 8, 0, 0, 123_000, tzinfo=UTC)),
        ("", None),
        (None, None),
        ("00000000", None),
        ("0000-00-00T00:00:00", None),
    ],
)
def test_moment_is_read(value: object, moment: datetime | None) -> None:
    assert moment_of(value) == moment


def test_day_of_forever_is_in_the_calendar() -> None:
    assert day_of("/Date(253402214400000)/") == date(9999, 12, 31)


def test_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="not a moment"):
        moment_of("/Date(999999999999999)/")


def test_day_goes_there_and_back() -> None:
    day = date(2026, 11, 27)

    assert day_value(day) == "/Date(1795737600000)/"
    assert day_of(day_value(day)) == day


@pytest.mark.parametrize(
    ("value", "told"),
    [("PT08H30M15S", time(8, 30, 15)), ("PT09H", time(9)), ("", time()), (None, time())],
)
def test_time_of_day_is_read(value: object, told: time) -> None:
    assert time_of(value) == told


def test_moment_in_an_address_is_utc_to_the_millisecond() -> None:
    moment = datetime(2026, 11, 27, 9, 30, 0, 123_456, tzinfo=UTC)

    assert moment_literal(moment) == "datetimeoffset'2026-11-27T09:30:00.123Z'"


def test_quotes_in_an_address_are_doubled() -> None:
    assert quoted("O'Brien") == "'O''Brien'"
    assert key("A_Product", Product="O'B") == "A_Product('O''B')"
    assert (
        key("A_SalesOrderItem", SalesOrder="1", SalesOrderItem="10")
        == "A_SalesOrderItem(SalesOrder='1',SalesOrderItem='10')"
    )


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ({"results": [{"a": 1}]}, [{"a": 1}]),
        ([{"a": 1}], [{"a": 1}]),
        ({"__deferred": {"uri": "x"}}, []),
        (None, []),
        ([], []),
    ],
)
def test_navigation_to_many_is_read(value: object, rows: list[dict[str, int]]) -> None:
    assert rows_of(value) == rows


@pytest.mark.parametrize("value", [None, {"__deferred": {"uri": "x"}}, ""])
def test_navigation_to_one_that_is_not_there_is_nothing(value: object) -> None:
    assert row_of(value) is None


def test_what_is_empty_is_an_empty_text() -> None:
    assert [text_of(value) for value in (None, False, "", 0, "0")] == ["", "", "", "0", "0"]


def test_etag_is_read_unparsed() -> None:
    assert etag_of({"__metadata": {"etag": 'W/"2026-11-23T09:36:03.264Z"'}}) == (
        'W/"2026-11-23T09:36:03.264Z"'
    )
    assert etag_of({}) == etag_of({"__metadata": None}) == ""


@pytest.mark.parametrize(("value", "number"), [("000010", "10"), ("10", "10"), (None, "")])
def test_number_of_an_item_has_no_zeros_in_front(value: object, number: str) -> None:
    assert item_number(value) == number


def test_number_is_sent_without_an_exponent() -> None:
    assert number_text(Decimal("1E+3")) == "1000"
    assert number_text(Decimal("1.500")) == "1.5"
    assert number_text(Decimal("-0.01")) == "-0.01"
