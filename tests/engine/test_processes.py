"""Real worker trees over a real PostgreSQL, killed at the worst moments."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine import presses
from integrations.engine.models import Attempt, JobMove, JobState, Press, SyncJob
from tests.engine.http_kinds import LONG
from tests.engine.order_server import OrderServer
from tests.engine.placing import Place, all_done, placing_at
from tests.support import postgres
from tests.support.processes import Worker, running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

Environment = dict[str, str]


@pytest.fixture(scope="module")
def template(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    name = f"test_engine_template_{os.getpid()}"
    with django_db_blocker.unblock():
        postgres.create_migrated(name)
    yield name
    postgres.drop(name)


@pytest.fixture
def environment(template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Environment]:
    """A fresh database, which is also this test's default, and what a worker needs for it."""
    name = f"test_engine_{os.getpid()}"
    url = postgres.create(name, template=template)
    with django_db_blocker.unblock(), postgres.as_default(url):
        yield {"DATABASE_URL": url, "ENGINE_EXTRA_KINDS": "tests.engine.http_kinds"}
    postgres.drop(name)


@pytest.fixture
def place(environment: Environment, server: OrderServer) -> Place:
    return placing_at(server)


@pytest.mark.parametrize("point", ["claimed", "checked", "sent", "recorded"])
def test_worker_killed_at_any_point_leaves_one_order(
    point: str, environment: Environment, server: OrderServer, place: Place, tmp_path: Path
) -> None:
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}
    job = place("1")

    with running_worker({**environment, **fault}, tmp_path, "--lane", "orders") as worker:
        wait_for(all_done, f"job {job.pk} is still open:\n{worker.log}")

    assert mark.exists()
    assert server.numbers() == ["1"]
    assert Attempt.objects.filter(outcome="").count() == 0


@pytest.mark.parametrize("point", ["pressed", "press_committed"])
def test_worker_killed_in_a_bulk_press_presses_every_row_once(
    point: str, environment: Environment, tmp_path: Path
) -> None:
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}
    SyncJob.objects.bulk_create(
        SyncJob(kind="stopped", lane="orders", key=f"key:{n}", seq=1, state=JobState.PARKED)
        for n in range(120)
    )
    rows = SyncJob.objects.filter(kind="stopped")
    press = presses.open_press("requeue_jobs", rows, matched="all", actor="ann", reason="fixed")

    def is_done() -> bool:
        return Press.objects.filter(pk=press.pk, state=Press.State.DONE).exists()

    with running_worker({**environment, **fault}, tmp_path, "--lane", "batch") as worker:
        wait_for(is_done, f"press {press.pk} is not done:\n{worker.log}")

    assert mark.exists()
    pressed = JobMove.objects.filter(job__kind="stopped").values_list("job_id", flat=True)
    assert sorted(pressed) == sorted(rows.values_list("pk", flat=True))


def test_two_worker_trees_never_run_one_key_at_once_and_keep_its_order(
    environment: Environment, server: OrderServer, place: Place, tmp_path: Path
) -> None:
    for seq in range(6):
        for number in ("a", "b", "c"):
            place(number, kind=LONG.name, seq=seq, seconds=0.02)

    with (
        running_worker(environment, tmp_path, "--lane", "orders") as first,
        running_worker(environment, tmp_path, "--lane", "orders") as second,
    ):
        wait_for(all_done, f"jobs are still open:\n{first.log}{second.log}")

    for number in ("a", "b", "c"):
        moments = [(what, seq) for what, key, seq in server.moments if key == number]
        assert moments == [(what, seq) for seq in range(6) for what in ("begun", "ended")]


def idle_workers(worker: Worker) -> list[psutil.Process]:
    """Both, for one of them holds the lock of the queue, which nobody gets after its death."""
    return worker.q_workers("orders")[:2]


def monitor(worker: Worker) -> list[psutil.Process]:
    return [worker.q_workers("orders")[2]]


def sentinel(worker: Worker) -> list[psutil.Process]:
    worker.q_workers("orders")
    return [worker.cluster("orders").children()[0]]


def main(worker: Worker) -> list[psutil.Process]:
    return [worker.cluster("orders")]


@pytest.mark.parametrize("victims", [idle_workers, monitor, sentinel, main])
def test_killed_process_of_a_cluster_is_recovered_without_help(
    victims: Callable[[Worker], list[psutil.Process]],
    environment: Environment,
    server: OrderServer,
    place: Place,
    tmp_path: Path,
) -> None:
    with running_worker(environment, tmp_path, "--lane", "orders") as worker:
        place("before")
        wait_for(all_done, f"the first job is still open:\n{worker.log}")
        first_pid = worker.cluster("orders").pid
        for process in victims(worker):
            process.kill()

        for number in range(4):
            place(str(number))
        wait_for(all_done, f"jobs are still open:\n{worker.log}")
        wait_for(lambda: worker.cluster("orders").pid != first_pid, "it was not started anew")

    assert server.numbers() == ["0", "1", "2", "3", "before"]


def test_sigterm_lets_the_running_step_finish_and_ends_the_whole_tree(
    environment: Environment, server: OrderServer, place: Place, tmp_path: Path
) -> None:
    longer_than_its_lease_s = 2
    job = place("slow", kind=LONG.name, seconds=longer_than_its_lease_s)
    place("other")

    with running_worker(environment, tmp_path) as worker:
        wait_for(lambda: server.moments, f"the job did not begin:\n{worker.log}")
        tree = psutil.Process(worker.process.pid).children(recursive=True)
        code = worker.stop()
        left = [process for process in tree if process.is_running()]

    assert code == 0
    assert left == []
    job.refresh_from_db()
    assert (job.state, job.crash_count) == (JobState.DONE, 0)
    assert [what for what, _, _ in server.moments] == ["begun", "ended"]


def test_lost_database_connections_cost_a_delay_only(
    environment: Environment, server: OrderServer, place: Place, tmp_path: Path
) -> None:
    with running_worker(environment, tmp_path, "--lane", "orders") as worker:
        for number in range(20):
            place(str(number))
        wait_for(server.numbers, f"nothing was sent:\n{worker.log}")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        place("after")
        wait_for(all_done, f"jobs are still open:\n{worker.log}")

    assert server.numbers() == sorted([*map(str, range(20)), "after"])


@pytest.mark.redis
def test_wake_ups_that_redis_never_saw_are_sent_by_the_beat(
    environment: Environment, server: OrderServer, place: Place, tmp_path: Path
) -> None:
    job = place("1")  # this process wakes through the database; the worker listens to Redis

    broker = {"Q_REDIS_URL": "redis://127.0.0.1:6379/9"}
    with running_worker({**environment, **broker}, tmp_path, "--lane", "orders") as worker:
        wait_for(all_done, f"job {job.pk} is still open:\n{worker.log}")

    assert server.numbers() == ["1"]


def test_killed_supervisor_takes_its_tree_along(
    environment: Environment, server: OrderServer, place: Place, tmp_path: Path
) -> None:
    with running_worker(environment, tmp_path, "--lane", "orders") as worker:
        worker.q_workers("orders")
        tree = psutil.Process(worker.process.pid).children(recursive=True)

        worker.process.send_signal(signal.SIGKILL)

        wait_for(lambda: not any(process.is_running() for process in tree), "leftovers")
