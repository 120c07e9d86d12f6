"""A refusal before the pivot undoes what was done, in reverse; after it a person decides."""

from collections.abc import Callable
from typing import Any

from integrations.engine import runner, verbs
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import Attempt, JobMove, JobState, StepState, SyncJob
from integrations.errors import NeedsOperator, OutcomeUnknown, Rejected, Unavailable
from tests.engine.conftest import Remote, drain_at_once, fresh

Start = Callable[..., SyncJob]


class Trip:
    """Three steps that can be undone, and one that is refused."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.refusal: Exception | None = Rejected("fully booked")
        self.undo_errors: list[Exception] = []

    def do(self, name: str) -> Callable[[StepContext], dict[str, Any]]:
        def act(ctx: StepContext) -> dict[str, Any]:
            if name == "pay" and self.refusal is not None:
                raise self.refusal
            self.did.append(name)
            return {"name": name}

        return act

    def undo(self, name: str) -> Callable[[StepContext], None]:
        def act(ctx: StepContext) -> None:
            if self.undo_errors:
                raise self.undo_errors.pop(0)
            self.did.append(f"undo {name}")

        return act

    def kind(
        self, *, pivot: str = "", goes_back: Callable[[SyncJob, str], bool] | None = None
    ) -> JobKind:
        names = ("flight", "hotel", "car")
        steps = [
            StepSpec(name, self.do(name), undo=self.undo(name), pivot=name == pivot)
            for name in names
        ]
        steps.append(StepSpec("pay", self.do("pay")))
        return register(JobKind("trip", steps, goes_back=goes_back))


def test_refused_step_undoes_the_finished_ones_in_reverse(start: Start) -> None:
    trip = Trip()
    job = start(trip.kind())

    runner.drain()

    assert trip.did == ["flight", "hotel", "car", "undo car", "undo hotel", "undo flight"]
    assert fresh(job).state == JobState.COMPENSATED
    assert [step.state for step in job.steps.all()] == [*[StepState.UNDONE] * 3, StepState.OPEN]
    assert Attempt.objects.filter(act="undo", outcome=Attempt.UNDONE).count() == 3
    moves = JobMove.objects.order_by("id").values_list("from_state", "to_state", "reason")
    assert list(moves) == [
        ("running", "compensating", "fully booked"),
        ("compensating", "compensated", "finished steps are undone"),
    ]


def test_undoing_is_tried_again_where_it_stopped(start: Start) -> None:
    trip = Trip()
    trip.undo_errors = [Unavailable("maintenance")]
    job = start(trip.kind())

    runner.drain()
    assert fresh(job).state == JobState.COMPENSATING
    drain_at_once()

    assert trip.did[3:] == ["undo car", "undo hotel", "undo flight"]
    assert fresh(job).state == JobState.COMPENSATED


def test_undoing_that_is_refused_needs_a_person_and_goes_on_when_requeued(start: Start) -> None:
    trip = Trip()
    trip.undo_errors = [Rejected("the car is gone")]
    job = start(trip.kind())
    runner.drain()
    assert fresh(job).state == JobState.PARKED

    verbs.requeue(job, actor="ann")
    runner.drain()

    assert fresh(job).state == JobState.COMPENSATED


def test_after_the_pivot_nothing_is_undone(start: Start) -> None:
    trip = Trip()
    job = start(trip.kind(pivot="hotel"))

    runner.drain()

    assert trip.did == ["flight", "hotel", "car"]
    assert fresh(job).state == JobState.PARKED


def test_step_in_doubt_is_undone_too_and_undo_tolerates_that_nothing_happened(
    remote: Remote, start: Start
) -> None:
    remote.before = [OutcomeUnknown("lost")]
    job = start(
        register(JobKind("doubtful", [StepSpec("create", remote.create, undo=remote.cancel)]))
    )
    runner.drain()

    verbs.cancel(job, actor="ann", reason="wrong order")
    drain_at_once()

    assert remote.calls == ["create", "cancel"]
    assert fresh(job).state == JobState.CANCELLED


def test_missing_mapping_does_not_undo_anything(start: Start) -> None:
    trip = Trip()
    trip.refusal = NeedsOperator("link it", reason="unlinked")
    job = start(trip.kind())

    runner.drain()

    assert trip.did == ["flight", "hotel", "car"]
    assert fresh(job).state == JobState.PARKED


def test_kind_that_does_not_go_back_from_a_refusal_parks_with_what_was_done(start: Start) -> None:
    asked: list[str] = []
    trip = Trip()
    job = start(trip.kind(goes_back=lambda job, refused: bool(asked.append(refused))))

    runner.drain()

    assert asked == ["pay"]
    assert trip.did == ["flight", "hotel", "car"]
    assert (fresh(job).state, fresh(job).error_kind) == (JobState.PARKED, "rejected")


def test_kind_that_goes_back_from_refusals_only_undoes_nothing_when_a_person_cancels(
    start: Start,
) -> None:
    trip = Trip()
    trip.refusal = NeedsOperator("link it", reason="unlinked")
    job = start(trip.kind(goes_back=lambda job, refused: refused == "pay"))
    runner.drain()

    assert verbs.cancel(job, actor="ann", reason="not wanted") == verbs.Cancelled.NOW

    assert trip.did == ["flight", "hotel", "car"]
    assert fresh(job).state == JobState.CANCELLED


def test_nothing_is_undone_when_the_question_itself_fails(start: Start) -> None:
    def confused(job: SyncJob, refused: str) -> bool:
        raise LookupError("no such setting")

    trip = Trip()
    job = start(trip.kind(goes_back=confused))

    runner.drain()

    assert trip.did == ["flight", "hotel", "car"]
    assert fresh(job).state == JobState.PARKED
