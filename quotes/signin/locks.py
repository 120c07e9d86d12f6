"""Lets one transaction at a time count and then add to what it counted."""

import hashlib

from django.db import connection


def take(name: str) -> None:
    """Waits for the lock of that name and keeps it until the transaction ends.

    SQLite needs none: our transactions there are writers from their first statement.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
