"""The checker can fail: each wrong ending is fed to it once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from integrations.engine import limits
from integrations.engine.models import Attempt, JobState, Resource, Slot, StepState, SyncJob
from integrations.engine.start import start_job
from integrations.standin import LogEntry
from tests.faults import checker, kinds
from tests.faults.checker import Expected, Found

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Log = list[LogEntry]
Finish = Callable[..., SyncJob]


def call(
    route: str, reference: str, *, after_s: float = 0, status: int = 201, method: str = "POST"
) -> LogEntry:
    path = f"/orders/{reference}" if method == "DELETE" else "/orders"
    body = f'{{"reference": "{reference}"}}'
    at = NOON + timedelta(seconds=after_s)
    return LogEntry(at, route, method, path, body, status, "", status < 400)


@pytest.fixture
def erp() -> Resource:
    return limits.create_resource("the ERP")


@pytest.fixture
def finish(erp: Resource) -> Finish:
    """A job of the kind, as it is after all went well, unless said otherwise."""

    def finish(reference: str, *, kind: str = "create", state: str = JobState.DONE) -> SyncJob:
        job = start_job(
            kinds.KINDS[kind].name,
            key=f"order:{reference[0]}",
            payload={"reference": reference},
            resources={"erp": erp.pk, "storefront": erp.pk},
            actor="test",
        )
        done = StepState.UNDONE if state == JobState.COMPENSATED else StepState.DONE
        for step in job.steps.all():
            Attempt.objects.create(
                step=step, n=1, outcome=Attempt.DONE, actor="test", lease_token=1, started_at=Now()
            )
        job.steps.update(state=done, attempts=1)
        SyncJob.objects.filter(pk=job.pk).update(state=state, error_text="refused")
        job.refresh_from_db()
        return job

    return finish


def well(*references: str) -> Log:
    return [call(route, one) for one in references for route in ("reserve", "create")]


def found(log: Log, **jobs: str) -> Found:
    states = {name.replace("_", "-"): state for name, state in jobs.items()}
    waits = frozenset({"reserve", "create"})
    return checker.check(log, Expected(jobs=states, waits=waits, retry_after_s=1))


def test_good_ending_is_clean(finish: Finish) -> None:
    finish("A-1")
    finish("A-2")

    assert found(well("A-1", "A-2"), A_1="done", A_2="done").is_clean


def test_accepted_job_without_a_row_is_lost(finish: Finish) -> None:
    finish("A-1")

    assert found(well("A-1"), A_1="done", A_2="done").lost == ["job A-2 was accepted and is gone"]


def test_recorded_step_without_an_effect_is_lost(finish: Finish) -> None:
    finish("A-1")

    assert found([call("reserve", "A-1")], A_1="done").lost == [
        "create of A-1 is recorded and never happened"
    ]


def test_every_effect_too_many_is_a_double(finish: Finish) -> None:
    finish("A-1")
    log = [*well("A-1"), call("create", "A-1"), call("create", "A-1")]

    assert found(log, A_1="done").doubled == ["create of A-1 happened 3 times"] * 2


def test_call_that_changed_nothing_is_no_double(finish: Finish) -> None:
    finish("A-1")

    assert found([*well("A-1"), call("create", "A-1", status=200)], A_1="done").is_clean


def test_later_job_that_took_effect_first_is_out_of_order(finish: Finish) -> None:
    finish("A-1")
    finish("A-2")

    assert found(well("A-2", "A-1"), A_1="done", A_2="done").wrong == [
        "create of order:A took effect in the order A-2, A-1",
        "reserve of order:A took effect in the order A-2, A-1",
    ]


def test_job_that_ended_otherwise_is_wrong(finish: Finish) -> None:
    finish("A-1", state=JobState.PARKED)

    assert found(well("A-1"), A_1="done").wrong == [
        "A-1 is parked, not done: Needs a person: refused"
    ]


def test_effect_that_nobody_recorded_is_wrong(finish: Finish) -> None:
    job = finish("A-1")
    job.steps.filter(name="create").update(state=StepState.OPEN)

    assert found(well("A-1"), A_1="done").wrong == ["create of A-1 happened and is not recorded"]


def test_compensated_job_that_left_something_behind_is_wrong(finish: Finish) -> None:
    finish("A-1", kind="undo", state=JobState.COMPENSATED)
    log = [*well("A-1"), call("pay", "A-1"), call("cancel", "A-1", status=200, method="DELETE")]

    assert found(log, A_1="compensated").wrong == [
        "A-1 is compensated: undone ['cancel'], declared ['cancel', 'release']"
    ]


def test_undoing_in_the_wrong_order_is_wrong(finish: Finish) -> None:
    finish("A-1", kind="undo", state=JobState.COMPENSATED)
    undone = [call(route, "A-1", status=200, method="DELETE") for route in ("release", "cancel")]

    assert found([*well("A-1"), call("pay", "A-1"), *undone], A_1="compensated").wrong == [
        "A-1 is compensated: undone ['release', 'cancel'], declared ['cancel', 'release']"
    ]


def test_finished_job_of_which_something_was_undone_is_wrong(finish: Finish) -> None:
    finish("A-1")
    log = [*well("A-1"), call("release", "A-1", status=200, method="DELETE")]

    assert found(log, A_1="done").wrong == ["A-1 is done: undone ['release'], declared nothing"]


@pytest.mark.parametrize(
    "row",
    [
        {"state": JobState.PARKED, "error_text": ""},
        {"state": JobState.QUEUED, "error_text": ""},  # due, and nobody takes it
        {
            "state": JobState.RUNNING,
            "lease_owner": "gone",
            "lease_until": NOON,  # long over
        },
    ],
)
def test_open_job_that_waits_silently_is_wrong(finish: Finish, row: dict[str, object]) -> None:
    job = finish("A-1")
    SyncJob.objects.filter(pk=job.pk).update(**row)

    wrong = found(well("A-1"), A_1=str(row["state"])).wrong

    assert wrong == [f"A-1 is {row['state']} without due time, lease or reason"]


def test_open_job_behind_a_parked_one_has_a_reason(finish: Finish) -> None:
    finish("A-1", state=JobState.PARKED)
    job = finish("A-2")
    SyncJob.objects.filter(pk=job.pk).update(state=JobState.QUEUED)

    assert found(well("A-1", "A-2"), A_1="parked", A_2="queued").is_clean
    assert checker.is_at_rest()


def test_try_without_an_outcome_is_wrong(finish: Finish) -> None:
    job = finish("A-1")
    Attempt.objects.filter(step__name="create").update(outcome="")

    assert found(well("A-1"), A_1="done").wrong == [
        f"try 1 of create of job {job.pk} has no outcome"
    ]


def test_throttled_try_that_burnt_an_attempt_is_wrong(finish: Finish) -> None:
    job = finish("A-1")
    step = job.steps.get(name="create")
    Attempt.objects.create(
        step=step, n=2, outcome="throttled", actor="test", lease_token=1, started_at=Now()
    )
    job.steps.filter(name="create").update(attempts=2)
    SyncJob.objects.filter(pk=job.pk).update(attempts=1)

    assert found(well("A-1"), A_1="done").wrong == [
        "create of A-1 counts 2 of 1",
        "A-1 counts 1 failures of 0",
    ]


def test_slot_of_an_ended_job_is_wrong(finish: Finish) -> None:
    job = finish("A-1")
    slot = Slot.objects.first()
    assert slot is not None
    Slot.objects.filter(pk=slot.pk).update(job=job)

    assert found(well("A-1"), A_1="done").wrong == [
        f"slot {slot} is held by job {job.pk}, which is done"
    ]


def test_call_before_retry_after_is_over_is_wrong(finish: Finish) -> None:
    finish("A-1")
    log = [
        call("reserve", "A-1"),
        call("create", "A-1", after_s=1, status=429),
        call("create", "A-1", after_s=1.75),
    ]

    assert found(log, A_1="done").wrong == ["create was called 0.250 s before Retry-After was over"]


def test_nothing_is_at_rest_while_a_job_can_go_on(finish: Finish) -> None:
    job = finish("A-1")

    for state in (JobState.QUEUED, JobState.COMPENSATING):
        SyncJob.objects.filter(pk=job.pk).update(state=state)
        assert not checker.is_at_rest()
