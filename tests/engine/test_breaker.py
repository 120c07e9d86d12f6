"""The circuit breaker's arithmetic."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from integrations.engine.breaker import Breaker, after_failure, after_success
from integrations.engine.models import BreakerState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOSED = Breaker(
    breaker_state=BreakerState.CLOSED,
    failures=0,
    failures_since=None,
    open_for_s=0.0,
    opened_at=None,
    open_until=None,
    probe_until=None,
)


def failed(breaker: Breaker, *, times: int = 1, every_s: float = 1, now: datetime = NOW) -> Breaker:
    for n in range(times):
        moment = now + timedelta(seconds=n * every_s)
        breaker = after_failure(breaker, now=moment, threshold=5, longest_open_s=20)
    return breaker


def test_opens_at_the_fifth_failure() -> None:
    assert failed(CLOSED, times=4).breaker_state == BreakerState.CLOSED
    opened = failed(CLOSED, times=5)
    assert opened.breaker_state == BreakerState.OPEN
    assert opened.open_until == NOW + timedelta(seconds=4 + 5)


def test_rare_failures_do_not_open_it() -> None:
    assert failed(CLOSED, times=50, every_s=61).breaker_state == BreakerState.CLOSED


def test_it_opens_when_clearly_more_than_half_of_the_calls_fail() -> None:
    mostly_failing = evenly = CLOSED
    for _ in range(4):
        mostly_failing = failed(after_success(mostly_failing), times=2)
        evenly = failed(after_success(evenly))

    assert mostly_failing.breaker_state == BreakerState.OPEN
    assert evenly.breaker_state == BreakerState.CLOSED


def test_failed_probe_opens_it_twice_as_long_up_to_a_bound() -> None:
    breaker = failed(CLOSED, times=5)
    lengths = []
    for _ in range(4):
        lengths.append(breaker.open_for_s)
        breaker = failed(replace(breaker, breaker_state=BreakerState.HALF_OPEN))

    assert lengths == [5, 10, 20, 20]


def test_good_probe_closes_it_and_forgets() -> None:
    half_open = replace(failed(CLOSED, times=5), breaker_state=BreakerState.HALF_OPEN)

    closed = after_success(half_open)

    assert closed.breaker_state == BreakerState.CLOSED
    assert (closed.failures, closed.open_for_s, closed.open_until) == (0, 0, None)


def test_late_failure_of_a_running_job_does_not_lengthen_it() -> None:
    opened = failed(CLOSED, times=5)

    assert failed(opened, now=NOW + timedelta(seconds=7)) == opened
