"""Refuses a second worker tree on SQLite, which has no row locks to share work by."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class AlreadyRunning(Exception):  # noqa: N818 reads as what it says
    """Another worker tree uses this SQLite database."""


@contextmanager
def only_tree() -> Iterator[None]:
    """Holds the database's worker lock; on PostgreSQL any number of trees may run.

    The operating system frees the lock when the process ends, however it ends.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = f"{connection.settings_dict['NAME']}.worker-lock"
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise AlreadyRunning(
                "Another worker already uses this SQLite database. SQLite allows one worker; "
                "set DATABASE_URL to PostgreSQL to run more."
            ) from exc
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
