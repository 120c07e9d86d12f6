"""Lets one beat of all worker trees act: an advisory lock of PostgreSQL's.

On SQLite there is one worker tree, so its beat leads. The lock belongs to the database
session: it ends with the process, and with the connection.
"""

from django.db import connection

LOCK = 0x454E47494E45  # "ENGINE"


class Leader:
    def __init__(self) -> None:
        self._session: object = None  # the session in which we took the lock

    def is_me(self) -> bool:
        """Whether this process leads now; takes the lock if it is free."""
        if connection.vendor != "postgresql":
            return True
        connection.ensure_connection()
        if self._session is not None and self._session is connection.connection:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            taken = bool(cursor.fetchone()[0])
        self._session = connection.connection if taken else None
        return taken
