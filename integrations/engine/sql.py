"""Statements of the engine's hot path, written by hand: each runs several times per job.

On PostgreSQL they are prepared once per connection and bound by the server, which saves most
of what they cost; behind a pooler that shares sessions set ENGINE_PREPARE=false. SQLite gets
the same statements with its own words for the time.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

# {now} is the database's present time, {later} that many seconds after it.
_WORDS = {
    "postgresql": {
        "now": "statement_timestamp()",
        "later": "statement_timestamp() + make_interval(secs => %s)",
        "json": "%s::jsonb",
        "skip_locked": "FOR UPDATE SKIP LOCKED",
    },
    "sqlite": {
        "now": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')",
        "later": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', (%s) || ' seconds')",
        "json": "%s",
        "skip_locked": "",
    },
}

Row = tuple[Any, ...]


def rows(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """Runs a statement with {words}; its rows, if it returns any."""
    with _execute(statement, parameters) as cursor:
        return list(cursor.fetchall())


def write(statement: str, parameters: Sequence[Any]) -> int:
    """Runs a statement with {words}; how many rows it touched."""
    with _execute(statement, parameters) as cursor:
        return int(cursor.rowcount)


def _execute(statement: str, parameters: Sequence[Any]) -> Any:
    worded = _worded(statement, connection.vendor)
    if connection.vendor != "postgresql" or not settings.ENGINE["prepare"]:
        cursor = connection.cursor()
        cursor.execute(worded, parameters)
        return cursor
    connection.ensure_connection()
    with connection.wrap_database_errors:
        # Django's own cursors bind on this side, which leaves nothing to prepare.
        prepared = psycopg.Cursor(connection.connection)
        prepared.execute(worded, parameters, prepare=True)
        return prepared


@cache
def _worded(statement: str, vendor: str) -> str:
    return statement.format(**_WORDS[vendor])
