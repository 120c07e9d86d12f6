"""`$filter` of OData V2, as far as SAP Gateway takes it: no `in`, no path over a to-many."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from integrations.adapters.sap.sandbox.schema import Field, Kind
from integrations.adapters.sap.sandbox.values import literal

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<bracket>[(),])|(?P<literal>(?:datetimeoffset|datetime|guid|time)?'(?:[^']|'')*')"
    r"|(?P<word>[^\s(),]+))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}


def parsed(text: str, kind: Kind) -> Test:
    """Raises Field for a broken filter or a property that is not there."""
    tokens = [match[0].strip() for match in _TOKEN.finditer(text)]
    parser = _Parser(tokens, kind)
    test = parser.any()
    if parser.peek():
        raise Field(f"Parsing URL failed at {parser.peek()!r}: end of input expected.")
    return test


class _Parser:
    def __init__(self, tokens: list[str], kind: Kind) -> None:
        self._tokens, self._kind, self._at = tokens, kind, 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise Field(f"Parsing URL failed: Expected {wanted or 'a value'} but {token!r} found.")
        self._at += 1
        return token

    def any(self) -> Test:
        tests = [self.all()]
        while self.peek() == "or":
            self.take()
            tests.append(self.all())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def all(self) -> Test:
        tests = [self.one()]
        while self.peek() == "and":
            self.take()
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def one(self) -> Test:
        if self.peek() == "not":
            self.take()
            inner = self.one()
            return lambda row: not inner(row)
        if self.peek() == "(":
            self.take()
            test = self.any()
            self.take(")")
            return test
        if self.peek() in {"startswith", "substringof"}:
            return self._function()
        name, operator, value = self.take(), self.take(), literal(self.take())
        if operator not in _COMPARE:
            raise Field(f"Parsing URL failed: unknown operator {operator!r}.")
        return _comparison(self._checked(name), _COMPARE[operator], value)

    def _function(self) -> Test:
        function = self.take()
        self.take("(")
        first = self.take()
        self.take(",")
        second = self.take()
        self.take(")")
        name, text = (first, second) if function == "startswith" else (second, first)
        wanted, checked = str(literal(text)), self._checked(name)
        if function == "startswith":
            return lambda row: str(row[checked] or "").startswith(wanted)
        return lambda row: wanted in str(row[checked] or "")

    def _checked(self, name: str) -> str:
        # SAP Gateway, unlike CAP, filters by no navigation to many
        prop = self._kind.props.get(name)
        if prop is None:
            raise Field(f'Property "{name}" does not exist in "{self._kind.name}"')
        if "n" in prop.flags:
            raise Field(f'Property "{name}" is not filterable')
        return prop.stored


def _comparison(name: str, compare: Callable[[Any, Any], bool], value: Any) -> Test:
    def test(row: Row) -> bool:
        there = row[name]
        if there is None and isinstance(value, str):
            there = ""  # ABAP knows no null: an empty text is the initial value
        if there is None or value is None:
            return compare(there is None, value is None) if compare in _EQUALITY else False
        if isinstance(value, date) and not isinstance(value, datetime):
            there = there.date() if isinstance(there, datetime) else there
        return compare(there, value)

    return test


_EQUALITY = {_COMPARE["eq"], _COMPARE["ne"]}
