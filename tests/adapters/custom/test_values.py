"""Values as home-grown ERPs write them, both ways."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from integrations.adapters.custom.values import (
    Formats,
    format_problem,
    read_value,
    wall_window,
    write_value,
)

BERLIN = ZoneInfo("Europe/Berlin")
GERMAN = Formats(
    zone=BERLIN,
    date="%d.%m.%Y",
    time="%d.%m.%Y %H:%M:%S",
    amounts="minor",
    unit_prices="scaled4",
    numbers="text",
    decimal_mark=",",
    thousands_mark=".",
)
ISO = Formats()


@pytest.mark.parametrize(
    ("kind", "raw", "formats", "currency", "value"),
    [
        ("amount", 12900, GERMAN, "EUR", Decimal("129.00")),
        ("amount", 2564, GERMAN, "JPY", Decimal(2564)),
        ("amount", 3889, GERMAN, "KWD", Decimal("3.889")),
        ("unit_price", 73500, GERMAN, "EUR", Decimal("7.35")),
        ("number", "1.250,500", GERMAN, "", Decimal("1250.5")),
        ("number", Decimal("12.50"), ISO, "", Decimal("12.50")),
        ("amount", "-3.10", ISO, "EUR", Decimal("-3.10")),
        ("date", "27.11.2026", GERMAN, "", date(2026, 11, 27)),
        ("date", "2026-11-27T00:00:00", ISO, "", date(2026, 11, 27)),
        ("time", "27.11.2026 13:05:09", GERMAN, "", datetime(2026, 11, 27, 12, 5, 9, tzinfo=UTC)),
        ("time", "2026-07-01T13:00:00+02:00", ISO, "", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("time", "2026-07-01T13:00:00", Formats(zone=BERLIN), "", datetime(2026, 7, 1, 11,
         tzinfo=UTC)),
        ("time", 1795784709, Formats(time="unix"), "", datetime(2026, 11, 27, 13, 5, 9,
         tzinfo=UTC)),
        ("flag", 1, ISO, "", True),
        ("flag", "false", ISO, "", False),
        ("text", 4711, ISO, "", "4711"),
    ],
)  # fmt: skip
def test_value_is_read(
    kind: str, raw: object, formats: Formats, currency: str, value: object
) -> None:
    assert read_value(kind, raw, formats, currency=currency) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("amount", "NaN"),
        ("amount", "1e999999999999999999"),
        ("number", "twelve"),
        ("number", True),
        ("number", [1]),
        ("date", "31.02.2026"),
        ("time", "yesterday"),
        ("flag", "maybe"),
        ("text", {"a": 1}),
    ],
)
def test_value_that_is_none_is_refused(kind: str, raw: object) -> None:
    with pytest.raises(ValueError):
        read_value(kind, raw, ISO, currency="EUR")


@pytest.mark.parametrize(
    ("kind", "value", "formats", "currency", "written"),
    [
        ("amount", Decimal("129"), GERMAN, "EUR", 12900),
        ("amount", Decimal("3.889"), GERMAN, "KWD", 3889),
        ("unit_price", Decimal("7.35"), GERMAN, "EUR", 73500),
        ("number", Decimal("1250.50"), GERMAN, "", "1250,5"),
        ("amount", Decimal("129"), Formats(amounts="text"), "EUR", "129.00"),
        ("unit_price", Decimal("1E+3"), Formats(unit_prices="text"), "EUR", "1000"),
        ("number", Decimal("3.0"), ISO, "", Decimal(3)),
        ("date", date(2026, 11, 27), GERMAN, "", "27.11.2026"),
        ("time", datetime(2026, 11, 27, 12, 5, 9, tzinfo=UTC), GERMAN, "", "27.11.2026 13:05:09"),
        ("time", datetime(2026, 11, 27, 12, 5, 9, tzinfo=UTC), ISO, "", "2026-11-27T12:05:09Z"),
    ],
)  # fmt: skip
def test_value_is_written(
    kind: str, value: object, formats: Formats, currency: str, written: object
) -> None:
    assert write_value(kind, value, formats, currency=currency) == written


@pytest.mark.parametrize("value", [Decimal("7.355"), Decimal("NaN"), Decimal("Infinity")])
def test_amount_that_would_change_on_the_way_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError):
        write_value("amount", value, GERMAN, currency="EUR")


def at(hour: int, minute: int) -> datetime:
    """On the night when the clocks of Berlin go back from 3:00 to 2:00, which is 1:00 UTC."""
    return datetime(2026, 10, 25, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "since", "until"),
    [
        (at(0, 30), at(0, 45), "01:30", "02:45"),
        (at(0, 30), at(1, 10), "01:30", "03:10"),
        (at(1, 10), at(1, 20), "02:10", "03:20"),
        (at(12, 0), at(12, 30), "13:00", "13:30"),
    ],
    ids=["before", "across", "after", "any other time"],
)
def test_window_near_the_hour_that_comes_twice_is_widened(
    start: datetime, end: datetime, since: str, until: str
) -> None:
    """An ERP that compares its clock's texts must miss no row of either hour."""
    told = wall_window(start, end, GERMAN)

    assert [one.astimezone(BERLIN).strftime("%H:%M") for one in told] == [since, until]


def test_window_of_an_erp_with_offsets_stays_as_it_is() -> None:
    assert wall_window(at(0, 30), at(1, 10), ISO) == (at(0, 30), at(1, 10))


@pytest.mark.parametrize("style", ["iso", "unix", "%d.%m.%Y", "%Y%m%d", "%d/%m/%y"])
def test_usable_date_format(style: str) -> None:
    assert format_problem(style, is_time=False) == ""


@pytest.mark.parametrize("style", ["", "dd.mm.yyyy", "%d.%m.", "%Y-%m", "%Q", "%%Y"])
def test_unusable_date_format(style: str) -> None:
    assert format_problem(style, is_time=False)
