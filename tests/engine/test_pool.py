"""A worker process's threads: woken, busy with several jobs at once, and stopped in order."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connections
from pytest_django import Settings

from integrations.engine import limits, signs
from integrations.engine.claim import claim
from integrations.engine.crowd import Crowd
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobState, Resource, SyncJob
from integrations.engine.pool import Pool
from tests.engine.conftest import Remote, fresh
from tests.support.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., SyncJob]


@pytest.fixture
def pool(transactional_db: None, settings: Settings) -> Iterator[Pool]:
    settings.ENGINE = {**settings.ENGINE, "heartbeat_s": 0.1}
    pool = Pool("orders", size=4).start()
    yield pool
    pool.stop()


def is_done(job: SyncJob) -> bool:
    return fresh(job).state == JobState.DONE


def test_woken_pool_runs_what_is_due_in_its_lane(
    pool: Pool, remote: Remote, push: JobKind, start: Start
) -> None:
    register(JobKind("nightly", [StepSpec("create", remote.create)], lane="batch"))
    elsewhere = start(JobKind("nightly", [StepSpec("create", remote.create)]), "2")
    job = start(push)

    pool.wake()

    wait_for(lambda: is_done(job))
    assert remote.orders == ["1"]
    assert fresh(elsewhere).state == JobState.QUEUED


def test_one_call_is_enough_for_a_backlog(
    pool: Pool, remote: Remote, push: JobKind, start: Start
) -> None:
    jobs = [start(push, str(number)) for number in range(9)]

    pool.wake()

    wait_for(lambda: all(is_done(job) for job in jobs))


def test_one_remote_never_holds_all_threads(
    pool: Pool, remote: Remote, start: Start, erp: Resource, shop: Resource
) -> None:
    """The ERP lets every call wait; a job of the shop starts all the same."""
    may_end, waiting = threading.Event(), threading.Semaphore(0)

    def stall(ctx: StepContext) -> None:
        waiting.release()
        may_end.wait(20)

    limits.resize(erp.pk, max_running=8)
    stalled = [start(_kind(stall), str(number)) for number in range(8)]
    pool.wake()
    for _ in range(2):
        assert waiting.acquire(timeout=20)

    noted = start(
        register(JobKind("tell", [StepSpec("note", remote.note, on="storefront")])),
        "shop",
        resources={"storefront": shop.pk},
    )
    pool.wake()

    wait_for(lambda: is_done(noted))
    assert not waiting.acquire(timeout=0.2)  # half of the threads, and no more
    may_end.set()
    wait_for(lambda: all(is_done(job) for job in stalled))


def test_claim_whose_commit_fails_gives_its_place_in_the_process_back(
    push: JobKind, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise each restart of the database would cost the process a place for good."""
    job = start(push)
    crowd = Crowd(most=1, on_room=lambda: None)

    def cut_off() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as server, pytest.raises(OperationalError):
        server.setattr(connections["default"], "commit", cut_off)
        claim("orders", crowd)

    assert crowd.full() == set()
    found = claim("orders", crowd)
    assert found is not None and found.job.pk == job.pk


@pytest.mark.parametrize(("checks_in", "hangs"), [(True, False), (False, True)])
def test_step_hangs_that_neither_ends_nor_checks_in(
    checks_in: bool,
    hangs: bool,
    start: Start,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> None:
    settings.ENGINE = {**settings.ENGINE, "heartbeat_s": 0.05, "longest_step_s": 0.4}
    (tmp_path / "orders").mkdir()
    monkeypatch.setenv(signs.TREE, str(tmp_path))
    monkeypatch.setenv(signs.CHILD, "orders")

    def take_long(ctx: StepContext) -> None:
        for _ in range(10):
            time.sleep(0.1)
            if checks_in:
                ctx.checkpoint()

    start(_kind(take_long))
    pool = Pool("orders", size=1).start()
    pool.wake()
    wait_for(lambda: SyncJob.objects.filter(state=JobState.DONE).exists())
    pool.stop()

    assert (signs.seen(tmp_path / "orders", signs.BROKEN) > 0) == hangs


def test_stopped_pool_finishes_the_step_at_hand(pool: Pool, remote: Remote, start: Start) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def take_long(ctx: StepContext) -> None:
        begun.set()
        may_end.wait(20)

    job = start(_kind(take_long))
    pool.wake()
    assert begun.wait(20)

    threading.Timer(0.2, may_end.set).start()
    pool.stop()

    assert is_done(job)


def _kind(do: Callable[[StepContext], None]) -> JobKind:
    return register(JobKind("takes_time", [StepSpec("wait", do)]))
