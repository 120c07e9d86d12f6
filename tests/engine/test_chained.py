"""A claim that begins the first step, and a step's end that begins the next: all or nothing."""

from collections.abc import Callable

import pytest
from django.db.models import F

from integrations.engine import claim as claims
from integrations.engine import clock, sql
from integrations.engine.claim import Claim
from integrations.engine.declare import JobKind, StepSpec, register
from integrations.engine.job_run import JobRun, begin_first
from integrations.engine.models import Attempt, JobState, Request, Step, StepState, SyncJob
from integrations.errors import Fenced
from tests.engine.conftest import Remote, fresh

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., SyncJob]


@pytest.fixture
def two_steps(remote: Remote) -> JobKind:
    return register(
        JobKind("two", [StepSpec("create", remote.create, find=remote.find), StepSpec("b", _b)])
    )


def _b(ctx: object) -> dict[str, str]:
    return {"b": "done"}


def claimed() -> Claim:
    """The one job that is due, as a worker's thread claims it."""
    found = claims.claim("orders", first=begin_first)
    assert found is not None
    return found


def test_claim_begins_the_first_step(two_steps: JobKind, start: Start) -> None:
    job = start(two_steps)

    found = claimed()

    assert (found.begun is not None) == sql.can_travel()
    attempts = Attempt.objects.filter(step__job=job)
    assert attempts.count() == (1 if found.begun else 0)
    if found.begun:
        step = Step.objects.get(job=job, n=1)
        assert (step.state, step.attempts) == (StepState.IN_DOUBT, 1)
        assert step.sent_at is not None
        assert step.sent_at <= clock.now()


def test_claim_begins_nothing_where_something_was_asked(two_steps: JobKind, start: Start) -> None:
    job = start(two_steps)
    SyncJob.objects.update(requested=Request.CANCEL, requested_by="ann", requested_reason="no")

    found = claimed()

    assert found.begun is None
    JobRun(found).go()
    assert fresh(job).state == JobState.CANCELLED
    assert not Attempt.objects.exists()


def test_claim_that_begins_nothing_new_counts_one_attempt(
    two_steps: JobKind, start: Start, remote: Remote
) -> None:
    job = start(two_steps)

    JobRun(claimed()).go()

    assert fresh(job).state == JobState.DONE
    assert remote.calls == ["create"]
    tried = Attempt.objects.filter(step__job=job).order_by("id")
    assert [(attempt.step.name, attempt.n, attempt.outcome) for attempt in tried] == [
        ("create", 1, Attempt.DONE),
        ("b", 1, Attempt.DONE),
    ]


def test_end_of_a_step_writes_nothing_without_the_lease(
    two_steps: JobKind, start: Start, remote: Remote
) -> None:
    job = start(two_steps)
    found = claimed()

    def taken_over(ctx: object) -> None:
        SyncJob.objects.update(lease_token=F("lease_token") + 1)

    register(JobKind("two", [StepSpec("create", taken_over), StepSpec("b", _b)]))
    with pytest.raises(Fenced):
        JobRun(found).go()

    first, second = Step.objects.filter(job=job).order_by("n")
    assert first.state != StepState.DONE
    assert first.output == {}
    assert (second.state, second.attempts) == (StepState.OPEN, 0)
    assert Attempt.objects.get().finished_at is None


def test_end_of_a_step_begins_no_other_on_a_paused_resource(
    two_steps: JobKind, start: Start, remote: Remote
) -> None:
    job = start(two_steps)

    def paused(ctx: object) -> None:
        assert job.resource is not None
        type(job.resource).objects.update(paused=True)

    register(JobKind("two", [StepSpec("create", paused), StepSpec("b", _b)]))
    JobRun(claimed()).go()

    first, second = Step.objects.filter(job=job).order_by("n")
    assert (first.state, second.state) == (StepState.DONE, StepState.OPEN)
    assert second.attempts == 0
    assert fresh(job).state == JobState.QUEUED
