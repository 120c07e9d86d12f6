"""Lets one beat of all worker trees act: an advisory lock of PostgreSQL's.

On SQLite there is one worker tree, so its beat leads. The lock belongs to the database
session: it ends with the process, with the connection, and when a leader that is frozen has
been silent for longer than a lease (PostgreSQL 14 and newer).
"""

from django.conf import settings
from django.db import connection

LOCK = 0x454E47494E45  # "ENGINE"


# A frozen process would lead for ever: the server ends its session, where it knows how.
_END_WHEN_SILENT = """
    SELECT set_config(name, %s, false) FROM pg_settings WHERE name = 'idle_session_timeout'"""


class Leader:
    def __init__(self) -> None:
        self._session: object = None  # the session in which we took the lock
        engine = settings.ENGINE
        self._longest_silence_s = max(engine["lease_s"], 4 * engine["beat_s"])

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
            if taken:
                cursor.execute(_END_WHEN_SILENT, [str(int(self._longest_silence_s * 1000))])
        self._session = connection.connection if taken else None
        return taken
