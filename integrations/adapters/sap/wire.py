"""Values as OData V2 writes and reads them. Pure.

In bodies a day is `/Date(ms)/` (midnight UTC), a moment `/Date(ms+0000)/`, a decimal a text; in
addresses they are typed literals. Empty may be null, an empty text or a missing property.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]

FOREVER = date(9999, 12, 31)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?(E[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_TIME = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")


def text_of(value: Any) -> str:
    """Also of a number. Raises ValueError for an object or a list."""
    if isinstance(value, (Mapping, list)):
        raise ValueError(f"{value!r} is not a text")
    return "" if value is None or value is False else str(value)


def number_of(value: Any) -> Decimal:
    """Also of null and of an empty text; a minus may stand behind, as ABAP writes it.

    ValueError for what is no number. Digits that are grouped are none: whether 1.234 is more
    than a thousand nobody could tell.
    """
    if value in (None, ""):
        return Decimal(0)
    text = str(value).strip()
    if text.endswith("-"):
        text = f"-{text[:-1]}"
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {value!r}")
    return Decimal(text)


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    return Decimal(number_text(number))


def number_text(number: Decimal) -> str:
    """Digits without an exponent or trailing zeros, as a body wants its decimals."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment_of(value: Any) -> datetime | None:
    """None where there is none: null, empty, or a day of zeros. Raises ValueError for a moment
    beyond the calendar."""
    match = _DATE.fullmatch(str(value or ""))
    # the offset only says how it was written: the milliseconds are UTC either way
    try:
        return _EPOCH + timedelta(milliseconds=int(match[1])) if match else None
    except OverflowError as exc:
        raise ValueError(f"not a moment: {value!r}") from exc


def day_of(value: Any) -> date | None:
    moment = moment_of(value)
    return moment.date() if moment else None


def time_of(value: Any) -> time:
    """A time of day like PT17H05M00S; midnight where there is none."""
    match = _TIME.fullmatch(str(value or ""))
    if match is None:
        return time()
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return time(hours, minutes, seconds)


def day_value(day: date) -> str:
    """A day for a body."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return f"/Date({(midnight - _EPOCH) // timedelta(milliseconds=1)})/"


def rows_of(value: Any) -> Sequence[Row]:
    """What an expanded to-many navigation holds; nothing where it was not expanded."""
    if isinstance(value, Mapping):
        return list(value.get("results", ()))
    return list(value or ())


def row_of(value: Any) -> Row | None:
    """What an expanded to-one navigation holds; None where there is none."""
    return value if isinstance(value, Mapping) and "__deferred" not in value else None


def etag_of(row: Row) -> str:
    return str((row.get("__metadata") or {}).get("etag") or "")


def item_number(value: Any) -> str:
    """An item's number without the zeros in front, which not every service leaves out alike."""
    return text_of(value).lstrip("0")


# ---------------------------------------------------------------- in addresses


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def day_literal(day: date) -> str:
    return f"datetime'{day.isoformat()}T00:00:00'"


def moment_literal(moment: datetime) -> str:
    whole = moment.astimezone(UTC)
    return f"datetimeoffset'{whole.strftime('%Y-%m-%dT%H:%M:%S')}.{whole.microsecond // 1000:03}Z'"


def key(entity_set: str, **parts: str) -> str:
    """The address of one entity: one part stands alone, several are named."""
    if len(parts) == 1:
        return f"{entity_set}({quoted(next(iter(parts.values())))})"
    named = ",".join(f"{name}={quoted(value)}" for name, value in parts.items())
    return f"{entity_set}({named})"


def any_of(name: str, values: Sequence[str]) -> str:
    """V2 knows no `in`: a chain of `or`."""
    return "(" + " or ".join(f"{name} eq {quoted(value)}" for value in values) + ")"
