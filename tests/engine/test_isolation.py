"""A connection that is dead, slow or throttled does not delay another one."""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine import limits
from integrations.engine.models import OPEN, JobState, KeyHead, Resource, Step, SyncJob
from integrations.engine.start import start_job
from tests.engine.http_kinds import NIGHT, PUSH
from tests.engine.order_server import OrderServer
from tests.support import postgres
from tests.support.processes import running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BACKLOG = 10_000
AT_MOST_S = 1.0


@pytest.fixture
def environment(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    name = f"test_engine_isolation_{os.getpid()}"
    with django_db_blocker.unblock():
        url = postgres.create_migrated(name)
        with postgres.as_default(url):
            yield {"DATABASE_URL": url, "ENGINE_EXTRA_KINDS": "tests.engine.http_kinds"}
    postgres.drop(name)


@pytest.fixture
def healthy() -> Iterator[OrderServer]:
    with OrderServer() as server:
        yield server


def start(
    resource_id: int, number: str, url: str, kind: str = PUSH.name, **more: object
) -> SyncJob:
    return start_job(
        kind,
        key=f"order:{number}",
        payload={"number": number, "url": url, **more},
        resources={"erp": resource_id},
        actor="test",
    )


def pile_up(resource_id: int, url: str) -> None:
    """The backlog of a day, all of it due, written in a few statements."""
    names = [f"dead-{n}" for n in range(BACKLOG)]
    KeyHead.objects.bulk_create(KeyHead(key=f"order:{name}", last=1) for name in names)
    jobs = SyncJob.objects.bulk_create(
        SyncJob(
            kind=PUSH.name,
            lane="orders",
            key=f"order:{name}",
            seq=1,
            resource_id=resource_id,
            resources={"erp": resource_id},
            payload={"number": name, "url": url},
            actor="test",
        )
        for name in names
    )
    Step.objects.bulk_create(Step(job=job, n=1, name="create") for job in jobs)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def delays(resource_id: int, server: OrderServer, count: int = 8) -> list[float]:
    """How long single jobs of a healthy connection take from their commit to their effect."""
    found = []
    for n in range(count):
        number = f"healthy-{time.monotonic_ns()}-{n}"
        began = time.monotonic()
        start(resource_id, number, server.url)
        wait_for(lambda number=number: number in server.numbers(), timeout_s=30)  # type: ignore[misc]
        found.append(time.monotonic() - began)
        time.sleep(0.3)
    return found


@pytest.mark.parametrize("fault", ["refuses", "stalls", "throttles"])
def test_ten_thousand_jobs_of_a_dead_connection_delay_no_other_by_a_second(
    fault: str,
    environment: dict[str, str],
    server: OrderServer,
    healthy: OrderServer,
    tmp_path: Path,
) -> None:
    dead = limits.create_resource("the dead ERP", max_running=4)
    well = limits.create_resource("the healthy ERP", max_running=4)
    {
        "refuses": server.stop,
        "stalls": lambda: server.dials.set("stall", seconds=60),
        "throttles": lambda: server.dials.set("throttle", seconds=1),
    }[fault]()
    pile_up(dead.pk, server.url)

    patient = {**environment, "ENGINE_LEASE_S": "30", "ENGINE_HEARTBEAT_S": "5"}
    with running_worker(patient, tmp_path, "--lane", "orders") as worker:
        wait_for(lambda: len(worker.q_workers("orders")) >= 4)
        quiet = statistics.median(delays(well.pk, healthy, count=3))
        found = delays(well.pk, healthy)

    assert max(found) < AT_MOST_S + quiet, found
    assert SyncJob.objects.filter(resource=dead, state=JobState.PARKED).count() == 0
    assert SyncJob.objects.filter(resource=dead, state__in=OPEN).count() == BACKLOG


def test_batch_work_leaves_a_place_for_an_order(
    environment: dict[str, str], server: OrderServer, tmp_path: Path
) -> None:
    """A long night run has all the places it may have; an order is pushed at once."""
    erp = limits.create_resource("the ERP", max_running=2)
    for n in range(4):
        start(erp.pk, f"night-{n}", server.url, NIGHT.name, seconds=4)

    with running_worker(environment, tmp_path) as worker:
        wait_for(lambda: server.moments, f"the night run did not begin:\n{worker.log}")
        began = time.monotonic()
        start(erp.pk, "urgent", server.url)
        wait_for(lambda: server.numbers() == ["urgent"])

    assert time.monotonic() - began < 2
    assert SyncJob.objects.filter(lane="batch", state__in=OPEN).exists()


def test_refused_credentials_pause_once_burn_nothing_and_a_resume_lets_all_go_on(
    environment: dict[str, str], server: OrderServer, tmp_path: Path
) -> None:
    erp = limits.create_resource("the ERP", max_running=4)
    server.refuses_credentials = True
    jobs = [start(erp.pk, str(n), server.url) for n in range(20)]

    with running_worker(environment, tmp_path, "--lane", "orders") as worker:
        wait_for(lambda: _paused(erp.pk), f"it was not paused:\n{worker.log}")
        time.sleep(1)
        assert worker.log.count("resource_paused") == 1
        assert [SyncJob.objects.get(pk=job.pk).attempts for job in jobs] == [0] * 20

        server.refuses_credentials = False
        limits.resume(erp.pk, "a new key", "ann")
        SyncJob.objects.update(due_at=Now())
        wait_for(lambda: not SyncJob.objects.filter(state__in=OPEN).exists(), worker.log)

    assert len(server.numbers()) == 20


def _paused(resource_id: int) -> bool:
    return Resource.objects.get(pk=resource_id).paused
