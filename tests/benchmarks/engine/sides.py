"""Both sides of the contest: how each gets its database, its two workers and its jobs."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from cryptography.fernet import Fernet

from tests.benchmarks.engine.remote import Remote
from tests.support import postgres
from tests.support.processes import ROOT, Worker

WORKERS = 2
HERE = Path(__file__).parent
DBOS_PYTHON = Path(os.environ.get("BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))
# A limit that is asked for every call and never makes one wait.
RATE_PER_S = os.environ.get("BENCH_RATE", "10000")
SLOTS = os.environ.get("BENCH_SLOTS", "16")


# As it runs in production: Django keeps no log of its statements.
IN_PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
    "BASE_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
}


class Running(Protocol):
    """Workers that wait for jobs, which are numbered by whoever starts them."""

    def start_all(self, first: int, count: int) -> None:
        """Starts that many jobs with one commit."""
        ...

    def start_one_by_one(self, first: int, count: int) -> dict[str, float]:
        """Starts them with pauses; when each was committed, by job."""
        ...

    def done(self) -> int:
        """How many jobs this side says are done."""
        ...


class Side(Protocol):
    name: str

    def prepare(self) -> None:
        """Makes a database with all tables, from which each round gets a copy."""
        ...

    def running(self, remote: Remote) -> Any:
        """A context: a fresh database with its workers up; gives a Running."""
        ...

    def clean(self) -> None: ...


# ---------------------------------------------------------------- the portal


@dataclass(kw_only=True)
class Portal:
    """`manage.py worker` as it is shipped, with two processes in its orders lane."""

    notifies: bool
    template: str = field(default_factory=lambda: f"test_bench_portal_{os.getpid()}")

    @property
    def name(self) -> str:
        return "portal, notified" if self.notifies else "portal, woken by the ORM broker"

    def prepare(self) -> None:
        url = postgres.create(self.template)
        _run_json(_manage("migrate", "-v0"), self._environment(url), is_json=False)

    def clean(self) -> None:
        postgres.drop(self.template)

    @contextmanager
    def running(self, remote: Remote) -> Iterator["PortalRunning"]:
        url = postgres.create(f"{self.template}_round", template=self.template)
        try:
            environment = self._environment(url)
            running = PortalRunning(environment)
            running.set_up(remote)
            with TemporaryDirectory() as folder, _portal_worker(environment, Path(folder)):
                yield running
        finally:
            postgres.drop(f"{self.template}_round")

    def profile(self, remote: Remote, jobs: int) -> dict[str, Any]:
        """What one job asks of the database, counted without worker processes."""
        url = postgres.create(f"{self.template}_round", template=self.template)
        try:
            running = PortalRunning(self._environment(url))
            running.set_up(remote)
            return running.call("profile", running.connection, jobs)
        finally:
            postgres.drop(f"{self.template}_round")

    def _environment(self, url: str) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": url,
            "DOTENV": "off",
            "LOG_LEVEL": "ERROR",
            **IN_PRODUCTION,
            "ENGINE_EXTRA_KINDS": "tests.benchmarks.engine.kinds",
            "ENGINE_NOTIFY": "true" if self.notifies else "false",
            "Q_WORKERS": str(WORKERS),
        }


class PortalRunning:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.connection = 0

    def set_up(self, remote: Remote) -> None:
        self.connection = self.call("setup", remote.url, SLOTS, RATE_PER_S)["connection"]

    def start_all(self, first: int, count: int) -> None:
        self.call("enqueue", self.connection, first, count)

    def start_one_by_one(self, first: int, count: int) -> dict[str, float]:
        committed: dict[str, float] = self.call("one-by-one", self.connection, first, count)[
            "committed"
        ]
        return committed

    def done(self) -> int:
        """Also makes sure that every call was kept, on a server that keeps its word."""
        found = self.call("done")
        if found["exchanges"] != 3 * found["done"]:
            raise RuntimeError(f"{found['exchanges']} exchanges of {found['done']} jobs are kept")
        if set(found["server"].values()) != {"on"}:
            raise RuntimeError(f"The database server does not keep what it commits: {found}")
        return int(found["done"])

    def call(self, *arguments: object) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.benchmarks.engine.portal_app"]
        found: dict[str, Any] = _run_json([*command, *map(str, arguments)], self._environment)
        return found


@contextmanager
def _portal_worker(environment: Mapping[str, str], folder: Path) -> Iterator[Worker]:
    log = folder / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _manage("worker", "--lane", "orders"),
            cwd=ROOT,
            env={**environment, "TMPDIR": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    worker = Worker(process, log)
    try:
        yield worker
        worker.stop()
    except BaseException:
        sys.stderr.write(worker.log)
        raise
    finally:
        worker.kill_tree()


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


# ---------------------------------------------------------------- DBOS Transact


@dataclass(kw_only=True)
class Dbos:
    """DBOS Transact with two worker processes that listen to one queue."""

    name: str
    settings: Mapping[str, Any]
    template: str = field(default_factory=lambda: f"test_bench_dbos_{os.getpid()}")

    def prepare(self) -> None:
        if not DBOS_PYTHON.exists():
            raise RuntimeError("DBOS Transact is not installed; `make bench` does that first.")
        url = postgres.create(self.template)
        _run_json(_dbos("migrate"), {**os.environ, "DBOS_URL": url}, is_json=False)

    def clean(self) -> None:
        postgres.drop(self.template)

    @contextmanager
    def running(self, remote: Remote) -> Iterator["DbosRunning"]:
        url = postgres.create(f"{self.template}_round", template=self.template)
        environment = {**os.environ, "DBOS_URL": url, "REMOTE_URL": remote.url}
        command = _dbos("work", json.dumps(self.settings))
        workers = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(WORKERS)
        ]
        try:
            for worker in workers:
                if worker.stdout is None or worker.stdout.readline() != "ready\n":
                    raise RuntimeError("A worker of DBOS did not start.")
            yield DbosRunning(environment)
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
            postgres.drop(f"{self.template}_round")


class DbosRunning:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def start_all(self, first: int, count: int) -> None:
        self._call("enqueue", first, count)

    def start_one_by_one(self, first: int, count: int) -> dict[str, float]:
        committed: dict[str, float] = self._call("one-by-one", first, count)["committed"]
        return committed

    def done(self) -> int:
        return int(self._call("done")["done"])

    def _call(self, *arguments: object) -> dict[str, Any]:
        found: dict[str, Any] = _run_json(_dbos(*map(str, arguments)), self._environment)
        return found


def _dbos(*arguments: str) -> list[str]:
    return [str(DBOS_PYTHON), str(HERE / "dbos_app.py"), *arguments]


def _run_json(command: list[str], environment: Mapping[str, str], *, is_json: bool = True) -> Any:
    ran = subprocess.run(
        command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(ran.stdout.splitlines()[-1]) if is_json else None


# As shipped: the queue is named and nothing else is said. There is no limit then, so that the
# first process to look takes the whole backlog, and it looks once a second.
#
# As advised: the queue tutorial recommends a worker concurrency "for most use cases" and asks
# for an executor id per process (docs.dbos.dev/python/tutorials/queue-tutorial); the production
# checklist asks for connections enough for what runs (docs.dbos.dev/production/checklist,
# `sys_db_pool_size`): 20, the default, is twice what runs here. With such a limit the interval
# of the poll bounds what a process can start, so it is set too, as its reference allows
# (docs.dbos.dev/python/reference/queues). Tried once or twice each on two busy cores with DBOS
# 3.4.0, jobs/s: 2 at 0.01 s 51; 4 at 0.01 s 69, at 0.02 s 90 and 82, at 0.05 s 64; 8 at 0.02 s 81;
# 10 at 0.05 s 84, at 0.1 s 83; 20 at 0.1 s 82, at 0.2 s 74; 50 at 0.2 s 79. The best of them do
# not differ by more than the noise; 10 at 0.05 s is one of these.
DBOS_AS_SHIPPED = Dbos(name="DBOS as shipped", settings={})
DBOS_AS_ADVISED = Dbos(
    name="DBOS as advised",
    settings={"queue": {"worker_concurrency": 10, "polling_interval_sec": 0.05}, "pool_size": 20},
)
