"""Reading single values out of Medusa's payloads: exact numbers, times, texts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from integrations.errors import Unavailable

Row = Mapping[str, Any]

# Medusa computes with 20 significant digits. A price that includes tax is divided, and what
# comes back is 53.97299999999999968 for 53.973: beyond this place there is only such noise,
# and it would tip a half cent the wrong way.
NOISE_FREE = Decimal("1e-12")


def exact(row: Row, name: str) -> Decimal:
    """The number `name`, digit for digit down to NOISE_FREE.

    Medusa sends it twice: as a JSON number that went through a float, and exact in
    `raw_<name>` as {"value": "978.09075"}. A few fields (order totals, refunds in some
    answers) come without the second; then the text of the number is taken as it stands.
    Raises Unavailable when neither is there: an amount is never guessed to be zero.
    """
    found = _raw(row, name)
    if found is None:
        found = row.get(name)
    if found is None or isinstance(found, bool):
        raise Unavailable(f"Medusa's answer lacks {name} of {row.get('id') or 'a row'}.")
    try:
        return without_noise(Decimal(found if isinstance(found, (int, Decimal)) else str(found)))
    except InvalidOperation as exc:
        raise Unavailable(f"Medusa's answer has {found!r} as {name}.") from exc


def exact_or_zero(row: Row, name: str) -> Decimal:
    """As `exact`, for numbers that Medusa leaves out or sends as null when there is nothing."""
    if _raw(row, name) is None and row.get(name) is None:
        return Decimal(0)
    return exact(row, name)


def text(row: Row, name: str) -> str:
    """The text `name`; null and missing are empty."""
    value = row.get(name)
    return "" if value is None else str(value)


def moment(row: Row, name: str) -> datetime:
    """The time `name` as aware UTC."""
    found = moment_or_none(row, name)
    if found is None:
        raise Unavailable(f"Medusa's answer lacks {name} of {row.get('id') or 'a row'}.")
    return found


def moment_or_none(row: Row, name: str) -> datetime | None:
    """The time `name` as aware UTC, None when it has not happened."""
    value = row.get(name)
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def rows(row: Row, name: str) -> list[Row]:
    """The list `name` sorted by id: Medusa's own order of rows is not stable."""
    found: list[Row] = [one for one in row.get(name) or [] if one]
    return sorted(found, key=lambda one: str(one.get("id") or ""))


def without_noise(number: Decimal) -> Decimal:
    """The number without what lies beyond NOISE_FREE."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -12:
        return number
    return number.quantize(NOISE_FREE, ROUND_HALF_EVEN).normalize()


def _raw(row: Row, name: str) -> Any:
    raw = row.get(f"raw_{name}")
    return raw.get("value") if isinstance(raw, Mapping) else None
