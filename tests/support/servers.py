"""A PostgreSQL and a Redis of the test's own, on free ports, to stop, kill and start at will.

    with PostgresServer() as server:
        url = server.create("test_portal")
        server.stop("immediate")
        server.start()

Never the machine's servers. Leaving the block ends everything and removes the folder; if this
process is killed they end too (on Linux). Start them from a thread that lives as long as they
shall: Linux ends them with the thread that started them.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psutil
import psycopg
import redis
from psycopg import sql

from integrations.sandbox.processes import free_port

STARTED_S = 60.0
STOPPED_S = 30.0
GONE_S = 5.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None

Mode = Literal["immediate", "fast"]
_MODES: dict[str, signal.Signals] = {"immediate": signal.SIGQUIT, "fast": signal.SIGINT}


class ServerFailed(AssertionError):
    """A server did not start; the message ends with its own words."""


class Server:
    """One program with a folder and a port of its own; the port stays the same over restarts."""

    name = ""

    def __init__(self) -> None:
        self.port = free_port()
        self._user = _unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix=f"test-{self.name}-"))
        if self._user is not None:
            os.chown(self.folder, self._user, -1)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    @property
    def pid(self) -> int:
        """Of its first process; 0 while it is down."""
        return self._process.pid if self.is_running and self._process else 0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> Self:
        """Starts it and returns when it answers; one that runs stays as it is."""
        if self.is_running:
            return self
        with (self.folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self.folder,
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_us,
            )
        self._wait_until_it_answers()
        return self

    def restart(self) -> Self:
        self.kill()
        return self.start()

    def kill(self) -> None:
        """SIGKILL for every one of its processes: a machine that lost its power."""
        if self._process is None:
            return
        children = _children(self._process.pid)
        for process in [self._process, *children]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(STOPPED_S)
        # Its shared memory is free for the next start when the last one has let go of it.
        psutil.wait_procs(children, timeout=GONE_S)

    def remove(self) -> None:
        """Ends it and deletes what it kept."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _send(self, number: signal.Signals) -> None:
        """Sends a signal and waits for the end; kills what does not end in time."""
        if self._process is None or not self.is_running:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOPPED_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _wait_until_it_answers(self) -> None:
        ends = time.monotonic() + STARTED_S
        while not self._answers():
            if not self.is_running or time.monotonic() > ends:
                raise ServerFailed(f"{self.name} did not start:\n{self.log[-2000:]}")
            time.sleep(0.05)

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError


class PostgresServer(Server):
    """A PostgreSQL with its fsync on, trusting every login of this machine."""

    name = "postgres"

    def __init__(self) -> None:
        super().__init__()
        self._programs = _postgres_programs()
        self._data = self.folder / "data"

    def url_of(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, *, template: str = "template1") -> str:
        """Creates a database and returns its URL."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url_of(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))

    def start(self) -> Self:
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        return super().start()

    def stop(self, mode: Mode = "fast") -> None:
        """`fast` ends sessions and writes a checkpoint; `immediate` is a crash of all at once."""
        self._send(_MODES[mode])

    def restart(self, mode: Mode = "immediate") -> Self:
        self.stop(mode)
        return self.start()

    def _initialise(self) -> None:
        words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            [str(self._programs / "initdb"), "-D", str(self._data), *words],
            cwd=self.folder,
            user=self._user,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerFailed(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _command(self) -> list[str]:
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "on",
            "max_connections": "200",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self._data), *words]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url_of("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


class RedisServer(Server):
    """A Redis that keeps nothing on disk: stopped, it has forgotten everything."""

    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forgets everything, and goes on."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        self._send(signal.SIGTERM)

    def _command(self) -> list[str]:
        program = _redis_program()
        keeps_nothing = ["--save", "", "--appendonly", "no"]
        return [program, "--port", str(self.port), "--bind", "127.0.0.1", *keeps_nothing]

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def missing_programs() -> str:
    """What the machine lacks to run both, in words; empty when nothing is missing."""
    for look in (_postgres_programs, _redis_program):
        try:
            look()
        except ServerFailed as exc:
            return str(exc)
    return ""


def _redis_program() -> str:
    found = shutil.which("redis-server")
    if found is None:
        raise ServerFailed("There is no redis-server on the PATH.")
    return found


def _postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`: the newest one that Debian keeps, or the PATH's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = [Path(path).resolve().parent for path in [shutil.which("postgres")] if path]
    for folder in [*debian, *on_path]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServerFailed("The server programs of PostgreSQL (initdb, postgres) were not found.")


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _unprivileged_user() -> int | None:
    """Whom servers run as; None for ourselves. PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise ServerFailed("PostgreSQL does not run as root; there is no user postgres or nobody.")


def _end_with_us() -> None:
    """In the new process, before the program: asks Linux to end it when our thread ends."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
