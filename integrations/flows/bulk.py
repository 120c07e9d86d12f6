"""Updates of many rows, each with values of its own, in one short statement.

Django's `bulk_update` builds a CASE per column and row, which costs far more than the database
takes for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

AT_ONCE = 500


def update_each(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[tuple[int, *tuple[str, ...]]],
    same: Mapping[str, Any] | None = None,
) -> None:
    """Sets text columns of the rows with these keys; `rows` are (key, a text per column).

    `same` are further columns that become the same in all of them. A key that does not exist
    is passed over; one that comes twice gets either.
    """
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        _update(model, columns, some, same or {})


def _update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    same: Mapping[str, Any],
) -> None:
    quote = connection.ops.quote_name
    own = [f"{quote(name)} = told.column{n}" for n, name in enumerate(columns, start=2)]
    fixed = [f"{quote(name)} = %s" for name in same]
    marks = ", ".join([f"({', '.join(['%s'] * (len(columns) + 1))})"] * len(rows))
    key = model._meta.pk
    statement = (
        f"UPDATE {quote(model._meta.db_table)} SET {', '.join([*fixed, *own])}"  # noqa: S608
        f" FROM (VALUES {marks}) AS told WHERE {quote(key.column)} = told.column1"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*same.values(), *(value for row in rows for value in row)])
