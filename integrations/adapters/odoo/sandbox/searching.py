"""Domains and orders, as strict and as lax as Odoo's."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.adapters.odoo.sandbox.computed import value_of
from integrations.adapters.odoo.sandbox.faults import OdooFault, type_error, value_error
from integrations.adapters.odoo.sandbox.fields import FieldDef
from integrations.adapters.odoo.sandbox.store import Row, Store

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_JOINTS = {"&": 2, "|": 2, "!": 1}


def search(
    store: Store,
    model: str,
    domain: Any,
    *,
    order: str | None = None,
    offset: int = 0,
    limit: Any = None,
    active_test: bool = True,
) -> list[int]:
    """Ids of the rows that match. A limit of 0 is no limit."""
    if not isinstance(domain, list):
        raise type_error(f"Domain() invalid argument type for domain: {domain!r}")
    terms = [_checked(store, model, item) for item in domain]
    if active_test and "active" in store.models[model].fields and not _names_active(terms):
        terms.append(["active", "=", True])
    matches = _Matcher(store, model, terms)
    table = store.table(model)
    found = [row for row_id in matches.candidates() if matches(row := table[row_id])]
    ids = [row["id"] for row in _sorted(store, model, found, order)]
    if isinstance(limit, str):
        raise _not_a_number("bigint", limit)
    return ids[offset : offset + limit] if limit else ids[offset:]


def _names_active(terms: list[Any]) -> bool:
    return any(isinstance(term, list) and term[0] == "active" for term in terms)


def _checked(store: Store, model: str, item: Any) -> Any:
    if isinstance(item, str) and item in _JOINTS:
        return item
    if not isinstance(item, list) or len(item) != 3:
        raise value_error(f"Domain() invalid item in domain: {item!r}")
    name = str(item[0]).split(".")[0]
    if name not in store.models[model].fields:
        raise value_error(f"Invalid field {model}.{item[0]} in condition {tuple(item)!r}")
    return item


class _Matcher:
    """A domain in Odoo's prefix notation; terms without a joint before them are and-ed."""

    def __init__(self, store: Store, model: str, terms: list[Any]) -> None:
        self._store, self._model, self._terms = store, model, terms
        self._tests: list[Callable[[Row], bool]] = []
        rest = list(terms)
        while rest:
            self._tests.append(self._parse(rest))

    def __call__(self, row: Row) -> bool:
        return all(test(row) for test in self._tests)

    def candidates(self) -> list[int]:
        """Row ids worth testing: an indexed term of a plain domain narrows them."""
        if not any(isinstance(term, str) for term in self._terms):
            for name, operator, value in self._terms:
                values = value if operator == "in" else [value] if operator == "=" else None
                if isinstance(values, list):
                    found = self._store.indexed(self._model, name, values)
                    if found is not None:
                        return sorted(found)
        return list(self._store.table(self._model))

    def _parse(self, rest: list[Any]) -> Callable[[Row], bool]:
        term = rest.pop(0)
        if term == "!":
            inner = self._parse(rest)
            return lambda row: not inner(row)
        if term in ("&", "|"):
            left, right = self._parse(rest), self._parse(rest)
            if term == "&":
                return lambda row: left(row) and right(row)
            return lambda row: left(row) or right(row)
        return self._term(*term)

    def _term(self, path: str, operator: str, value: Any) -> Callable[[Row], bool]:
        name, _, further = path.partition(".")
        one = self._store.models[self._model].fields[name]
        if further:
            inner = _Matcher(self._store, one.relation, [[further, operator, value]])
            return lambda row: any(
                inner(self._store.get(one.relation, other)) for other in self._related(row, name)
            )
        if operator == "child_of":
            return lambda row: self._is_below(one, self._related(row, name), value)
        if one.type in {"one2many", "many2many"} and operator in {"in", "="}:
            wanted = set(value if isinstance(value, list) else [value])
            return lambda row: bool(wanted & set(self._related(row, name)))
        wanted_value = _comparable(one, value)
        compare = _OPERATORS[operator]
        return lambda row: compare(
            _plain(value_of(self._store, self._model, row, name)), wanted_value
        )

    def _related(self, row: Row, name: str) -> list[int]:
        value = value_of(self._store, self._model, row, name)
        return value if isinstance(value, list) else [value] if value else []

    def _is_below(self, one: FieldDef, ids: list[int], top: int) -> bool:
        def above(row_id: int) -> list[int]:
            parent = self._store.get(one.relation, row_id).get("parent_id")
            return [row_id, *(above(parent) if parent else [])]

        return any(top in above(row_id) for row_id in ids)


def _plain(value: Any) -> Any:
    # times are compared by whole seconds, although the database keeps more
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _comparable(one: FieldDef, value: Any) -> Any:
    if isinstance(value, list):
        return [_comparable(one, item) for item in value]
    if value is False or value is None:
        return False
    if one.type == "datetime":
        return _moment(str(value))
    if one.type in {"integer", "many2one"} and isinstance(value, str):
        if not value.lstrip("-").isdigit():
            raise _not_a_number("integer", value)
        return int(value)
    if one.type in {"float", "monetary"}:
        return number(value)
    return value


def _moment(text: str) -> datetime:
    if text.endswith("Z") or "+" in text:
        raise value_error(f"expecting only datetimes with no timezone: {text!r}")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise value_error(f"Invalid term {text!r} in expression date: {text!r}") from None


def number(value: Any) -> Decimal:
    """As Python's float() takes it: also digits in a text, never a comma."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise value_error(f"could not convert string to float: {value!r}") from None


def _not_a_number(kind: str, value: str) -> OdooFault:
    return OdooFault(
        "psycopg2.errors.InvalidTextRepresentation",
        f'invalid input syntax for type {kind}: "{value}"\nLINE 1: ...{value!r}\n   ^\n',
    )


def _like(pattern: Any, *, anywhere: bool, ignore_case: bool) -> re.Pattern[str]:
    text = re.escape(str(pattern)).replace("%", ".*").replace("_", ".")
    if anywhere:
        text = f".*{text}.*"
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _matches(anywhere: bool, ignore_case: bool) -> Callable[[Any, Any], bool]:
    def compare(mine: Any, pattern: Any) -> bool:
        expression = _like(pattern, anywhere=anywhere, ignore_case=ignore_case)
        return bool(expression.fullmatch(str(mine or "")))

    return compare


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda mine, value: mine == value,
    "!=": lambda mine, value: mine != value,
    "in": lambda mine, value: mine in value,
    "not in": lambda mine, value: mine not in value,
    ">": lambda mine, value: mine is not False and mine > value,
    ">=": lambda mine, value: mine is not False and mine >= value,
    "<": lambda mine, value: mine is not False and mine < value,
    "<=": lambda mine, value: mine is not False and mine <= value,
    "like": _matches(anywhere=True, ignore_case=False),
    "ilike": _matches(anywhere=True, ignore_case=True),
    "=like": _matches(anywhere=False, ignore_case=False),
    "=ilike": _matches(anywhere=False, ignore_case=True),
}


def _sorted(store: Store, model: str, rows: list[Row], order: str | None) -> list[Row]:
    for part in reversed((order or store.models[model].order).split(",")):
        name, _, direction = part.strip().partition(" ")
        if name not in store.models[model].fields:
            raise value_error(f"Invalid field {name!r} on model {model!r}")
        one = store.models[model].fields[name]
        values = [(_sort_key(one, value_of(store, model, row, name)), row) for row in rows]
        values.sort(key=lambda pair: pair[0], reverse=direction.strip().lower() == "desc")
        rows = [row for _, row in values]
    return rows


def _sort_key(one: FieldDef, value: Any) -> tuple[bool, Any]:
    if one.type == "boolean":
        return False, bool(value)
    is_empty = value is False or value is None
    return is_empty, 0 if is_empty else value
