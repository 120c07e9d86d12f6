"""Values as an ERP writes and reads them, by what its mapping says. Pure.

A kind says what a value is (`amount`, `time` …), a style how it is written (`minor`, `unix` …).
What cannot be read, or not written without changing it, raises ValueError with a sentence.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any
from zoneinfo import ZoneInfo

from moneyed import CurrencyDoesNotExist, get_currency

from integrations.adapters.custom.paths import plain

AMOUNT_STYLES = ("decimal", "text", "minor", "scaled2", "scaled3", "scaled4", "scaled6")
TIME_WORDS = ("iso", "unix", "unix_ms")
EPOCH = datetime.fromtimestamp(0, UTC)
_SAMPLE = datetime(2026, 11, 27, 13, 5, 9, tzinfo=UTC)
_LONGEST_NUMBER = 30  # digits; 1e999999 is no amount
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How this ERP writes. `date` and `time` are `iso`, `unix`, `unix_ms` or like %d.%m.%Y."""

    zone: ZoneInfo = ZoneInfo("UTC")
    date: str = "iso"
    time: str = "iso"
    amounts: str = "decimal"
    unit_prices: str = "decimal"
    numbers: str = "decimal"
    decimal_mark: str = "."
    thousands_mark: str = ""

    def style_of(self, kind: str) -> str:
        styles = {
            "amount": self.amounts,
            "unit_price": self.unit_prices,
            "number": self.numbers,
            "date": self.date,
            "time": self.time,
        }
        return styles.get(kind, "")


def currency_digits(currency: str) -> int:
    """2 for EUR, 0 for JPY, 3 for KWD."""
    try:
        return len(str(int(get_currency(currency.upper()).sub_unit))) - 1
    except CurrencyDoesNotExist as exc:
        raise ValueError(f"the currency {currency!r} is unknown") from exc


# ---------------------------------------------------------------- reading


def read_value(
    kind: str, raw: Any, formats: Formats, *, style: str = "", currency: str = ""
) -> Any:
    """A value of an answer as `kind`, its usual style unless another is named."""
    style = style or formats.style_of(kind)
    if kind in {"amount", "unit_price", "number"}:
        return _read_number(raw, formats, style, currency)
    if kind == "date":
        return _read_day(raw, formats, style)
    if kind == "time":
        return _read_moment(raw, formats, style)
    if kind == "flag":
        return _read_flag(raw)
    if isinstance(raw, (dict, list)):
        raise ValueError("it is a list or an object, not a text")
    return "" if raw is None else plain(raw)


def _read_number(raw: Any, formats: Formats, style: str, currency: str) -> Decimal:
    number = _number(raw, formats)
    if style.startswith("scaled"):
        return number.scaleb(-int(style.removeprefix("scaled")))
    return number.scaleb(-currency_digits(currency)) if style == "minor" else number


def _number(raw: Any, formats: Formats) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (int, Decimal, str)):
        raise ValueError(f"{raw!r} is not a number")
    text = str(raw).strip()
    if isinstance(raw, str):
        if formats.thousands_mark:
            text = text.replace(formats.thousands_mark, "")
        text = text.replace(formats.decimal_mark, ".")
    try:
        number = Decimal(text)
    except InvalidOperation as exc:
        raise ValueError(f"{raw!r} is not a number") from exc
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise ValueError(f"{raw!r} is not a number")
    return number


def _read_day(raw: Any, formats: Formats, style: str) -> date:
    if style in {"unix", "unix_ms"}:
        return _read_moment(raw, formats, style).astimezone(formats.zone).date()
    text = str(raw).strip()
    if style == "iso":
        return date.fromisoformat(text[:10])
    return datetime.strptime(text, style).replace(tzinfo=formats.zone).date()


def _read_moment(raw: Any, formats: Formats, style: str) -> datetime:
    """A time without an offset is in the ERP's own zone; one that came twice, the earlier."""
    if style in {"unix", "unix_ms"}:
        seconds = _number(raw, formats)
        return EPOCH + timedelta(seconds=float(seconds / 1000 if style == "unix_ms" else seconds))
    text = str(raw).strip()
    parse = datetime.fromisoformat if style == "iso" else _by_format(style)
    moment = parse(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=formats.zone)
    return moment.astimezone(UTC)


def _by_format(style: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, style)  # noqa: DTZ007 its zone is given after


def _read_flag(raw: Any) -> bool:
    known = _FLAGS.get(plain(raw).lower())
    if known is None:
        raise ValueError(f"{raw!r} is neither true nor false; give it a table 'values'")
    return known


# ---------------------------------------------------------------- writing


def write_value(
    kind: str, value: Any, formats: Formats, *, style: str = "", currency: str = ""
) -> Any:
    """A value as JSON may hold it. Raises ValueError where the style cannot say it exactly."""
    if value is None or isinstance(value, (bool, str)):
        return value
    style = style or formats.style_of(kind)
    if isinstance(value, datetime):
        return _written_moment(value, formats, style)
    if isinstance(value, date):
        return value.isoformat() if style == "iso" else value.strftime(style)
    if isinstance(value, Decimal):
        return _written_number(value, formats, style, currency, is_amount=kind == "amount")
    return value


def _written_moment(value: datetime, formats: Formats, style: str) -> str | int:
    if style == "unix":
        return int(value.timestamp())
    if style == "unix_ms":
        return int(value.timestamp() * 1000)
    local = value.astimezone(formats.zone)
    if style == "iso":
        return local.isoformat(timespec="seconds").replace("+00:00", "Z")
    return local.strftime(style)


def _written_number(
    value: Decimal, formats: Formats, style: str, currency: str, *, is_amount: bool
) -> Decimal | int | str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that can be sent")
    if style == "minor":
        return _counted(value, currency_digits(currency), f"the smallest unit of {currency}")
    if style.startswith("scaled"):
        digits = int(style.removeprefix("scaled"))
        return _counted(value, digits, f"{digits} decimals")
    short = _short(value)
    if style != "text":
        return short
    digits = currency_digits(currency) if is_amount and currency else 0
    has = max(0, -int(short.as_tuple().exponent))
    return f"{short:.{max(has, digits)}f}".replace(".", formats.decimal_mark)


def _counted(value: Decimal, digits: int, what: str) -> int:
    with localcontext(prec=60):
        number = value.scaleb(digits)
        if number != number.to_integral_value():
            raise ValueError(f"{_short(value)} is finer than {what}")
        return int(number)


def _short(value: Decimal) -> Decimal:
    with localcontext(prec=60):
        return Decimal(f"{value.normalize():f}") + 0


# ---------------------------------------------------------------- windows, and the formats


def wall_window(start: datetime, end: datetime, formats: Formats) -> tuple[datetime, datetime]:
    """The window for an ERP that compares local times without an offset.

    When its clocks go back, an hour comes twice: a row of the second one looks older than it
    is. Near that hour the window is widened by what the clocks lost, so that no row is missed.
    """
    if formats.time in TIME_WORDS or "%z" in formats.time:
        return start, end
    zone, hour = formats.zone, timedelta(hours=1)
    lost_soon = _offset(start, zone) - _offset(start + hour, zone)
    lost_just_now = _offset(end - hour, zone) - _offset(end, zone)
    nothing = timedelta(0)
    return start - max(lost_soon, nothing), end + max(lost_just_now, nothing)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def format_problem(style: str, *, is_time: bool) -> str:
    """Why a date or time format is unusable, "" when it is fine: it must read what it wrote."""
    if style in TIME_WORDS:
        return ""
    if "%" not in style:
        return f"{style!r} is no format; it must be one of {', '.join(TIME_WORDS)} or like %d.%m.%Y"
    needed = ("%Y", "%y", "%H") if is_time else ("%Y", "%y")
    if not _holds(style, needed[:2]) or (is_time and not _holds(style, ("%H", "%I", "%X", "%T"))):
        return f"{style!r} lacks the {'hour or the ' if is_time else ''}year"
    try:
        told = _SAMPLE.strftime(style)
        again = datetime.strptime(told, style)  # noqa: DTZ007 only compared
    except ValueError as exc:
        return f"{style!r} cannot be used: {exc}"
    return "" if again.date() == _SAMPLE.date() else f"{style!r} does not tell the whole day"


def _holds(style: str, needed: Iterable[str]) -> bool:
    return any(re.search(f"(?<!%){re.escape(one)}", style) for one in needed)
