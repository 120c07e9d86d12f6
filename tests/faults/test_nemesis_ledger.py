"""The nemesis' look at the ledger finds what it is there to find."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from integrations.engine import limits
from integrations.engine.models import Attempt, JobState, Resource, Slot, Step, SyncJob
from tests.faults.nemesis import killers, stalled
from tests.faults.nemesis.checker import OPEN_FOR_S, judge_ledger
from tests.faults.nemesis.killers import REASON, Happened
from tests.faults.nemesis.schedule import Fault

pytestmark = pytest.mark.django_db


def job(key: str = "order:1", state: str = JobState.DONE, **more: object) -> SyncJob:
    """A job that is older than any that is just on its way."""
    seq = SyncJob.objects.filter(key=key).count() + 1
    old = timezone.now() - timedelta(seconds=OPEN_FOR_S + 1)
    made = {"lane": "orders", "created_at": old, "actor": "test", "kind": "push_order", **more}
    return SyncJob.objects.create(key=key, seq=seq, state=state, **made)


def tried(job: SyncJob, begins: float, ends: float | None, outcome: str = Attempt.DONE) -> Attempt:
    step = Step.objects.get_or_create(job=job, n=1, defaults={"name": "create"})[0]
    return Attempt.objects.create(
        step=step,
        n=1,
        actor="test",
        lease_token=1,
        outcome=outcome,
        started_at=at(begins),
        finished_at=None if ends is None else at(ends),
    )


def at(seconds: float) -> datetime:
    return timezone.now() - timedelta(hours=1) + timedelta(seconds=seconds)


def test_a_finished_ledger_is_right() -> None:
    first, second = job(), job()
    tried(first, 0, 1)
    tried(second, 2, 3)

    assert judge_ledger() == []


def test_a_job_that_stays_open_is_found_with_its_reason() -> None:
    job(state=JobState.QUEUED)

    [found] = judge_ledger()
    assert "is still queued" in found


@pytest.mark.parametrize(
    ("state", "more"),
    [(JobState.PARKED, {"error_text": "It broke."}), (JobState.WAITING, {"wait_reason": "held"})],
)
def test_a_job_that_waits_for_a_person_is_found(state: str, more: dict[str, str]) -> None:
    job(state=state, **more)

    [found] = judge_ledger()
    assert state in found


def test_a_try_without_an_outcome_is_found() -> None:
    tried(job(), 0, None, outcome="")

    [found] = judge_ledger()
    assert "has no outcome" in found


def test_two_jobs_of_one_key_at_once_are_found() -> None:
    first, second = job(), job()
    tried(first, 0, 3)
    tried(second, 2, 5)

    [found] = judge_ledger()
    assert "ran at once" in found


def test_two_keys_may_run_at_once() -> None:
    tried(job("order:1"), 0, 3)
    tried(job("order:2"), 2, 5)

    assert judge_ledger() == []


def test_a_slot_that_nobody_gave_back_is_found() -> None:
    resource = limits.create_resource("the ERP", max_running=2)
    Slot.objects.filter(resource=resource, n=1).update(job=job())

    [found] = judge_ledger()
    assert "slot" in found


def test_a_paused_resource_is_found() -> None:
    resource = limits.create_resource("the ERP", max_running=2)
    Resource.objects.filter(pk=resource.pk).update(paused=True, pause_reason="refused")

    [found] = judge_ledger()
    assert "is paused" in found


# ---------------------------------------------------------------- jobs that kill their workers


def killed(at_s: float) -> Happened:
    fault = Fault(at=at_s, what="kill", which="worker")
    return Happened(fault, at(at_s), at(at_s), "")


def parked_after_three_crashes() -> SyncJob:
    parked = job(state=JobState.PARKED, error_reason=REASON, kind="push_order")
    for begins in (0, 100, 200):
        tried(parked, begins, begins + 3, outcome=Attempt.CRASHED)
    return parked


def test_a_job_whose_workers_were_really_killed_is_released() -> None:
    parked = parked_after_three_crashes()

    released, unexplained = killers.release([killed(1), killed(101), killed(201)])

    assert (len(released), unexplained) == (1, [])
    parked.refresh_from_db()
    assert parked.state == JobState.QUEUED


def test_a_job_that_crashed_without_a_kill_is_a_failure() -> None:
    parked_after_three_crashes()

    released, unexplained = killers.release([killed(1), killed(101)])

    assert (released, len(unexplained)) == ([], 1)


# ---------------------------------------------------------------- the stalled sender


@pytest.mark.parametrize(("what", "is_explained"), [("stop", True), ("kill", False)])
def test_only_a_stopped_process_explains_a_repeated_payment(what: str, is_explained: bool) -> None:
    tried(job("order:order_1", kind="record_payment"), 0, 5, outcome=Attempt.CRASHED)
    fault = Fault(at=1, what=what, which="worker", seconds=6)

    assert stalled.is_explained("order_1", [Happened(fault, at(1), at(7), "")]) == is_explained
    assert not stalled.is_explained("order_2", [Happened(fault, at(1), at(7), "")])
