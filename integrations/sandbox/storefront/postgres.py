"""The PostgreSQL a real Medusa keeps its data in: a server you name, or a private one."""

import hashlib
import os
import pwd
import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from integrations.errors import NeedsOperator
from integrations.sandbox.storefront.commands import CommandFailed, run
from integrations.sandbox.storefront.prerequisites import require_postgres_binaries

OWN_DATABASE = "erp_portal_medusa"


def database_url_from_environment() -> str:
    """The database to use, or "" for a private server.

    MEDUSA_DATABASE_URL is taken as it is; the database must be empty or not exist yet.
    DATABASE_URL is the portal's own: only its server is used, with a database beside it.
    """
    own = os.environ.get("MEDUSA_DATABASE_URL", "")
    if own:
        return own
    portal = os.environ.get("DATABASE_URL", "")
    return with_database(portal, OWN_DATABASE) if portal.startswith("postgres") else ""


def with_database(url: str, name: str) -> str:
    """The same server and login, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def ensure_database(url: str) -> bool:
    """Creates the database of `url` unless it is there; True when it was created."""
    name = urlsplit(url).path.lstrip("/")
    with _maintenance(url) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone():
            return False
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return True


def has_tables(url: str) -> bool:
    """Whether the database of `url` holds anything already."""
    with _connected(url) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            " LIMIT 1"
        )
        return found.fetchone() is not None


def drop_database(url: str) -> None:
    """Removes the database of `url`, ending what is connected to it."""
    name = urlsplit(url).path.lstrip("/")
    with _maintenance(url) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _maintenance(url: str) -> psycopg.Connection:
    return _connected(with_database(url, "postgres"))


def _connected(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as exc:
        host = urlsplit(url).hostname
        raise NeedsOperator(
            f"PostgreSQL at {host} cannot be reached: {str(exc).strip()}",
            reason="database_unreachable",
            hint="Start it, correct MEDUSA_DATABASE_URL, or unset it to use a private server.",
        ) from exc


class PrivateCluster:
    """A PostgreSQL server of our own on a free port of 127.0.0.1, for a sandbox only.

    It trusts every login from this machine. Data stays in its folder between runs.
    """

    def __init__(self, folder: Path, *, max_connections: int = 60) -> None:
        self._max_connections = max_connections
        self._programs = require_postgres_binaries()
        self._os_user = _unprivileged_user()
        self._folder = _reachable(folder) if self._os_user is not None else folder
        self._data = self._folder / "data"
        self._log = folder / "postgres-commands.log"

    def start(self) -> str:
        """Starts the server unless it runs; returns the URL of Medusa's database in it."""
        self._own_folder()
        if not (self._data / "PG_VERSION").exists():
            self._run(
                "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
            )
        if not self._is_running():
            # fsync off: a sandbox may lose its data with the machine's power.
            options = (
                f"-p {free_port()} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
                f" -c fsync=off -c shared_buffers=128MB -c max_connections={self._max_connections}"
            )
            server_log = self._folder / "server.log"
            self._run("pg_ctl", "-w", "-t", "60", "-l", str(server_log), "-o", options, "start")
        return f"postgres://postgres@127.0.0.1:{self._port()}/{OWN_DATABASE}"

    def stop(self) -> None:
        """Stops the server; harmless when it does not run."""
        if self._is_running():
            self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def remove(self) -> None:
        """Stops the server and deletes its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _is_running(self) -> bool:
        try:
            self._run("pg_ctl", "status")
        except CommandFailed:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        run(
            [self._programs / program, "-D", self._data, *words],
            log=self._log,
            cwd=self._folder,
            env={**os.environ, "HOME": str(self._folder)},
            timeout_s=120,
            os_user=self._os_user,
        )

    def _port(self) -> int:
        # Fourth line of postmaster.pid: the port, also of a server that an earlier run left.
        return int((self._data / "postmaster.pid").read_text().splitlines()[3])

    def _own_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = self._folder.stat().st_uid
        if self._os_user is not None and owner == os.getuid():
            os.chown(self._folder, self._os_user, -1)
        elif owner not in {os.getuid(), self._os_user}:
            raise NeedsOperator(
                f"{self._folder} belongs to another user.",
                reason="foreign_folder",
                hint="Remove it, or set TMPDIR to a folder of your own.",
            )


def _unprivileged_user() -> int | None:
    """The user id PostgreSQL runs under, or None for our own: as root it refuses to start."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise NeedsOperator(
        "PostgreSQL does not run as root and there is no user `postgres` or `nobody`.",
        reason="no_postgres_user",
        hint="Run this as a normal user.",
    )


def _reachable(folder: Path) -> Path:
    # A home folder is closed to the other user PostgreSQL must run under, the temporary one is not.
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"erp-portal-postgres-{name}"


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
