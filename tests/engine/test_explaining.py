"""Every open job says why it is not running."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models.functions import Now

from integrations.engine import explain, limits, runner, verbs
from integrations.engine.claim import claim
from integrations.engine.declare import JobKind
from integrations.engine.models import Resource, SyncJob
from integrations.errors import NeedsOperator, NotSent, Throttled
from tests.engine.conftest import Remote, fresh

Start = Callable[..., SyncJob]


def why(job: SyncJob) -> str:
    return explain.why(fresh(job))


def test_due_job_waits_for_a_worker(push: JobKind, start: Start) -> None:
    assert why(start(push)) == "Is due and waits for a worker."


def test_running_job_names_its_worker(push: JobKind, start: Start) -> None:
    job = start(push)
    claim()

    assert why(job) == f"Is being worked on by {fresh(job).lease_owner}."


def test_job_after_a_failure_says_when_and_why(remote: Remote, push: JobKind, start: Start) -> None:
    remote.before = [NotSent("The ERP refused the connection.")]
    job = start(push)
    runner.drain()
    SyncJob.objects.update(due_at=Now() + timedelta(minutes=5))

    assert why(job).startswith("Next try at ")
    assert why(job).endswith("UTC after: The ERP refused the connection.")


def test_job_behind_another_of_its_key_names_it(push: JobKind, start: Start) -> None:
    first = start(push)
    verbs.hold(first, actor="ann", reason="check")

    assert why(start(push)) == f"Waits for job {first.pk} of order:1, which is waiting."


def test_job_of_a_paused_resource_says_who_paused_it(
    push: JobKind, start: Start, erp: Resource
) -> None:
    job = start(push)
    limits.pause(erp.pk, "stocktaking", "ann")

    assert why(job) == "the ERP is paused by ann: stocktaking"


def test_job_of_a_throttling_resource_says_until_when(
    push: JobKind, start: Start, erp: Resource
) -> None:
    job = start(push)
    limits.note_outcome(erp.pk, Throttled("429", retry_after_s=60))

    assert why(job).startswith("the ERP asked us to wait until ")


def test_job_of_a_dead_resource_says_when_it_is_tried(
    push: JobKind, start: Start, erp: Resource
) -> None:
    job = start(push)
    for _ in range(5):
        limits.note_outcome(erp.pk, NotSent("refused"))

    assert why(job).startswith("the ERP does not answer; one job tries again after ")


def test_job_of_a_full_resource_says_so(push: JobKind, start: Start) -> None:
    start(push, "1"), start(push, "2")
    job = start(push, "3")
    claim(), claim()

    assert why(job) == "Waits for a free place on the ERP; 2 may run."


def test_parked_job_says_what_to_do(remote: Remote, push: JobKind, start: Start) -> None:
    remote.before = [NeedsOperator("No customer.", reason="unlinked", hint="Link one.")]
    job = start(push)
    runner.drain()

    assert why(job) == "Needs a person: No customer. Link one."


def test_held_job_gives_its_reason(push: JobKind, start: Start) -> None:
    job = start(push)
    verbs.hold(job, actor="ann", reason="check")

    assert why(job) == "Waits: held: check."


def test_job_of_an_unknown_kind_says_so(push: JobKind, start: Start) -> None:
    job = start(push)
    SyncJob.objects.update(kind="from_a_newer_release")

    assert why(job) == "No program here knows jobs of the kind from_a_newer_release."


def test_ended_job_needs_no_explanation(push: JobKind, start: Start) -> None:
    job = start(push)
    runner.drain()

    assert why(job) == ""
