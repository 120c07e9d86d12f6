"""A hook of somebody else's that fails stops neither its own job nor any other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from integrations.engine import lease, limits, runner
from integrations.engine.claim import claim
from integrations.engine.declare import JobKind, StepSpec, register
from integrations.engine.models import JobMove, JobState, Resource, SyncJob
from integrations.errors import AuthFailed, NeedsOperator
from tests.engine.conftest import Remote, drain_at_once, fresh

Start = Callable[..., SyncJob]


def break_down(*_: object) -> None:
    raise ValueError("the hook is broken")


def write_what_is_refused(*_: object) -> None:
    Resource.objects.create(name="the ERP")  # there is one of that name


def die(job: SyncJob) -> None:
    """As if the worker that claims it were killed."""
    assert claim() is not None
    SyncJob.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    lease.sweep()


@pytest.mark.parametrize("name", ["on_parked", "on_move"])
@pytest.mark.parametrize("hook", [break_down, write_what_is_refused])
def test_job_is_parked_although_its_hook_fails(
    name: str, hook: Callable[..., None], remote: Remote, start: Start
) -> None:
    remote.before = [NeedsOperator("Link the customer.", reason="unlinked")]
    job = start(register(JobKind("broken", [StepSpec("create", remote.create)], **{name: hook})))
    other = start(register(JobKind("sound", [StepSpec("create", remote.create)])), "2")

    runner.drain()

    assert fresh(job).state == JobState.PARKED
    assert fresh(other).state == JobState.DONE


@pytest.mark.parametrize("name", ["on_done", "on_settled", "on_move"])
def test_job_is_done_although_its_hook_fails(name: str, remote: Remote, start: Start) -> None:
    steps = [StepSpec("create", remote.create)]
    job = start(register(JobKind("broken", steps, **{name: break_down})))

    runner.drain()

    assert fresh(job).state == JobState.DONE
    notes = JobMove.objects.filter(job=job).values_list("reason", flat=True)
    assert any("the hook is broken" in note for note in notes)


def test_failing_hook_does_not_keep_the_next_one_from_running(remote: Remote, start: Start) -> None:
    heard: list[int] = []
    kind = JobKind(
        "half_broken",
        [StepSpec("create", remote.create)],
        on_move=break_down,
        on_settled=lambda job: heard.append(job.pk),
    )
    job = start(register(kind))

    runner.drain()

    assert heard == [job.pk]


def test_hook_that_fails_in_the_claim_stops_no_other_job(remote: Remote, start: Start) -> None:
    steps = [StepSpec("create", remote.create)]
    killer = start(register(JobKind("killer", steps, on_parked=break_down, on_move=break_down)))
    for _ in range(3):
        die(killer)
    other = start(register(JobKind("sound", steps)), "2")

    drain_at_once()

    assert fresh(killer).state == JobState.PARKED
    assert fresh(other).state == JobState.DONE


def test_job_that_cannot_be_claimed_is_passed_over(push: JobKind, start: Start) -> None:
    poisoned = start(push, "1")
    SyncJob.objects.filter(pk=poisoned.pk).update(lease_token=2**63 - 1)  # cannot be counted up
    other = start(push, "2")

    runner.drain()

    assert fresh(other).state == JobState.DONE
    assert fresh(poisoned).state == JobState.QUEUED


def test_job_that_breaks_the_runner_does_not_stop_the_others(push: JobKind, start: Start) -> None:
    broken = start(push, "1")
    SyncJob.objects.filter(pk=broken.pk).update(resources={})  # what its step needs is not there
    other = start(push, "2")

    runner.drain()

    assert fresh(other).state == JobState.DONE
    assert fresh(broken).is_open


def test_database_that_goes_away_under_a_hook_takes_the_move_back(
    remote: Remote, start: Start
) -> None:
    def lose_database(_: SyncJob) -> None:
        raise OperationalError("server closed the connection")

    steps = [StepSpec("create", remote.create)]
    job = start(register(JobKind("cut_off", steps, on_done=lose_database)))

    with pytest.raises(OperationalError):
        runner.drain()

    assert fresh(job).state == JobState.RUNNING


def test_failing_pause_hook_leaves_the_resource_paused(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [AuthFailed("401")]
    breaks_for = {erp.pk}  # hooks stay registered; this one is sound again after this test
    limits.on_paused(lambda resource: break_down() if resource.pk in breaks_for else None)
    start(push)

    runner.drain()
    breaks_for.clear()

    assert Resource.objects.get(pk=erp.pk).paused
