"""Values as Odoo writes and reads them. Pure.

Empty is `false`, never null, also for texts, dates and relations; a relation is
`[id, display name]`; times are UTC without a zone, whole seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def text_of(value: Any) -> str:
    """Also of a number. Raises ValueError for an object or a list."""
    if isinstance(value, (Mapping, list)):
        raise ValueError(f"{value!r} is not a text")
    return str(value) if value else ""


def number_of(value: Any) -> Decimal:
    """Also of an integer or of `false`. Binary noise of a float is left as it came."""
    return Decimal(str(value)) if value else Decimal(0)


def amount_of(value: Any) -> Decimal:
    """A monetary value without the binary noise that Odoo's floats carry."""
    return _without_noise(number_of(value))


def _without_noise(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.000001")).normalize() + Decimal(0)


def id_of(relation: Any) -> int | None:
    """Raises ValueError for what is no relation."""
    return int(_pair(relation)[0]) if relation else None


def name_of(relation: Any) -> str:
    return str(_pair(relation)[1]) if relation else ""


def _pair(relation: Any) -> Sequence[Any]:
    if not isinstance(relation, Sequence) or isinstance(relation, str):
        raise ValueError(f"{relation!r} is no relation")
    return relation


def time_of(value: Any) -> datetime | None:
    if not value:
        return None
    return datetime.strptime(str(value)[:19], TIME_FORMAT).replace(tzinfo=UTC)


def day_of(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def time_text(moment: datetime) -> str:
    """As Odoo wants it; an aware time of any zone."""
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def number_text(number: Decimal) -> str:
    """Digits without an exponent, as `load` wants its numbers."""
    return format(number, "f")


def currency_of(row: Mapping[str, Any]) -> str:
    """Odoo's display name of a currency is its ISO code."""
    return name_of(row["currency_id"]).upper()
