"""What people do to jobs, and what is kept of it."""

from collections.abc import Callable

import pytest

from integrations.engine import runner, verbs
from integrations.engine.claim import claim
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.job_run import JobRun
from integrations.engine.models import JobMove, JobState, Request, StepState, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.errors import NeedsOperator, NotSent, OutcomeUnknown
from tests.engine.conftest import Remote, drain_at_once, fresh

Start = Callable[..., SyncJob]


@pytest.fixture
def parked(remote: Remote, push: JobKind, start: Start) -> SyncJob:
    remote.before = [NeedsOperator("Link the customer.", reason="unlinked")]
    job = start(push)
    runner.drain()
    return fresh(job)


def test_requeued_job_goes_on_and_keeps_who_and_why(remote: Remote, parked: SyncJob) -> None:
    verbs.requeue(parked, actor="ann", reason="linked")
    runner.drain()

    assert fresh(parked).state == JobState.DONE
    move = JobMove.objects.get(job=parked, to_state=JobState.QUEUED)
    assert (move.actor, move.reason) == ("ann", "linked")
    assert parked.steps.get().tries.latest("id").actor == "ann"


def test_waiting_job_can_be_tried_now(remote: Remote, push: JobKind, start: Start) -> None:
    remote.before = [NotSent("refused")]
    job = start(push)
    runner.drain()

    verbs.requeue(job, actor="ann")
    runner.drain()

    assert fresh(job).state == JobState.DONE


def test_requeueing_starts_the_counting_anew(remote: Remote, push: JobKind, start: Start) -> None:
    remote.before = [KeyError("a") for _ in range(5)]
    job = start(push)
    for _ in range(3):
        drain_at_once()
    assert fresh(job).state == JobState.PARKED

    verbs.requeue(job, actor="ann")
    runner.drain()

    assert fresh(job).state == JobState.QUEUED


def test_done_job_cannot_be_requeued(push: JobKind, start: Start) -> None:
    job = start(push)
    runner.drain()

    with pytest.raises(MoveRefused, match="it is done"):
        verbs.requeue(job, actor="ann")


def test_cancelled_job_never_runs_and_frees_its_key(
    remote: Remote, push: JobKind, start: Start
) -> None:
    job, next_job = start(push), start(push, "2", key="order:1")

    assert verbs.cancel(job, actor="ann", reason="test order") == verbs.Cancelled.NOW
    runner.drain()

    assert remote.orders == ["2"]
    assert fresh(next_job).state == JobState.DONE


def test_running_job_is_cancelled_between_two_steps(remote: Remote, start: Start) -> None:
    def create_while_ann_cancels(ctx: StepContext) -> dict[str, object]:
        asked = verbs.cancel(SyncJob.objects.get(pk=ctx.job_id), actor="ann", reason="wrong")
        assert asked == verbs.Cancelled.ASKED
        return remote.create(ctx)

    steps = [
        StepSpec("create", create_while_ann_cancels, undo=remote.cancel),
        StepSpec("note", remote.note),
    ]
    job = start(register(JobKind("cancelled_midway", steps)))

    runner.drain()

    assert remote.calls == ["create", "cancel"]
    assert remote.orders == []
    assert fresh(job).state == JobState.CANCELLED


def test_cancelling_after_the_pivot_stops_and_undoes_nothing(remote: Remote, start: Start) -> None:
    remote.before = [None, NeedsOperator("which one?", reason="ambiguous")]
    steps = [
        StepSpec("create", remote.create, undo=remote.cancel, pivot=True),
        StepSpec("note", remote.note),
    ]
    job = start(register(JobKind("after_pivot", steps)))
    runner.drain()

    assert verbs.cancel(job, actor="ann", reason="enough") == verbs.Cancelled.NOW
    assert remote.orders == ["1"]


def test_cancelling_in_doubt_looks_first_and_then_undoes(remote: Remote, start: Start) -> None:
    remote.after = [OutcomeUnknown("lost")]
    spec = StepSpec("create", remote.create, find=remote.find, undo=remote.cancel)
    job = start(register(JobKind("doubt_cancelled", [spec])))
    runner.drain()

    assert verbs.cancel(job, actor="ann", reason="wrong") == verbs.Cancelled.ASKED
    drain_at_once()

    assert remote.calls == ["create", "find", "cancel"]
    assert remote.orders == []
    assert fresh(job).state == JobState.CANCELLED


def test_cancelling_in_doubt_never_sends_again(remote: Remote, start: Start) -> None:
    remote.before = [OutcomeUnknown("lost")]
    spec = StepSpec("create", remote.create, find=remote.find, undo=remote.cancel)
    job = start(register(JobKind("doubt_absent", [spec])))
    runner.drain()

    verbs.cancel(job, actor="ann", reason="wrong")
    drain_at_once()

    assert remote.calls == ["create", "find"]
    assert fresh(job).state == JobState.CANCELLED


def test_held_job_waits_until_it_is_released(remote: Remote, push: JobKind, start: Start) -> None:
    job = start(push)

    verbs.hold(job, actor="ann", reason="call the customer first")
    runner.drain()
    assert fresh(job).wait_reason == "held: call the customer first"
    assert remote.orders == []

    verbs.release(job, actor="bob")
    runner.drain()
    assert remote.orders == ["1"]


def test_running_job_is_held_after_the_step_at_hand(remote: Remote, start: Start) -> None:
    def create_while_ann_holds(ctx: StepContext) -> dict[str, object]:
        verbs.hold(SyncJob.objects.get(pk=ctx.job_id), actor="ann", reason="check it")
        return remote.create(ctx)

    steps = [StepSpec("create", create_while_ann_holds), StepSpec("note", remote.note)]
    job = start(register(JobKind("held_midway", steps)))

    runner.drain()
    assert fresh(job).state == JobState.WAITING
    verbs.release(job, actor="ann")
    runner.drain()

    assert remote.calls == ["create", "note"]


def test_hold_that_was_not_obeyed_yet_is_released_on_the_running_job(
    remote: Remote, start: Start
) -> None:
    def create_while_ann_changes_her_mind(ctx: StepContext) -> dict[str, object]:
        job = SyncJob.objects.get(pk=ctx.job_id)
        verbs.hold(job, actor="ann", reason="check it")
        assert verbs.release(job, actor="ann").state == JobState.RUNNING
        return remote.create(ctx)

    steps = [StepSpec("create", create_while_ann_changes_her_mind), StepSpec("note", remote.note)]
    job = start(register(JobKind("held_and_released", steps)))

    runner.drain()

    assert remote.calls == ["create", "note"]
    assert fresh(job).state == JobState.DONE


def test_hold_that_is_released_while_its_worker_obeys_is_not_obeyed(
    push: JobKind, start: Start
) -> None:
    job = start(push)
    found = claim()
    assert found is not None
    verbs.hold(job, actor="ann", reason="check it")
    found.job.refresh_from_db()  # the worker has read the wish …
    verbs.release(job, actor="ann")  # … and has not acted on it yet

    JobRun(found).go()

    assert fresh(job).state == JobState.DONE


def test_release_does_not_take_a_cancel_back(push: JobKind, start: Start) -> None:
    job = start(push)
    claim()
    verbs.cancel(job, actor="ann", reason="wrong")

    with pytest.raises(MoveRefused):
        verbs.release(job, actor="bob")

    assert fresh(job).requested == Request.CANCEL


@pytest.mark.parametrize("press", [verbs.cancel, verbs.hold])
def test_requeued_job_does_not_obey_what_was_asked_before_it_parked(
    press: Callable[..., object], remote: Remote, start: Start
) -> None:
    def ask_and_fail(ctx: StepContext) -> dict[str, object]:
        if not remote.calls:
            press(SyncJob.objects.get(pk=ctx.job_id), actor="ann", reason="wrong")
        return remote.create(ctx)

    remote.before = [NeedsOperator("Link the customer.", reason="unlinked")]
    job = start(register(JobKind("asked_before", [StepSpec("create", ask_and_fail)])))
    runner.drain()
    assert fresh(job).state == JobState.PARKED

    verbs.requeue(job, actor="bob", reason="linked")
    runner.drain()

    assert fresh(job).state == JobState.DONE
    reasons = [move.reason for move in JobMove.objects.filter(job=job)]
    assert f"linked (instead of the {press.__name__} that ann asked for)" in reasons


def test_trying_now_does_not_take_a_cancel_back(remote: Remote, start: Start) -> None:
    remote.before = [OutcomeUnknown("lost")]
    spec = StepSpec("create", remote.create, find=remote.find, undo=remote.cancel)
    job = start(register(JobKind("cancelled_in_doubt", [spec])))
    runner.drain()
    verbs.cancel(job, actor="ann", reason="wrong")

    verbs.requeue(job, actor="bob")
    drain_at_once()

    assert fresh(job).state == JobState.CANCELLED


def test_step_done_by_hand_is_skipped_with_its_result(remote: Remote, start: Start) -> None:
    seen = {}

    def follow_up(ctx: StepContext) -> None:
        seen.update(ctx.outputs["create"])

    remote.before = [NeedsOperator("create it by hand", reason="by_hand")]
    steps = [StepSpec("create", remote.create), StepSpec("follow_up", follow_up)]
    job = start(register(JobKind("by_hand", steps)))
    runner.drain()

    verbs.skip_step(job, "create", actor="ann", reason="done", output={"ref": "SO-by-hand"})
    runner.drain()

    assert seen == {"ref": "SO-by-hand"}
    assert remote.orders == []
    assert fresh(job).state == JobState.DONE
    assert job.steps.get(name="create").state == StepState.SKIPPED


def test_finished_step_cannot_be_skipped(parked: SyncJob) -> None:
    with pytest.raises(MoveRefused, match="no unfinished step pay"):
        verbs.skip_step(parked, "pay", actor="ann", reason="?")


def test_running_job_is_not_changed_under_its_worker(push: JobKind, start: Start) -> None:
    job = start(push)
    claim()

    for press in (verbs.requeue, verbs.release):
        with pytest.raises(MoveRefused):
            press(job, actor="ann")


def test_pressing_twice_does_no_harm(parked: SyncJob) -> None:
    verbs.requeue(parked, actor="ann")
    verbs.requeue(parked, actor="bob")
    runner.drain()

    assert fresh(parked).state == JobState.DONE


def test_hooks_hear_of_moves_in_the_same_transaction(remote: Remote, start: Start) -> None:
    heard: list[str] = []
    kind = register(
        JobKind(
            "heard",
            [StepSpec("create", remote.create)],
            on_move=lambda job, move: heard.append(f"{move.from_state}>{move.to_state}"),
            on_done=lambda job: heard.append("done"),
            on_settled=lambda job: heard.append("settled"),
        )
    )
    start(kind)

    runner.drain()

    assert heard == ["running>done", "done", "settled"]
