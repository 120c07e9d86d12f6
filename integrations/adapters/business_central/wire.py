"""Values as Business Central writes and reads them. Pure.

Empty is spelled out: dates as 0001-01-01, ids as zeros, an empty choice as a blank; choices
whose names hold blanks may come encoded as in XML ("In_x0020_Review").
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]

_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_ID = "00000000-0000-0000-0000-000000000000"


def text_of(value: Any) -> str:
    """Also of a number. Raises ValueError for an object or a list."""
    if isinstance(value, (Mapping, list)):
        raise ValueError(f"{value!r} is not a text")
    return str(value).strip() if value else ""


def id_of(value: Any) -> str:
    """An id in small letters; empty for none."""
    text = text_of(value).lower()
    return "" if text == _NO_ID else text


def choice_of(value: Any) -> str:
    """The name of a choice, decoded and without the blanks around it."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text_of(value)).strip()


def number_of(value: Any) -> Decimal:
    return Decimal(str(value)) if value else Decimal(0)


def amount_of(value: Any) -> Decimal:
    """A number without trailing zeros and without an exponent."""
    number = number_of(value).quantize(Decimal("1e-9"))
    return Decimal(f"{number.normalize():f}")


def day_of(value: Any) -> date | None:
    text = text_of(value)[:10]
    return date.fromisoformat(text) if text and not text.startswith("0001-") else None


def time_of(value: Any) -> datetime | None:
    text = text_of(value)
    if not text or text.startswith("0001-"):
        return None
    # seven digits of a second are more than datetime takes
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone(UTC)


def moment_of(value: Any) -> datetime:
    return time_of(value) or datetime.fromtimestamp(0, UTC)


def time_text(moment: datetime) -> str:
    """As a filter wants it; an aware time of any zone."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def quoted(text: str) -> str:
    """A text in a filter."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def any_of(name: str, texts: list[str]) -> str:
    """A filter: the field is one of these texts. "in" is not understood before schema 2.1."""
    return " or ".join(f"{name} eq {quoted(text)}" for text in texts)


def any_id(name: str, ids: list[str]) -> str:
    """A filter: the field is one of these ids, which stand without quotes."""
    return " or ".join(f"{name} eq {one}" for one in ids)
