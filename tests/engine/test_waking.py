"""Wake-ups through the queue: one per lane and transaction, and handed on by a busy process."""

from collections.abc import Callable
from threading import Event

import pytest
from django.db import transaction
from django_q.models import OrmQ
from pytest_django import Settings

from integrations.engine import queue
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.pool import Pool
from tests.support.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., SyncJob]


@pytest.fixture(autouse=True)
def no_notifications(settings: Settings) -> None:
    settings.ENGINE = {**settings.ENGINE, "notify": False}


def test_transaction_that_starts_many_jobs_wakes_their_lane_once(
    push: JobKind, start: Start
) -> None:
    register(JobKind("nightly", [StepSpec("count", _nothing)], lane="batch"))
    with transaction.atomic():
        for number in range(3):
            start(push, f"{number}")
        start(JobKind("nightly", [StepSpec("count", _nothing)], lane="batch"))

    assert sorted(OrmQ.objects.values_list("key", flat=True)) == ["batch", "orders"]


def test_each_transaction_wakes_for_itself(push: JobKind, start: Start) -> None:
    start(push, "1")
    start(push, "2")

    assert OrmQ.objects.count() == 2


def test_wake_up_that_a_savepoint_took_back_is_asked_for_again(push: JobKind, start: Start) -> None:
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            start(push, "1")
            raise RuntimeError("this part failed")
        start(push, "2")

    assert OrmQ.objects.count() == 1


def test_other_brokers_are_told_after_the_commit(
    push: JobKind, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(queue._cluster, "orm", None)  # the broker stays; only when it is asked
    with transaction.atomic():
        start(push)
        assert not OrmQ.objects.exists()

    assert OrmQ.objects.count() == 1


def test_process_whose_threads_are_all_busy_wakes_another(start: Start) -> None:
    ends, began = Event(), []

    def wait(ctx: StepContext) -> None:
        began.append(ctx.job_id)
        ends.wait(10)

    kind = register(JobKind("slow", [StepSpec("wait", wait, on=None)]))
    for number in range(3):
        start(kind, f"{number}")
    OrmQ.objects.all().delete()
    pool = Pool("orders", size=2).start()
    try:
        pool.wake()
        wait_for(lambda: len(began) == 2)
        wait_for(OrmQ.objects.filter(key="orders").exists)
    finally:
        ends.set()
        pool.stop()


def test_idle_process_that_finds_nothing_wakes_nobody(transactional_db: None) -> None:
    pool = Pool("orders", size=1).start()
    try:
        for _ in range(3):
            wait_for(lambda: bool(pool._resting))
            pool.wake()
    finally:
        pool.stop()

    assert not OrmQ.objects.exists()


def _nothing(ctx: StepContext) -> None: ...
