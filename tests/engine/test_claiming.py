"""Who may run what, and what happens to a worker that lost its lease."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from integrations.engine import clock, lease, ledger, limits, runner
from integrations.engine.claim import Claim, claim
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import Attempt, JobState, Resource, Slot, StepState, SyncJob
from integrations.errors import Fenced
from tests.engine.conftest import Remote, drain_at_once, fresh

Start = Callable[..., SyncJob]


def claimed(lane: str | None = None) -> Claim:
    found = claim(lane)
    assert found is not None
    return found


def let_lease_run_out(job: SyncJob) -> None:
    SyncJob.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    lease.sweep()


def test_claimed_job_is_not_claimed_twice(push: JobKind, start: Start) -> None:
    job = start(push)

    assert claimed().job.pk == job.pk
    assert claim() is None


def test_job_is_not_claimed_before_it_is_due(push: JobKind, start: Start) -> None:
    start(push, due_at=clock.now() + timedelta(hours=1))

    assert claim() is None


def test_urgent_job_goes_first(push: JobKind, start: Start) -> None:
    start(push, "later")
    urgent = start(push, "urgent", priority=10)

    assert claimed().job.pk == urgent.pk


def test_lane_claims_its_own_jobs_only(remote: Remote, push: JobKind, start: Start) -> None:
    start(push)

    assert claim("batch") is None
    assert claim("orders") is not None


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.PARKED, JobState.WAITING])
def test_older_open_job_blocks_its_key(state: JobState, push: JobKind, start: Start) -> None:
    first, _second = start(push), start(push)
    SyncJob.objects.filter(pk=first.pk).update(
        state=state, wait_reason="held", due_at=Now() + timedelta(hours=1)
    )

    assert claim() is None


def test_jobs_of_one_key_run_in_their_order(remote: Remote, push: JobKind, start: Start) -> None:
    for number in ("a", "b", "c"):
        start(push, number, key="order:1")

    runner.drain()

    assert remote.orders == ["a", "b", "c"]


def test_database_refuses_two_leases_of_one_key(push: JobKind, start: Start) -> None:
    start(push)
    second = start(push)
    claimed()

    with pytest.raises(IntegrityError):
        SyncJob.objects.filter(pk=second.pk).update(
            state=JobState.RUNNING, lease_until=clock.now(), lease_owner="a worker gone wrong"
        )


def test_no_more_jobs_run_on_a_resource_than_it_has_slots(
    push: JobKind, start: Start, erp: Resource
) -> None:
    for number in ("1", "2", "3"):
        start(push, number)

    assert [claim() is not None for _ in range(3)] == [True, True, False]


def test_full_resource_does_not_hold_up_another(
    remote: Remote, push: JobKind, start: Start, shop: Resource
) -> None:
    for number in ("1", "2", "3"):
        start(push, number)
    kind = register(JobKind("write_back", [StepSpec("note", remote.note, on="storefront")]))
    other = start(kind, "4", resources={"storefront": shop.pk})

    assert [claimed().job.pk for _ in range(3)][-1] == other.pk


def test_job_changes_slots_when_its_next_step_needs_another_resource(
    remote: Remote, start: Start, erp: Resource, shop: Resource
) -> None:
    used = []

    def look(ctx: StepContext) -> None:
        used.append(list(Slot.objects.filter(job=ctx.job_id).values_list("resource", flat=True)))

    steps = [
        StepSpec("read", look, on="storefront"),
        StepSpec("create", look),
        StepSpec("think", look, on=None),
    ]
    kind = register(JobKind("crosses", steps))
    start(kind, resources={"erp": erp.pk, "storefront": shop.pk})

    runner.drain()

    assert used == [[shop.pk], [erp.pk], []]
    assert Slot.objects.exclude(job=None).count() == 0


def test_job_waits_where_its_next_step_needs_a_paused_resource(
    remote: Remote, start: Start, erp: Resource, shop: Resource
) -> None:
    steps = [StepSpec("read", remote.note, on="storefront"), StepSpec("create", remote.create)]
    job = start(
        register(JobKind("crosses", steps)), resources={"erp": erp.pk, "storefront": shop.pk}
    )
    limits.pause(erp.pk, "maintenance", "ann")

    runner.drain()

    waiting = fresh(job)
    assert (waiting.state, waiting.resource_id) == (JobState.QUEUED, erp.pk)
    limits.resume(erp.pk, "", "ann")
    runner.drain()
    assert remote.orders == ["1"]


def test_worker_that_lost_its_lease_cannot_write(push: JobKind, start: Start) -> None:
    job = start(push)
    zombie = claimed()
    let_lease_run_out(job)
    claimed()

    with pytest.raises(Fenced):
        ledger.give_back(zombie)
    with pytest.raises(Fenced):
        lease.keep(zombie.lease)


def test_step_that_lost_its_lease_does_not_send(remote: Remote, start: Start) -> None:
    def stall_then_create(ctx: StepContext) -> dict[str, object]:
        let_lease_run_out(SyncJob.objects.get(pk=ctx.job_id))
        claimed()  # another worker takes over
        time.sleep(lease.SURE_FOR_S)
        return remote.create(ctx)

    job = start(register(JobKind("stalls", [StepSpec("create", stall_then_create)])))

    runner.drain()

    assert remote.orders == []
    assert fresh(job).state == JobState.RUNNING


def test_result_of_a_replaced_worker_is_not_recorded(remote: Remote, start: Start) -> None:
    def create_then_stall(ctx: StepContext) -> dict[str, object]:
        output = remote.create(ctx)
        let_lease_run_out(SyncJob.objects.get(pk=ctx.job_id))
        return output

    steps = [StepSpec("create", create_then_stall, find=remote.find)]
    job = start(register(JobKind("stalls_after", steps)))

    runner.drain()

    assert remote.orders == ["1"]
    assert job.steps.get().output == {"ref": "SO-1"}
    assert Attempt.objects.latest("id").outcome == Attempt.ADOPTED


def test_crash_is_counted_at_the_next_claim(push: JobKind, start: Start) -> None:
    job = start(push)
    claimed()

    let_lease_run_out(job)
    assert fresh(job).crash_count == 0
    again = claimed()

    assert (again.job.crash_count, again.lease.token) == (1, 2)


def test_crashed_attempt_is_closed_and_its_step_looks_first(
    remote: Remote, push: JobKind, start: Start
) -> None:
    job = start(push)
    crashed = claimed()
    sending = ledger.Beginning(act="do", is_sending=True, state=StepState.IN_DOUBT)
    ledger.begin(crashed, job.steps.get(), sending)
    remote.orders.append("1")  # it was sent, and then the worker died

    let_lease_run_out(job)
    runner.drain()

    assert remote.orders == ["1"]
    assert [attempt.outcome for attempt in Attempt.objects.order_by("id")] == [
        Attempt.CRASHED,
        Attempt.ADOPTED,
    ]


def test_attempt_of_a_dead_worker_is_closed_before_anybody_claims_its_job_again(
    push: JobKind, start: Start
) -> None:
    job = start(push)
    beginning = ledger.Beginning(act="do", is_sending=True, state=StepState.IN_DOUBT)
    ledger.begin(claimed(), job.steps.get(), beginning)

    let_lease_run_out(job)

    attempt = Attempt.objects.get()
    assert attempt.outcome == Attempt.CRASHED
    assert attempt.finished_at is not None


def test_job_that_kills_its_worker_three_times_is_parked(push: JobKind, start: Start) -> None:
    job = start(push)
    for _ in range(3):
        claimed()
        let_lease_run_out(job)

    assert claim() is None

    parked = fresh(job)
    assert (parked.state, parked.error_reason) == (JobState.PARKED, "kills_its_worker")
    assert Slot.objects.exclude(job=None).count() == 0


def test_finished_step_forgives_crashes(remote: Remote, push: JobKind, start: Start) -> None:
    job = start(push)
    for _ in range(2):
        claimed()
        let_lease_run_out(job)

    runner.drain()

    assert (fresh(job).state, fresh(job).crash_count) == (JobState.DONE, 0)


def test_sweep_leaves_live_leases_alone(push: JobKind, start: Start) -> None:
    start(push)
    claimed()

    assert lease.sweep() == 0


def test_worker_that_gave_a_job_back_did_not_crash(push: JobKind, start: Start) -> None:
    job = start(push)
    ledger.give_back(claimed())

    drain_at_once()

    assert fresh(job).crash_count == 0
