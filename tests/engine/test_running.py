"""A job runs its steps once, whatever happens to the answers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from integrations.engine import context, runner
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import Attempt, JobState, Resource, Step, StepState, SyncJob
from integrations.errors import (
    Conflict,
    NeedsOperator,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)

from .conftest import Remote, drain_at_once, fresh

Start = Callable[..., SyncJob]


def test_job_runs_its_steps_in_order_and_keeps_their_outputs(remote: Remote, start: Start) -> None:
    seen = {}

    def follow_up(ctx: StepContext) -> None:
        seen.update(ctx.outputs["create"])

    kind = register(
        JobKind("two_steps", [StepSpec("create", remote.create), StepSpec("follow_up", follow_up)])
    )
    job = start(kind)

    runner.drain()

    assert fresh(job).state == JobState.DONE
    assert seen == {"ref": "SO-1"}
    assert [step.state for step in job.steps.all()] == [StepState.DONE, StepState.DONE]


def test_lost_answer_leaves_one_order(remote: Remote, push: JobKind, start: Start) -> None:
    remote.after = [OutcomeUnknown("the answer was lost")]
    job = start(push)

    runner.drain()
    assert job.steps.get().state == StepState.IN_DOUBT
    drain_at_once()

    assert remote.orders == ["1"]
    assert fresh(job).state == JobState.DONE
    assert list(Attempt.objects.order_by("id").values_list("outcome", flat=True)) == [
        "outcome_unknown",
        "adopted",
    ]
    assert job.steps.get().output == {"ref": "SO-1"}


def test_write_that_did_not_arrive_is_sent_again(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [OutcomeUnknown("reset after send")]
    job = start(push)

    runner.drain()
    drain_at_once()

    assert remote.calls == ["create", "find", "create"]
    assert remote.orders == ["1"]
    assert fresh(job).state == JobState.DONE


def test_look_that_fails_leaves_the_step_in_doubt(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.after = [OutcomeUnknown("lost")]
    remote.looks = [Unavailable("maintenance")]
    job = start(push)

    runner.drain()
    drain_at_once()

    assert job.steps.get().state == StepState.IN_DOUBT
    drain_at_once()
    assert remote.orders == ["1"]
    assert fresh(job).state == JobState.DONE


def test_nothing_is_sent_again_before_the_remote_has_settled(remote: Remote, start: Start) -> None:
    remote.after, remote.blind_looks = [OutcomeUnknown("lost")], 1
    spec = StepSpec("create", remote.create, find=remote.find, settle_s=30)
    job = start(register(JobKind("slow_to_settle", [spec])))

    runner.drain()
    drain_at_once()

    assert remote.calls == ["create", "find"]
    assert fresh(job).state == JobState.QUEUED
    assert Attempt.objects.latest("id").outcome == Attempt.UNSETTLED
    drain_at_once()
    assert remote.orders == ["1"]


def test_after_the_settle_time_a_missing_order_is_sent_again(remote: Remote, start: Start) -> None:
    remote.before = [OutcomeUnknown("lost")]
    spec = StepSpec("create", remote.create, find=remote.find, settle_s=lambda ctx: 30)
    job = start(register(JobKind("settled", [spec])))
    runner.drain()

    Step.objects.update(sent_at=Now() - timedelta(seconds=31))
    drain_at_once()

    assert remote.orders == ["1"]
    assert fresh(job).state == JobState.DONE


@pytest.mark.parametrize("error", [NotSent("refused"), Unavailable("503"), Conflict("stale")])
def test_passing_failure_is_tried_again_later(
    error: Exception, remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [error]
    job = start(push)

    runner.drain()

    waiting = fresh(job)
    assert waiting.state == JobState.QUEUED
    assert waiting.error_text == str(error)
    drain_at_once()
    done = fresh(job)
    assert (done.state, done.error_kind) == (JobState.DONE, "")
    assert remote.orders == ["1"]


def test_conflict_is_tried_five_times(remote: Remote, push: JobKind, start: Start) -> None:
    remote.before = [Conflict("stale") for _ in range(9)]
    job = start(push)

    for _ in range(9):
        drain_at_once()

    assert fresh(job).state == JobState.PARKED
    assert fresh(job).attempts == 5


def test_bug_is_tried_three_times_and_keeps_its_traceback(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [KeyError("sku") for _ in range(9)]
    job = start(push)

    for _ in range(9):
        drain_at_once()

    parked = fresh(job)
    assert (parked.state, parked.attempts, parked.error_kind) == (JobState.PARKED, 3, "bug")
    assert "KeyError: 'sku'" in parked.error_trace
    assert f"Internal error in job {job.pk}" in parked.error_text


def test_rejected_job_is_parked_with_the_words_of_the_remote(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [Rejected("The ERP refused it.", remote_words="period closed", status=422)]
    job = start(push)

    runner.drain()

    parked = fresh(job)
    assert parked.state == JobState.PARKED
    assert parked.error_text == "The ERP refused it. period closed"
    assert Attempt.objects.get().http_status == 422


def test_missing_mapping_parks_the_job_with_what_to_do(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [
        NeedsOperator(
            "Customer Ada has no counterpart.",
            reason="customer_unlinked",
            cause="customer:cus_1",
            hint="Link her.",
            ids={"customer": "cus_1"},
        )
    ]
    told: list[SyncJob] = []
    kind = register(JobKind("hooked", push.steps, on_parked=told.append))
    job = start(kind)

    runner.drain()

    parked = fresh(job)
    assert (parked.error_reason, parked.error_cause) == ("customer_unlinked", "customer:cus_1")
    assert (parked.error_hint, parked.error_ids) == ("Link her.", {"customer": "cus_1"})
    assert [found.pk for found in told] == [job.pk]


def test_own_database_away_is_an_outage_and_not_a_bug_of_the_step(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [OperationalError("server closed the connection") for _ in range(9)]
    job = start(push)

    for _ in range(9):
        drain_at_once()

    erp.refresh_from_db()
    assert fresh(job).state == JobState.QUEUED
    assert erp.breaker_state == "closed"


def test_job_is_given_up_after_a_day_of_failures(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [NotSent("refused"), NotSent("refused")]
    job = start(push)
    runner.drain()

    Step.objects.update(failing_since=Now() - timedelta(hours=25))
    drain_at_once()

    assert fresh(job).state == JobState.PARKED


def test_what_runs_can_be_asked_for_inside_a_step_only(start: Start) -> None:
    seen = []

    def look_around(ctx: StepContext) -> None:
        seen.append(context.current())

    job = start(register(JobKind("looks_around", [StepSpec("look", look_around)])))

    runner.drain()

    attempt = Attempt.objects.get()
    assert seen == [
        context.Current(job_id=job.pk, step_id=job.steps.get().pk, attempt_id=attempt.pk)
    ]
    assert context.current() is None


def test_finished_step_never_runs_again(remote: Remote, start: Start) -> None:
    remote.before = [None, Unavailable("later")]
    kind = register(
        JobKind("resumes", [StepSpec("create", remote.create), StepSpec("note", remote.note)])
    )
    job = start(kind)

    runner.drain()
    drain_at_once()

    assert remote.calls == ["create", "note", "note"]
    assert fresh(job).state == JobState.DONE


def test_step_added_by_a_newer_release_runs_in_an_older_job(remote: Remote, start: Start) -> None:
    kind = register(JobKind("grows", [StepSpec("create", remote.create)]))
    job = start(kind)
    register(JobKind("grows", [StepSpec("create", remote.create), StepSpec("note", remote.note)]))

    runner.drain()

    assert remote.calls == ["create", "note"]
    assert fresh(job).state == JobState.DONE


def test_failure_behind_the_checkpoint_leaves_the_step_in_doubt(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.after = [Unavailable("the order could not be read back")]
    job = start(push)

    runner.drain()

    assert job.steps.get().state == StepState.IN_DOUBT


def test_failure_before_the_checkpoint_leaves_no_doubt(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [Unavailable("the customer could not be read")]
    job = start(push)

    runner.drain()

    assert job.steps.get().state == StepState.OPEN


def test_job_that_failed_too_often_says_what_to_do(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [KeyError("sku") for _ in range(3)]
    job = start(push)

    for _ in range(3):
        drain_at_once()

    assert fresh(job).error_hint == "It failed too often; requeue it when the cause is gone."
