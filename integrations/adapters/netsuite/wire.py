"""Values as NetSuite writes and reads them. Pure.

SuiteQL sends numbers as texts, booleans as T and F, and leaves out a column that is empty;
sales quantities and credit amounts are negative there. Records send references as
{"id": "42", "refName": "…"}.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
SQL_TIME = "'YYYY-MM-DD HH24:MI:SS'"
SQL_DAY = "'YYYY-MM-DD'"


def text_of(value: Any) -> str:
    """Also of a number. Raises ValueError for an object or a list."""
    if isinstance(value, (Mapping, list)):
        raise ValueError(f"{value!r} is not a text")
    return "" if value is None else str(value)


def number_of(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def size_of(value: Any) -> Decimal:
    """Without the sign that tells a sale from a purchase."""
    return abs(number_of(value))


def is_true(value: Any) -> bool:
    return value is True or str(value) in {"T", "true"}


def id_of(reference: Any) -> str:
    """Of {"id": …}, of a bare id, or empty."""
    if isinstance(reference, Mapping):
        return text_of(reference.get("id"))
    return text_of(reference)


def name_of(reference: Any) -> str:
    return text_of(reference.get("refName")) if isinstance(reference, Mapping) else ""


def day_of(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def time_of(value: Any, zone: ZoneInfo) -> datetime | None:
    """A wall-clock time of the user's zone as UTC; the first of the two an hour apart in autumn."""
    if not value:
        return None
    return datetime.strptime(str(value)[:19], TIME_FORMAT).replace(tzinfo=zone).astimezone(UTC)


def window_text(moment: datetime, zone: ZoneInfo, *, is_start: bool) -> str:
    """An end of a time window on the user's wall clock.

    While the clocks change, the window grows by that hour rather than lose a row of it.
    """
    hour = timedelta(hours=1)
    offsets = [(moment + step).astimezone(zone).utcoffset() for step in (-hour, 0 * hour, hour)]
    known = [offset or timedelta(0) for offset in offsets]
    shift = min(known) if is_start else max(known)
    return (moment.astimezone(UTC) + shift).strftime(TIME_FORMAT)


def number_text(number: Decimal) -> str:
    """Digits without an exponent and without trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def storable(value: Any) -> Any:
    """The same with numbers as plain JSON keeps them; one that it would round becomes a text."""
    if isinstance(value, dict):
        return {name: storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    if not isinstance(value, Decimal):
        return value
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else number_text(value)
