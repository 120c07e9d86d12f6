"""The clockwork: wakes what is due, gives leases back, forgets what is old."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django_q.models import OrmQ

from integrations.engine import beat, queue, retention, runner, tasks
from integrations.engine.claim import claim
from integrations.engine.declare import JobKind
from integrations.engine.models import Canary, JobState, KeyHead, Resource, SyncJob
from integrations.errors import Unavailable
from tests.engine.conftest import Remote, fresh

Start = Callable[..., SyncJob]


@pytest.fixture
def queued(push: JobKind, start: Start) -> SyncJob:
    """A job whose wake-up was lost."""
    job = start(push)
    OrmQ.objects.all().delete()
    return job


def test_lost_wake_up_is_sent_again(queued: SyncJob) -> None:
    beat.Beat(["orders"]).once()

    assert OrmQ.objects.filter(key="orders").count() >= 1


def test_wake_ups_do_not_pile_up_while_nobody_fetches_them(
    push: JobKind, start: Start, queued: SyncJob
) -> None:
    for number in range(9):
        start(push, f"more-{number}")
    OrmQ.objects.all().delete()

    for _ in range(5):
        beat.wake_due_lanes()

    assert OrmQ.objects.count() == queue.workers_of("orders")


def test_job_that_cannot_start_wakes_nobody(queued: SyncJob, erp: Resource) -> None:
    Resource.objects.update(paused=True)

    beat.wake_due_lanes()

    assert OrmQ.objects.count() == 0


def test_remote_that_may_be_back_is_tried_again_long_before_the_backoff_ends(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [Unavailable("no answer in 15 s")]
    job = start(push)
    runner.drain()
    SyncJob.objects.update(due_at=Now() + timedelta(minutes=15))

    beat.Beat(["orders"]).once()
    runner.drain()

    assert fresh(job).state == JobState.DONE


def test_expired_lease_is_given_back(remote: Remote, queued: SyncJob) -> None:
    claim()
    SyncJob.objects.update(lease_until=Now() - timedelta(seconds=1))

    beat.Beat(["orders"]).once()
    runner.drain()

    assert remote.orders == ["1"]


def test_canary_is_asked_and_answers(db: None) -> None:
    beat.Beat(["orders"]).once()
    canary = Canary.objects.get(lane="orders")
    assert canary.asked_at is not None
    assert canary.beaten_at is None

    tasks.canary("orders")

    canary.refresh_from_db()
    assert canary.beaten_at is not None


def test_failing_duty_does_not_stop_the_others(db: None, caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def fail() -> None:
        raise KeyError("a bug")

    beat.register("failing", 1, fail)
    beat.register("following", 1, lambda: done.append(True))

    beat.Beat(["orders"]).once()

    assert done == [True]
    assert "duty_failed duty=failing" in caplog.text


def test_old_ended_jobs_are_forgotten_with_their_keys(
    push: JobKind, start: Start, remote: Remote
) -> None:
    old, recent = start(push, "old"), start(push, "recent")
    runner.drain()
    still_open = start(push, "open")
    SyncJob.objects.filter(pk__in=[old.pk, still_open.pk]).update(
        created_at=Now() - timedelta(days=400)
    )
    SyncJob.objects.filter(pk=old.pk).update(finished_at=Now() - timedelta(days=400))

    assert retention.forget_old_jobs() == 1

    assert set(SyncJob.objects.values_list("pk", flat=True)) == {recent.pk, still_open.pk}
    assert not KeyHead.objects.filter(key="order:old").exists()


def test_key_that_is_still_used_keeps_counting(push: JobKind, start: Start) -> None:
    start(push)
    runner.drain()
    SyncJob.objects.update(finished_at=Now() - timedelta(days=400))
    start(push)

    retention.forget_old_jobs()

    assert start(push).seq == 3


def test_parked_job_is_never_forgotten(push: JobKind, start: Start) -> None:
    job = start(push)
    SyncJob.objects.update(state=JobState.PARKED, created_at=Now() - timedelta(days=4000))

    retention.forget_old_jobs()

    assert fresh(job).state == JobState.PARKED
