"""Statements about many rows, each with values of its own, that travel as one parameter.

Django's `bulk_update` builds a CASE per column and row and its `bulk_create` prepares every value
for itself, which costs far more than the database takes for them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, models

AT_ONCE = 500
Values = Sequence[Any]


def update_each(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Values],
    same: Mapping[str, Any] | None = None,
) -> None:
    """Sets the columns of the rows with these keys; `rows` are (key, a value per column).

    `same` are further columns that become the same in all of them. A key that does not exist
    is passed over; one that comes twice gets either.
    """
    key, fixed = model._meta.pk, same or {}
    fields = [key, *map(model._meta.get_field, columns)]
    own = [f"{_name(field)} = told.{_name(field)}" for field in fields[1:]]
    wanted = [*(f"{_name(model._meta.get_field(name))} = %s" for name in fixed), *own]
    statement = (
        f"UPDATE {_table(model)} SET {', '.join(wanted)} FROM ({_told(fields)}) AS told"  # noqa: S608
        f" WHERE {_table(model)}.{_name(key)} = told.{_name(key)}"
    )
    for some in _portions(rows):
        _run(statement, [*fixed.values(), some])


def insert_each(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Values],
    *,
    unique: Sequence[str] = (),
    update: Sequence[str] = (),
) -> None:
    """Inserts rows of a value per column; all others are left to the database and may be null
    or have a default there. A row that is there by `unique` gets the columns of `update` instead.
    """
    fields = [model._meta.get_field(name) for name in columns]
    names = ", ".join(map(_name, fields))
    statement = f"INSERT INTO {_table(model)} ({names}) {_told(fields)}"  # noqa: S608
    if unique:
        by = ", ".join(_name(model._meta.get_field(name)) for name in unique)
        new = (_name(model._meta.get_field(name)) for name in update)
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in new)
        statement += f" ON CONFLICT ({by}) DO UPDATE SET {changes}"
    for some in _portions(rows):
        _run(statement, [some])


def _told(fields: Sequence[Any]) -> str:
    """A SELECT of the rows in the parameter, which is a JSON list of lists."""
    if connection.vendor == "sqlite":
        columns = [
            f"json_extract(value, '$[{place}]') AS {_name(field)}"
            for place, field in enumerate(fields)
        ]
        return f"SELECT {', '.join(columns)} FROM json_each(%s) WHERE true"  # noqa: S608
    columns = [
        f"(value ->> {place})::{field.cast_db_type(connection)} AS {_name(field)}"
        for place, field in enumerate(fields)
    ]
    return f"SELECT {', '.join(columns)} FROM jsonb_array_elements(%s::jsonb)"  # noqa: S608


def _portions(rows: Iterable[Values]) -> Iterable[str]:
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        yield json.dumps(some, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    if isinstance(value, (date, Decimal)):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _run(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _name(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
