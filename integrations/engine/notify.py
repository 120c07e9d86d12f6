"""Wake-ups through PostgreSQL itself: NOTIFY at the commit, LISTEN in each worker process.

Milliseconds instead of the queue's polling interval. Like every wake-up they may be lost or
doubled without harm. They need a session of their own: behind a pooler that shares sessions
between transactions set ENGINE_NOTIFY=false, and django-q2's queue carries them instead.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection

CHANNEL = "engine_wake"
LONGEST_PAUSE_S = 0.5  # how soon a listener sees that its process ends


def is_on() -> bool:
    return connection.vendor == "postgresql" and bool(settings.ENGINE["notify"])


def send(lane: str) -> None:
    """Wakes the lane's workers when, and only if, the caller's transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, lane])


class Listener:
    """Hears the wake-ups of one lane, on this thread's connection."""

    def __init__(self, lane: str, heard: Callable[[], None]) -> None:
        self._lane, self._heard = lane, heard
        self._session: Any = None  # the session that listens; a new connection must ask anew

    def listen(self, seconds: float) -> None:
        """Waits for wake-ups; returns after `seconds`, or a little later after the last one.

        Whoever connects anew may have missed some, so a new session counts as a wake-up.
        Raises what says that the database is away.
        """
        connection.ensure_connection()
        if self._session is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._session = connection.connection
            self._heard()
        ends = time.monotonic() + min(seconds, LONGEST_PAUSE_S)
        while (left_s := ends - time.monotonic()) > 0:
            with connection.wrap_database_errors:
                heard = list(self._session.notifies(timeout=left_s, stop_after=1))
            if any(one.payload == self._lane for one in heard):
                self._heard()
