"""Templates of requests: data with holes, filled value by value.

A hole is `{name}`, `{name?}` (left out when empty) or `{name|style}`. A text that is one hole
keeps the value's own JSON type; a hole inside a text becomes text. Nothing is evaluated, no
attribute is reached, and what fills a hole is never read as a template again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integrations.adapters.custom.paths import plain
from integrations.adapters.custom.values import EPOCH, Formats, write_value

OMIT: Any = type("Omit", (), {"__repr__": lambda _: "OMIT"})()

HOLE = re.compile(r"\{([a-z][a-z0-9_.]*)(\?)?((?:\|[a-z0-9_]+)*)\}")
TEXT_STYLES = ("quoted", "upper", "lower", "text")
DATE_STYLES = ("date", "time", "unix", "unix_ms", "iso")
NUMBER_STYLES = ("decimal", "text", "minor", "scaled2", "scaled3", "scaled4", "scaled6", "whole")

_TAME = re.compile(r"[\w.:@+\-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Filling:
    """What holes are filled from. `is_search`: texts in it are conditions, not contents."""

    values: Mapping[str, Any]
    formats: Formats
    currency: str = ""
    is_search: bool = False

    def inside(self, prefix: str, row: Mapping[str, Any]) -> "Filling":
        more = {f"{prefix}.{name}" if name else prefix: value for name, value in row.items()}
        values = {**self.values, **more}
        return Filling(values, self.formats, self.currency, self.is_search)


@dataclass(frozen=True, slots=True)
class Const:
    value: Any

    def fill(self, given: Filling) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class Hole:
    """`kind` says how its value is written; `styles` override that, from left to right."""

    name: str
    kind: str
    is_optional: bool
    styles: tuple[str, ...]
    mark: str = ""  # the quotation mark that stands right before it

    def fill(self, given: Filling) -> Any:
        value = given.values.get(self.name)
        if self.is_optional and value in (None, "", (), []):
            return OMIT
        if value is None and self.kind == "time":
            value = EPOCH  # a window that is open at its start
        if isinstance(value, (list, tuple)):
            several = [self._written(one, given) for one in value]
            return _joined(several, given) if "csv" in self.styles else several
        return self._written(value, given)

    def _written(self, value: Any, given: Filling) -> Any:
        kind, style = self.kind, ""
        for one in self.styles:
            if one == "quoted":
                value = str(value).replace(self.mark, self.mark * 2)
            elif one in {"upper", "lower"}:
                value = getattr(str(value), one)()
            elif one in {"date", "time"}:
                kind, value = one, _as(one, value, given.formats)
            elif one == "csv":
                continue
            elif one == "text" and not isinstance(value, Decimal):
                value = _text(write_value(kind, value, given.formats))
            else:
                style = one
        if style == "whole":
            return _whole(value)
        return write_value(kind, value, given.formats, style=style, currency=given.currency)


@dataclass(frozen=True, slots=True)
class Joined:
    """Text with holes in it."""

    parts: tuple[str | Hole, ...]

    def fill(self, given: Filling) -> Any:
        said = []
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
                continue
            value = part.fill(given)
            if value is OMIT:
                return OMIT
            is_quoted = "quoted" in part.styles
            several = value if isinstance(value, list) else [value]
            said.append(_joined(several, given, is_quoted=is_quoted))
        return "".join(said)


@dataclass(frozen=True, slots=True)
class Obj:
    items: tuple[tuple[str, Any], ...]

    def fill(self, given: Filling) -> Any:
        filled = {name: one.fill(given) for name, one in self.items}
        return {name: value for name, value in filled.items() if value is not OMIT}


@dataclass(frozen=True, slots=True)
class Arr:
    items: tuple[Any, ...]

    def fill(self, given: Filling) -> Any:
        filled = [one.fill(given) for one in self.items]
        return [value for value in filled if value is not OMIT]


@dataclass(frozen=True, slots=True)
class Each:
    """One item for each row of a list; the row's values are `<prefix>.<name>`."""

    rows: str
    prefix: str
    item: Any

    def fill(self, given: Filling) -> Any:
        rows: Sequence[Mapping[str, Any]] = given.values.get(self.rows) or ()
        filled = [self.item.fill(given.inside(self.prefix, row)) for row in rows]
        return [value for value in filled if value is not OMIT]


@dataclass(frozen=True, slots=True)
class Choose:
    """One of several templates, by the value of a name."""

    name: str
    cases: Mapping[str, Any]
    otherwise: Any

    def fill(self, given: Filling) -> Any:
        value = plain(given.values.get(self.name))
        if value in self.cases:
            return self.cases[value].fill(given)
        if self.otherwise is None:
            raise ValueError(f"{self.name} is {value!r}, for which $choose has no case")
        return self.otherwise.fill(given)


def filled_path(parts: Sequence[str | Hole], given: Filling) -> str:
    """A path whose values can be nothing but one segment each."""
    said = []
    for part in parts:
        if isinstance(part, str):
            said.append(part)
            continue
        text = _text(part.fill(given))
        if not text or text in {".", ".."} or _CONTROL.search(text):
            raise ValueError(f"{text!r} cannot stand in the path of a request")
        said.append(quote(text, safe=""))
    return "".join(said)


def filled_query(items: Sequence[tuple[str, Any]], given: Filling) -> list[tuple[str, str]]:
    """Pairs to be encoded; a list repeats its name, what is empty and optional is left out."""
    pairs: list[tuple[str, str]] = []
    for name, one in items:
        value = one.fill(given)
        if value is OMIT or value is None:
            continue
        several = value if isinstance(value, list) else [value]
        pairs += [(name, _text(single)) for single in several]
    return pairs


def filled_headers(items: Sequence[tuple[str, Any]], given: Filling) -> dict[str, str]:
    """Raises ValueError for a value that would end its line."""
    headers = dict(filled_query(items, given))
    for name, value in headers.items():
        if _CONTROL.search(value) or not value.isascii():
            raise ValueError(f"{value!r} cannot stand in the header {name}")
    return headers


def _joined(values: Sequence[Any], given: Filling, *, is_quoted: bool = False) -> str:
    """One text of several, which in a condition must not read as more than themselves."""
    texts = [_text(one) for one in values]
    for text in texts:
        if given.is_search and not is_quoted and not _TAME.fullmatch(text):
            raise ValueError(f"{text!r} does not fit into a condition; quote it: |quoted")
    return ",".join(texts)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else plain(value)


def _whole(value: Any) -> int:
    number = Decimal(str(value))
    if number != number.to_integral_value():
        raise ValueError(f"{number} is not a whole number")
    return int(number)


def _as(style: str, value: Any, formats: Formats) -> Any:
    if style == "date" and isinstance(value, datetime):
        return value.astimezone(formats.zone).date()
    if style == "time" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), formats.zone).astimezone(UTC)
    return value
