"""How long open jobs stand still after one process was killed or a server was restarted.

Production's times, divided by RECOVERY_SCALE (default 4; 1 takes minutes and needs no
allowance). A table of what was measured is printed at the end.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine.models import OPEN, Attempt, SyncJob
from tests.engine.http_kinds import LONG
from tests.engine.order_server import OrderServer
from tests.engine.placing import Place, placing_at
from tests.support.postgres import as_default
from tests.support.processes import Worker, running_worker, wait_for
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]

SCALE = float(os.environ.get("RECOVERY_SCALE", "4"))
PROMISED_S = 30.0
# A process needs as long to start however short the engine's times are.
START_S = 5.0
ALLOWED_S = PROMISED_S / SCALE + START_S * (1 - 1 / SCALE)

SCALED = ("lease_s", "heartbeat_s", "beat_s", "canary_s", "canary_stale_s", "breaker_open_s")
Environment = dict[str, str]
Table = list[tuple[str, float]]


def production_times() -> Environment:
    """The settings as shipped, through the scale."""
    times = {f"ENGINE_{name.upper()}": str(settings.ENGINE[name] / SCALE) for name in SCALED}
    return {**times, "ENGINE_BACKOFF_BASE_S": str(settings.ENGINE["backoff_base_s"] / SCALE)}


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """What was measured, printed when the module is through."""
    rows: Table = []
    yield rows
    printer = request.config.pluginmanager.getplugin("capturemanager")
    terminal = request.config.pluginmanager.getplugin("terminalreporter")
    if printer is None or terminal is None:
        return
    with printer.global_and_fixture_disabled():
        terminal.write_line(f"\ntimes of production through {SCALE:g}, allowed {ALLOWED_S:.1f} s")
        for what, took_s in rows:
            terminal.write_line(f"  {what:<42}{took_s:6.1f} s until open jobs were done")


@pytest.fixture(scope="module")
def postgres(django_db_blocker: DjangoDbBlocker) -> Iterator[PostgresServer]:
    """A server of this module's own, with a migrated database as a template."""
    with PostgresServer() as server:
        url = server.create("test_template")
        with django_db_blocker.unblock(), as_default(url):
            call_command("migrate", verbosity=0, skip_checks=True)
        yield server


@pytest.fixture
def environment(
    postgres: PostgresServer, django_db_blocker: DjangoDbBlocker
) -> Iterator[Environment]:
    url = postgres.create("test_recovery", template="test_template")
    with django_db_blocker.unblock(), as_default(url):
        yield {
            **production_times(),
            "DATABASE_URL": url,
            "ENGINE_EXTRA_KINDS": "tests.engine.http_kinds",
        }
    postgres.drop("test_recovery")


@pytest.fixture
def place(environment: Environment, server: OrderServer) -> Place:
    return placing_at(server)


@pytest.fixture
def server() -> Iterator[OrderServer]:
    with OrderServer() as server:
        yield server


@contextmanager
def at_work(
    environment: Environment, folder: Path, place: Place, server: OrderServer
) -> Iterator[Worker]:
    """A worker with one long step under way and others waiting behind it."""
    with running_worker(environment, folder, "--lane", "orders") as worker:
        worker.q_workers("orders")
        place("long", kind=LONG.name, seconds=1)
        wait_for(lambda: server.moments, f"nothing began:\n{worker.log}")
        for number in range(4):
            place(str(number))
        yield worker


def until_done(worker: Worker, since: float) -> float:
    """Seconds from `since` until nothing is open; fails when that takes too long."""
    open_jobs = SyncJob.objects.filter(state__in=OPEN)
    wait_for(
        lambda: not open_jobs.exists(),
        f"after {ALLOWED_S:.1f} s these are open: {list(open_jobs.values('kind', 'state'))}\n"
        f"{worker.log}",
        timeout_s=ALLOWED_S,
    )
    return time.monotonic() - since


def working(worker: Worker) -> psutil.Process:
    """The worker process that holds the long job."""
    owner = SyncJob.objects.get(kind=LONG.name).lease_owner
    pids = {process.pid: process for process in worker.q_workers("orders")}
    return next(pids[int(number)] for number in re.findall(r"\d+", owner) if int(number) in pids)


def idle(worker: Worker) -> psutil.Process:
    busy = working(worker).pid
    return next(one for one in worker.q_workers("orders")[:2] if one.pid != busy)


def monitor(worker: Worker) -> psutil.Process:
    return worker.q_workers("orders")[2]


def pusher(worker: Worker) -> psutil.Process:
    return worker.q_workers("orders")[3]


def sentinel(worker: Worker) -> psutil.Process:
    return worker.cluster("orders").children()[0]


def main(worker: Worker) -> psutil.Process:
    return worker.cluster("orders")


def beat(worker: Worker) -> psutil.Process:
    return worker.cluster("beat")


KILLED: list[Callable[[Worker], psutil.Process]] = [
    working, idle, monitor, pusher, sentinel, main, beat,
]  # fmt: skip


@pytest.mark.parametrize("victim", KILLED)
def test_open_jobs_go_on_after_one_process_was_killed(
    victim: Callable[[Worker], psutil.Process],
    environment: Environment,
    server: OrderServer,
    place: Place,
    table: Table,
    tmp_path: Path,
) -> None:
    with at_work(environment, tmp_path, place, server) as worker:
        victim(worker).kill()
        took_s = until_done(worker, time.monotonic())

    table.append((f"{victim.__name__} process killed", took_s))
    assert server.numbers() == ["0", "1", "2", "3"]


def test_open_jobs_go_on_after_the_supervisor_was_killed_and_started_again(
    environment: Environment, server: OrderServer, place: Place, table: Table, tmp_path: Path
) -> None:
    with at_work(environment, tmp_path, place, server) as worker:
        worker.process.kill()
        since = time.monotonic()
        with running_worker(environment, tmp_path, "--lane", "orders") as second:
            took_s = until_done(second, since)

    table.append(("supervisor killed, started again", took_s))
    assert server.numbers() == ["0", "1", "2", "3"]


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_open_jobs_go_on_after_a_restart_of_the_database(
    mode: str,
    environment: Environment,
    postgres: PostgresServer,
    server: OrderServer,
    place: Place,
    table: Table,
    tmp_path: Path,
) -> None:
    with at_work(environment, tmp_path, place, server) as worker:
        postgres.stop("immediate" if mode == "immediate" else "fast")
        time.sleep(2)
        postgres.start()
        since = time.monotonic()
        _reconnect()
        took_s = until_done(worker, since)

    table.append((f"PostgreSQL stopped in {mode} mode, started", took_s))
    assert server.numbers() == ["0", "1", "2", "3"]
    assert not Attempt.objects.filter(outcome="").exists()


@pytest.mark.parametrize("how", ["flushed", "restarted"])
def test_open_jobs_go_on_after_redis_lost_everything(
    how: str,
    environment: Environment,
    server: OrderServer,
    place: Place,
    table: Table,
    tmp_path: Path,
) -> None:
    with RedisServer() as redis:
        # Nothing but Redis carries wake-ups here.
        broker = {**environment, "Q_REDIS_URL": redis.url, "ENGINE_NOTIFY": "false"}
        with at_work(broker, tmp_path, place, server) as worker:
            if how == "flushed":
                redis.flush()
            else:
                redis.stop()
                place("meanwhile")
                time.sleep(1)
                redis.start()
            place("after")
            took_s = until_done(worker, time.monotonic())

    table.append((f"Redis {how}", took_s))
    assert {"0", "1", "2", "3", "after"} <= set(server.numbers())
    assert len(set(server.numbers())) == len(server.numbers())


def _reconnect() -> None:
    from django.db import connection

    connection.close()
