"""The engine's clock: the database's, so that machines with skewed clocks agree."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The database's present time, aware, UTC.

    SQLite lives on this machine, so there the machine's clock is the database's.
    """
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
