"""What a resource lets happen, and what it learns from answers."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from integrations.engine import clock, limits, recovery, runner
from integrations.engine.claim import claim
from integrations.engine.declare import JobKind
from integrations.engine.models import BreakerState, JobState, Resource, Slot, SyncJob
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
)
from tests.engine.conftest import Remote, drain_at_once, fresh

Start = Callable[..., SyncJob]


@pytest.fixture
def paused_hooks() -> list[Resource]:
    heard: list[Resource] = []
    limits.on_paused(heard.append)
    return heard


def open_breaker(erp: Resource) -> None:
    for _ in range(5):
        limits.note_outcome(erp.pk, NotSent("refused"))


def let_open_time_pass(erp: Resource) -> None:
    Resource.objects.filter(pk=erp.pk).update(open_until=Now() - timedelta(seconds=1))


def test_refused_credentials_pause_the_resource_once_and_burn_no_attempt(
    remote: Remote, push: JobKind, start: Start, erp: Resource, paused_hooks: list[Resource]
) -> None:
    remote.before = [AuthFailed("401"), AuthFailed("401")]
    first, second = start(push, "1"), start(push, "2")

    runner.drain()
    limits.note_outcome(erp.pk, AuthFailed("401"))

    erp.refresh_from_db()
    assert (erp.paused, erp.pause_reason) == (True, limits.CREDENTIALS_REFUSED)
    assert [found.pk for found in paused_hooks] == [erp.pk]
    assert [fresh(job).attempts for job in (first, second)] == [0, 0]
    assert first.steps.get().attempts == 0


def test_resumed_resource_goes_on_by_itself(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [AuthFailed("401")]
    job = start(push)
    runner.drain()

    limits.resume(erp.pk, "new key", "ann")
    runner.drain()

    assert fresh(job).state == JobState.DONE


def test_throttled_resource_waits_and_no_attempt_is_burnt(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [Throttled("429", retry_after_s=30)]
    job = start(push, "1")
    start(push, "2")

    runner.drain()

    erp.refresh_from_db()
    assert remote.calls == ["create"]  # the second job was not even tried
    assert erp.not_before is not None
    assert 28 < (erp.not_before - clock.now()).total_seconds() < 31
    assert (fresh(job).attempts, job.steps.get().attempts) == (0, 0)


def test_throttling_halves_the_concurrency_and_quiet_raises_it(erp: Resource) -> None:
    limits.resize(erp.pk, max_running=4)

    limits.note_outcome(erp.pk, Throttled("429", retry_after_s=1))
    erp.refresh_from_db()
    assert erp.running_limit == 2

    Resource.objects.update(limited_at=Now() - timedelta(seconds=11))
    limits.note_outcome(erp.pk, None)
    erp.refresh_from_db()
    assert erp.running_limit == 3


def test_error_that_travels_up_is_counted_once(erp: Resource) -> None:
    error = NotSent("refused")
    again = NotSent("the order could not be sent")
    again.__cause__ = error

    for noticed in (error, error, again):
        limits.note_outcome(erp.pk, noticed)

    erp.refresh_from_db()
    assert erp.failures == 1


@pytest.mark.parametrize("kind", [NotSent, Unavailable, OutcomeUnknown])
def test_outage_opens_the_breaker_and_no_job_is_claimed(
    kind: type[NotSent], push: JobKind, start: Start, erp: Resource
) -> None:
    start(push)
    for _ in range(5):
        limits.note_outcome(erp.pk, kind("away"))

    assert claim() is None


@pytest.mark.parametrize(
    "error", [Rejected("no"), NeedsOperator("link it", reason="unlinked"), KeyError("sku")]
)
def test_remote_that_answers_is_not_an_outage(error: Exception, erp: Resource) -> None:
    for _ in range(9):
        limits.note_outcome(erp.pk, error)

    erp.refresh_from_db()
    assert erp.breaker_state == BreakerState.CLOSED


def test_exactly_one_job_probes_a_resource_that_was_away(
    push: JobKind, start: Start, erp: Resource
) -> None:
    start(push, "1")
    start(push, "2")
    open_breaker(erp)
    let_open_time_pass(erp)

    assert claim() is not None
    assert claim() is None


def test_good_probe_lets_all_go_on(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    for number in ("1", "2", "3"):
        start(push, number)
    open_breaker(erp)
    let_open_time_pass(erp)

    runner.drain()

    erp.refresh_from_db()
    assert erp.breaker_state == BreakerState.CLOSED
    assert remote.orders == ["1", "2", "3"]


def test_failed_probe_keeps_the_others_back(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [NotSent("refused")]
    start(push, "1")
    start(push, "2")
    open_breaker(erp)
    let_open_time_pass(erp)

    runner.drain()

    assert remote.calls == ["create"]


def test_probe_whose_worker_died_is_followed_by_another(
    push: JobKind, start: Start, erp: Resource
) -> None:
    start(push, "1")
    start(push, "2")
    open_breaker(erp)
    let_open_time_pass(erp)
    claim()

    Resource.objects.update(probe_until=Now() - timedelta(seconds=1))

    assert claim() is not None


def test_recovered_remote_does_not_wait_for_backoffs(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [NotSent("refused") for _ in range(5)]
    jobs = [start(push, str(number)) for number in range(5)]
    runner.drain()
    SyncJob.objects.update(due_at=Now() + timedelta(minutes=15))
    let_open_time_pass(erp)

    recovery.hurry()  # one of them becomes the probe
    runner.drain()
    recovery.hurry()  # and its success wakes the others
    runner.drain()

    assert [fresh(job).state for job in jobs] == [JobState.DONE] * 5


def test_job_that_failed_after_the_recovery_keeps_its_backoff(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    open_breaker(erp)
    limits.note_outcome(erp.pk, None)
    remote.before = [Unavailable("503")]
    start(push)
    runner.drain()
    SyncJob.objects.update(due_at=Now() + timedelta(minutes=15))

    assert recovery.hurry() == 0


def wait_long(*jobs: SyncJob) -> None:
    """As if each had failed so often that its backoff is long."""
    SyncJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
        due_at=Now() + timedelta(minutes=15)
    )


def test_slow_outage_that_opens_no_breaker_is_probed_by_one_job_at_a_time(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [Unavailable("no answer in 15 s") for _ in range(3)]
    jobs = [start(push, str(number)) for number in range(3)]
    runner.drain()
    wait_long(*jobs)

    assert recovery.probe_waiting() == 1
    assert recovery.probe_waiting() == 0  # that one has not been tried yet


def test_probes_take_turns_so_that_one_bad_job_hides_no_recovery(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [Unavailable("no answer in 15 s") for _ in range(3)]
    bad, good = start(push, "bad"), start(push, "good")
    runner.drain()
    wait_long(bad, good)

    for _ in range(2):
        recovery.probe_waiting()
        runner.drain()
        wait_long(bad)

    assert fresh(good).state == JobState.DONE


def test_one_job_that_gets_through_hurries_all_that_met_the_outage(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [Unavailable("no answer in 15 s") for _ in range(3)]
    jobs = [start(push, str(number)) for number in range(3)]
    runner.drain()
    wait_long(*jobs)

    recovery.probe_waiting()
    runner.drain()
    recovery.hurry()
    runner.drain()

    erp.refresh_from_db()
    assert erp.breaker_state == BreakerState.CLOSED
    assert [fresh(job).state for job in jobs] == [JobState.DONE] * 3


def test_healthy_work_in_the_queue_does_not_keep_a_waiting_job_from_its_probe(
    remote: Remote, push: JobKind, start: Start
) -> None:
    remote.before = [Unavailable("no answer in 15 s")]
    job = start(push, "waiting")
    runner.drain()
    wait_long(job)
    start(push, "healthy")

    assert recovery.probe_waiting() == 1


def test_success_of_a_healthy_job_hurries_nobody(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [OutcomeUnknown("500, as always with this order")]
    bad = start(push, "bad")
    runner.drain()
    wait_long(bad)

    start(push, "good")
    runner.drain()

    assert recovery.hurry() == 0


def test_resource_that_must_not_be_called_is_not_probed(
    remote: Remote, push: JobKind, start: Start, erp: Resource
) -> None:
    remote.before = [Unavailable("no answer in 15 s")]
    job = start(push)
    runner.drain()
    wait_long(job)

    limits.pause(erp.pk, "stocktaking", "ann")

    assert recovery.probe_waiting() == 0


def test_job_that_was_refused_is_not_probed(remote: Remote, push: JobKind, start: Start) -> None:
    remote.before = [Conflict("stale")]
    job = start(push)
    runner.drain()
    wait_long(job)

    assert recovery.probe_waiting() == 0


def test_paused_resource_starts_nothing(push: JobKind, start: Start, erp: Resource) -> None:
    start(push)

    assert limits.pause(erp.pk, "stocktaking", "ann")
    assert not limits.pause(erp.pk, "again", "bob")
    assert claim() is None
    assert limits.resume(erp.pk, "counted", "ann")
    assert claim() is not None


def test_rate_limit_makes_callers_wait_their_turn(erp: Resource) -> None:
    Resource.objects.update(rate_per_s=20, burst=2, tokens=2)
    began = time.monotonic()

    for _ in range(4):
        limits.take_token(erp.pk)

    assert 0.08 < time.monotonic() - began < 1


def test_rate_limit_that_is_too_far_ahead_is_said_at_once(erp: Resource) -> None:
    Resource.objects.update(rate_per_s=0.01, burst=1, tokens=0)

    with pytest.raises(limits.RateLimited) as raised:
        limits.take_token(erp.pk, longest_wait_s=1)

    assert raised.value.retry_after_s == pytest.approx(100, abs=1)
    assert Resource.objects.get(pk=erp.pk).tokens == 0


def test_own_rate_limit_does_not_count_as_the_remotes_word(erp: Resource) -> None:
    limits.note_outcome(erp.pk, limits.RateLimited("used up", retry_after_s=30))

    erp.refresh_from_db()
    assert (erp.not_before, erp.running_limit) == (None, 2)


def test_request_is_refused_while_the_remote_wants_us_to_wait(erp: Resource) -> None:
    limits.note_outcome(erp.pk, Throttled("429", retry_after_s=30))

    with pytest.raises(Throttled, match="asked us to wait"):
        limits.take_token(erp.pk)


def test_resizing_keeps_slots_that_are_in_use(push: JobKind, start: Start, erp: Resource) -> None:
    start(push, "1")
    start(push, "2")
    claim(), claim()

    limits.resize(erp.pk, max_running=1)

    assert Slot.objects.filter(resource=erp).count() == 2
    drain_at_once()
    start(push, "3")
    assert claim() is None
