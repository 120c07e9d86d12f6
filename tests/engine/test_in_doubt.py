"""What is in doubt and what is not, and from when on an outcome in doubt has to settle."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from integrations.engine import claim as claims
from integrations.engine import clock, lease, ledger, verbs
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.job_run import begin_first
from integrations.engine.models import JobState, Step, StepState, SyncJob
from integrations.errors import NotSent, OutcomeUnknown, Rejected
from tests.engine.conftest import Remote, drain_at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., SyncJob]


def no_way() -> NotSent:
    return NotSent("no connection", endpoint="POST:/orders")


def test_step_that_was_never_sent_stays_open_when_its_look_fails(
    remote: Remote, push: JobKind, start: Start
) -> None:
    job = start(push)
    remote.before, remote.looks = [no_way()], [no_way()]
    drain_at_once()
    drain_at_once()
    assert remote.calls == ["create", "find"]
    assert Step.objects.get().state == StepState.OPEN

    verbs.cancel(fresh(job), actor="ann", reason="not wanted")

    assert fresh(job).state == JobState.CANCELLED  # at once, without the remote


def test_refused_look_of_an_unsent_pivot_takes_the_job_back(remote: Remote, start: Start) -> None:
    steps = [
        StepSpec("first", _nothing, undo=_nothing),
        StepSpec("create", remote.create, find=remote.find, pivot=True),
    ]
    job = start(register(JobKind("pivoting", steps)))
    remote.before, remote.looks = [no_way()], [Rejected("no", endpoint="GET:/orders")]

    drain_at_once()
    drain_at_once()

    assert fresh(job).state == JobState.COMPENSATED


def test_lost_answer_settles_from_its_loss(start: Start) -> None:
    sent: list[float] = []

    def slow(ctx: StepContext) -> None:
        time.sleep(0.6)  # longer than it has to settle
        ctx.checkpoint()
        sent.append(time.monotonic())
        raise OutcomeUnknown("the answer was lost", endpoint="POST:/orders")

    kind = JobKind("slow", [StepSpec("create", slow, find=_nothing, settle_s=0.5)])
    start(register(kind))

    drain_at_once()
    drain_at_once()

    assert len(sent) == 1


def test_slow_reads_before_the_checkpoint_do_not_use_up_the_settling(start: Start) -> None:
    seen: list[tuple[object, object]] = []

    def slow(ctx: StepContext) -> None:
        begun = Step.objects.get().sent_at
        time.sleep(0.3)
        ctx.checkpoint()
        seen.append((begun, Step.objects.get().sent_at))

    start(register(JobKind("slow", [StepSpec("create", slow, find=_nothing)])))
    drain_at_once()

    [(begun, at_checkpoint)] = seen
    assert at_checkpoint - begun > timedelta(seconds=0.25)  # type: ignore[operator]


def test_what_a_dead_worker_sent_settles_from_its_last_heartbeat(
    push: JobKind, start: Start
) -> None:
    job = start(push)
    claimed = claims.claim()
    assert claimed is not None
    sending = ledger.Beginning(act="do", is_sending=True, state=StepState.IN_DOUBT)
    ledger.begin(claimed, job.steps.get(), sending)
    Step.objects.update(sent_at=Now() - timedelta(seconds=90))
    SyncJob.objects.update(lease_until=Now() - timedelta(seconds=1))  # 25 s after the last beat

    lease.sweep()

    sent_at = Step.objects.get().sent_at
    assert sent_at is not None
    ago = (clock.now() - sent_at).total_seconds()
    assert 20 < ago < 23  # a beat comes every 5 s


def test_job_that_cannot_begin_stops_no_other(push: JobKind, start: Start) -> None:
    bad, good = start(push, "1"), start(push, "2")
    SyncJob.objects.filter(pk=bad.pk).update(resources=[])  # nobody writes such a row

    claimed = claims.claim("orders", first=begin_first)

    assert claimed is not None
    if connection.vendor == "postgresql":  # elsewhere nothing begins with the claim
        assert claimed.job.pk == good.pk
        assert fresh(bad).due_at > clock.now()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs DATABASE_URL on PostgreSQL")
def test_two_cancels_in_the_middle_of_a_key_do_not_block_each_other(
    push: JobKind, start: Start
) -> None:
    _, one, other = (start(push, f"{n}", key="order:1") for n in range(3))
    both, failures = threading.Barrier(2), list[BaseException]()

    def cancel(job: SyncJob) -> None:
        try:
            with transaction.atomic():
                SyncJob.objects.select_for_update().get(pk=job.pk)
                both.wait(10)
                verbs.cancel(job, actor="ann", reason="not wanted")
        except BaseException as exc:
            failures.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=cancel, args=(job,)) for job in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert {fresh(one).state, fresh(other).state} == {JobState.CANCELLED}


def _nothing(ctx: StepContext) -> None: ...
