"""The retry policy as a table."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from integrations.engine.retry import (
    Action,
    Failure,
    RetryPolicy,
    Verdict,
    backoff_s,
    bounded_retry_after,
    judge,
)
from integrations.errors import Kind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = RetryPolicy(base_s=5, cap_s=900)


class LongestWait(Random):
    """Full jitter at its upper end."""

    def uniform(self, a: float, b: float) -> float:
        return b


def verdict(kind: Kind, *, tries: int = 1, hours: float = 0, retry_after_s: float = 0) -> Verdict:
    failure = Failure(
        kind=kind,
        tries_alike=tries,
        failing_since=NOW - timedelta(hours=hours),
        retry_after_s=retry_after_s,
    )
    return judge(POLICY, failure, now=NOW, rng=LongestWait())


@pytest.mark.parametrize(
    ("kind", "tries", "hours", "action"),
    [
        (Kind.NOT_SENT, 1, 0, Action.RETRY),
        (Kind.NOT_SENT, 500, 23.9, Action.RETRY),
        (Kind.NOT_SENT, 500, 24, Action.PARK),
        (Kind.UNAVAILABLE, 1, 0, Action.RETRY),
        (Kind.OUTCOME_UNKNOWN, 1, 0, Action.RETRY),
        (Kind.OUTCOME_UNKNOWN, 2, 25, Action.PARK),
        (Kind.CONFLICT, 4, 0, Action.RETRY),
        (Kind.CONFLICT, 5, 0, Action.PARK),
        (Kind.BUG, 2, 0, Action.RETRY),
        (Kind.BUG, 3, 0, Action.PARK),
        (Kind.THROTTLED, 500, 100, Action.RETRY),
        (Kind.AUTH_FAILED, 500, 100, Action.RETRY),
        (Kind.REJECTED, 1, 0, Action.GO_BACK),
        (Kind.NEEDS_OPERATOR, 1, 0, Action.PARK),
    ],
)
def test_kind_decides_what_follows(kind: Kind, tries: int, hours: float, action: Action) -> None:
    assert verdict(kind, tries=tries, hours=hours).action == action


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.AUTH_FAILED])
def test_waiting_for_the_remote_burns_no_attempt(kind: Kind) -> None:
    assert not verdict(kind).burns


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (5000, 900)]
)
def test_waits_double_up_to_a_cap(tries: int, seconds: float) -> None:
    assert backoff_s(POLICY, tries) == seconds
    assert verdict(Kind.NOT_SENT, tries=tries).due_at == NOW + timedelta(seconds=seconds)


def test_jitter_spreads_over_the_whole_wait() -> None:
    failure = Failure(kind=Kind.NOT_SENT, tries_alike=3, failing_since=NOW)
    rng = Random(7)

    waits = [(judge(POLICY, failure, now=NOW, rng=rng).due_at or NOW) - NOW for _ in range(200)]

    assert timedelta() <= min(waits) < timedelta(seconds=2)
    assert timedelta(seconds=18) < max(waits) <= timedelta(seconds=20)


def test_throttled_job_waits_what_the_remote_asked() -> None:
    assert verdict(Kind.THROTTLED, retry_after_s=42).due_at == NOW + timedelta(seconds=42)


@pytest.mark.parametrize(("asked", "waited"), [(0, 1), (-5, 1), (42, 42), (86400, 3600)])
def test_wish_to_wait_is_followed_within_reason(asked: float, waited: float) -> None:
    assert bounded_retry_after(asked) == waited
