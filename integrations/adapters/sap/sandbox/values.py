"""Values between Python and OData V2: how they are stored, read from a body and written out.

Stored are str, Decimal, date, datetime (UTC), bool or None. Decimals and Int64 are texts on the
wire, days and moments `/Date(…)/` (OData V2 JSON format).
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.adapters.sap.sandbox.schema import Field, Prop

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")


def written(prop: Prop, value: Any) -> Any:
    """As it stands in an answer."""
    if value is None or prop.kind in "SBG":
        return value
    if prop.kind == "N":
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if prop.kind == "D":
        return f"/Date({_ms(datetime(value.year, value.month, value.day, tzinfo=UTC))})/"
    if prop.kind == "T":
        return f"/Date({_ms(value)}+0000)/"
    return value


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def taken(prop: Prop, value: Any, path: str) -> Any:
    """From a body. Raises Field for a value of another type or too long."""
    if value is None:
        return None
    read = {"S": _text, "N": _number, "D": _day, "T": _moment, "B": _flag}.get(prop.kind, _text)
    return read(prop, value, path)


def _wrong(value: Any, told: str, path: str) -> Field:
    return Field(f"Value {value} is not a valid {told}", path)


def _text(prop: Prop, value: Any, path: str) -> str:
    if not isinstance(value, str) or (prop.length and len(value) > prop.length):
        raise _wrong(value, f"String({prop.length})" if prop.length else "String", path)
    return value


def _number(prop: Prop, value: Any, path: str) -> Decimal:
    precision, scale = prop.digits
    told = f"Decimal({precision},{scale})"
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise _wrong(value, told, path)
    try:
        number = Decimal(str(value))
    except InvalidOperation as exc:
        raise _wrong(value, told, path) from exc
    if not number.is_finite() or number != round(number, scale):
        raise _wrong(value, told, path)
    if abs(number) >= Decimal(10) ** (precision - scale):
        raise _wrong(value, told, path)
    return number


def _day(prop: Prop, value: Any, path: str) -> date:
    return _moment_of(value, "DateTime", path).date()


def _moment(prop: Prop, value: Any, path: str) -> datetime:
    return _moment_of(value, "DateTimeOffset", path)


def _moment_of(value: Any, told: str, path: str) -> datetime:
    match = _DATE.fullmatch(str(value))
    if match:
        return _EPOCH + timedelta(milliseconds=int(match[1]))
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError as exc:
        raise _wrong(value, told, path) from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _flag(prop: Prop, value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "Boolean", path)
    return value


def literal(text: str) -> Any:
    """A typed literal of an address. Raises Field for what is none."""
    for prefix, read in (("datetimeoffset", _offset), ("datetime", _plain_day), ("guid", str)):
        if text.startswith(f"{prefix}'") and text.endswith("'"):
            return read(text[len(prefix) + 1 : -1])
    if text.startswith("'") and text.endswith("'") and len(text) >= 2:
        return text[1:-1].replace("''", "'")
    if text in {"true", "false"}:
        return text == "true"
    if text == "null":
        return None
    try:
        return Decimal(text.rstrip("MmLldDfF"))
    except InvalidOperation as exc:
        raise Field(f"Parsing URL failed: {text}") from exc


def _offset(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _plain_day(text: str) -> date:
    return datetime.fromisoformat(text).date()
