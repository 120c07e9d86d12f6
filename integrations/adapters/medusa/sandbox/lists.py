"""Lists as Medusa answers them: filters, order, limit and offset, and how it refuses bad ones."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, broken
from integrations.standin import Request

_OPERATORS: dict[str, Callable[[datetime, datetime], bool]] = {
    "$gt": lambda one, other: one > other,
    "$gte": lambda one, other: one >= other,
    "$lt": lambda one, other: one < other,
    "$lte": lambda one, other: one <= other,
}
_PAGING = frozenset({"limit", "offset", "fields", "order", "with_deleted"})


def values_of(request: Request, name: str) -> list[str]:
    """The values of a filter, given once (`id=a`) or as a list (`id[]=a&id[]=b`)."""
    wanted = (name, f"{name}[]")
    return [value for key, value in request.params if key in wanted]


def filtered(request: Request, rows: Iterable[Json], names: Collection[str]) -> list[Json]:
    """Rows that fit the filters on plain columns and on times."""
    found = list(rows)
    for name in names:
        wanted = values_of(request, name)
        if wanted:
            found = [row for row in found if str(row.get(name)) in wanted]
    for key, value in request.params:
        column, _, operator = key.rstrip("]").partition("[")
        compare = _OPERATORS.get(operator)
        if compare and column in {"created_at", "updated_at"}:
            limit = _date(value)
            found = [row for row in found if compare(_date(row[column]), limit)]
    return found


def refuse_unknown(request: Request, names: Collection[str]) -> None:
    """Most list routes refuse a filter they do not know; products and orders ignore it."""
    known = {*names, *_PAGING, "q", "created_at", "updated_at", "id"}
    for key, _ in request.params:
        if key.partition("[")[0] not in known:
            raise Refusal(f"Invalid request: Unrecognized fields: '{key.partition('[')[0]}'")


def paged(
    request: Request,
    rows: Sequence[Json],
    key: str,
    view: Callable[[Json], Any],
    *,
    limit: int = 50,
) -> Json:
    """One page, with the count of all."""
    size, offset = _number(request, "limit", limit), _number(request, "offset", 0)
    if size < 0:
        raise broken()
    some = _ordered(request, rows)[offset : offset + size]
    return {
        key: [view(row) for row in some],
        "count": len(rows),
        "offset": offset,
        "limit": size,
    }


def _ordered(request: Request, rows: Sequence[Json]) -> list[Json]:
    order = request.param("order")
    if not order:
        return list(rows)
    column = order.lstrip("-")
    if rows and column not in rows[0]:
        raise broken()
    return sorted(rows, key=lambda row: str(row[column]), reverse=order.startswith("-"))


def _number(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError as exc:
        raise Refusal(
            f"Invalid request: Expected type: 'number' for field '{name}', got: '{text}'"
        ) from exc


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise broken() from exc
