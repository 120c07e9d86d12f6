"""The folder of a demo: its lock, its database, its logs; and what a demo takes from outside."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.errors import NeedsOperator

DATABASE_URL = "DATABASE_URL"
DATABASE = "portal.sqlite3"
LOCK = ".lock"

# Whatever the environment or `.env` says of these is meant for the real portal: a demo mails
# nobody, calls no alert hook, wakes no other worker, and answers on this machine only.
OWN_SETTINGS = {
    "ALERT_EMAILS": "",
    "ALERT_WEBHOOK_URL": "",
    "EMAIL_URL": "consolemail://",
    "Q_REDIS_URL": "",
    "Q_REDIS_URL_FILE": "",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "SECURE_SSL_REDIRECT": "false",
}


def run_apart(folder: Path, *, database_url: str = "") -> None:
    """Starts this very program anew with a demo's own settings, unless it runs with them.

    Its database is the one in `folder`, or `database_url` where a person names another; never
    the portal's own. Settings are read once, at start: so it takes a new start to change them.
    """
    wanted = {**OWN_SETTINGS, DATABASE_URL: database_url or _url(folder)}
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        sys.stdout.flush()
        environment = {**os.environ, **wanted}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 ourselves


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder for us alone, with a fresh database.

    Raises NeedsOperator if a demo runs in it, or if it holds anything that no demo put there.
    """
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise NeedsOperator(
                f"A demo runs in {folder} already.",
                reason="demo_running",
                hint="Stop it, or name another folder with --folder.",
            ) from exc
        for leftover in folder.glob(f"{DATABASE}*"):
            leftover.unlink()
        yield


def _refuse_foreign(folder: Path) -> None:
    """A demo deletes what an earlier one left: so the folder must be a demo's, or empty."""
    is_ours = (folder / LOCK).exists() and not (folder / "manage.py").exists()
    if is_ours or not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    raise NeedsOperator(
        f"{folder} is not the folder of a demo.",
        reason="foreign_folder",
        hint="Name an empty or a new folder with --folder; what a demo leaves in it is deleted.",
    )


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / DATABASE}"
