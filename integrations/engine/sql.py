"""Statements of the engine's hot path, written by hand: each runs several times per job.

On PostgreSQL they are prepared once per connection and bound by the server, which saves most
of what they cost; behind a pooler that shares sessions set ENGINE_PREPARE=false. SQLite gets
the same statements with its own words for the time.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import JSONField, Model
from django.db.models.functions import Now

# {now} is the database's present time, {later} that many seconds after it.
_WORDS = {
    "postgresql": {
        "now": "statement_timestamp()",
        "later": "statement_timestamp() + make_interval(secs => %s)",
        "json": "%s::jsonb",
        "skip_locked": "FOR UPDATE SKIP LOCKED",
        # A row that needs not wait for the disk: the next commit that does takes it along.
        "unhurried": "(SELECT set_config('synchronous_commit', 'off', true)) AS unhurried",
    },
    "sqlite": {
        "now": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')",
        "later": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', (%s) || ' seconds')",
        "json": "%s",
        "skip_locked": "",
        "unhurried": "(SELECT 1) AS unhurried",
    },
}

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]  # the text with its {words}, and its parameters
M = TypeVar("M", bound=Model)


def rows(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """Runs a statement with {words}; its rows, if it returns any."""
    return _fetched(_execute(statement, parameters))


def write(statement: str, parameters: Sequence[Any]) -> int:
    """Runs a statement with {words}; how many rows it touched."""
    return int(_execute(statement, parameters).rowcount)


def together(*statements: Statement, ends: bool = False) -> list[list[Row]]:
    """Runs statements that do not need each other's answers; the rows of each.

    On PostgreSQL they travel together. Inside a transaction, so that all or none count. With
    `ends` they are its last ones, and the commit travels with them, whatever they answer.
    """
    if not can_travel():
        return [rows(statement, parameters) for statement, parameters in statements]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        with connection.connection.pipeline():
            cursors = [_prepared(*statement) for statement in statements]
            if ends and len(connection.atomic_blocks) == 1:
                connection.connection.execute("COMMIT")
        return [_fetched(cursor) for cursor in cursors]


def can_chain() -> bool:
    """Whether one statement may write several tables, each part only if the one before did."""
    return connection.vendor == "postgresql"


def can_travel() -> bool:
    """Whether statements travel together, and so before the answer of the first is known."""
    return can_chain() and bool(settings.ENGINE["prepare"])


def assignments(fields: Mapping[str, Any]) -> Statement:
    """`column = value, …` of a row; Now() becomes the database's time."""
    words = [
        f"{name} = {'{now}' if isinstance(value, Now) else '%s'}" for name, value in fields.items()
    ]
    return ", ".join(words), [stored(one) for one in fields.values() if not isinstance(one, Now)]


def stored(value: Any) -> Any:
    """A value as the database's driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def columns(model: type[Model], alias: str) -> str:
    """All columns of a model's table, in the order that `instances` wants."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def instances(model: type[M], found: Iterable[Row]) -> list[M]:
    """Model instances of rows with all columns of the model; on PostgreSQL only."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    places = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
    return [model.from_db("default", names, _with_json(row, places)) for row in found]


def _with_json(row: Row, places: list[int]) -> list[Any]:
    values = list(row)
    for place in places:
        values[place] = json.loads(values[place])
    return values


def _execute(statement: str, parameters: Sequence[Any]) -> Any:
    if not can_travel():
        cursor = connection.cursor()
        cursor.execute(_worded(statement, connection.vendor), parameters)
        return cursor
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return _prepared(statement, parameters)


def _prepared(statement: str, parameters: Sequence[Any]) -> Any:
    # Django's own cursors bind on this side, which leaves nothing to prepare, and so Django
    # switches preparing off for the connection.
    session: Any = connection.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = 0
    cursor: Any = psycopg.Cursor(session)
    return cursor.execute(_worded(statement, "postgresql"), parameters, prepare=True)


def _fetched(cursor: Any) -> list[Row]:
    return list(cursor.fetchall()) if cursor.description else []


@cache
def _worded(statement: str, vendor: str) -> str:
    return statement.format(**_WORDS[vendor])
