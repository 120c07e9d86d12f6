"""The folder of a demo: its lock, its database, its logs."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.errors import NeedsOperator

DATABASE_URL = "DATABASE_URL"
DATABASE = "portal.sqlite3"


def run_on_own_database(folder: Path) -> None:
    """Starts this very program anew with a database in `folder`, unless one is named already.

    Settings are read once, at start; so it takes a new start to change the database.
    """
    if not os.environ.get(DATABASE_URL):
        environment = {**os.environ, DATABASE_URL: _url(folder)}
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 ourselves


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder for us alone, with a fresh database. Raises NeedsOperator if it is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise NeedsOperator(
                f"A demo runs in {folder} already.",
                reason="demo_running",
                hint="Stop it, or name another folder with --folder.",
            ) from exc
        if os.environ.get(DATABASE_URL) == _url(folder):
            for leftover in folder.glob(f"{DATABASE}*"):
                leftover.unlink()
        yield


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / DATABASE}"
