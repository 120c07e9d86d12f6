"""The circuit breaker's arithmetic: pure, over the values that a Resource keeps.

closed     failures within the window reach the threshold → open
open       its time is over → half_open, with one probing job
half_open  the probe succeeds → closed; it fails → open, twice as long
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from integrations.engine.models.states import BreakerState

WINDOW_S = 60.0
FIRST_OPEN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    breaker_state: str
    failures: int
    failures_since: datetime | None
    open_for_s: float
    opened_at: datetime | None
    open_until: datetime | None
    probe_until: datetime | None


def after_success(breaker: Breaker) -> Breaker:
    """Closes it; while closed, takes one failure off, so that more than half must fail."""
    if breaker.breaker_state == BreakerState.CLOSED:
        return replace(breaker, failures=max(0, breaker.failures - 1))
    return replace(
        breaker,
        breaker_state=BreakerState.CLOSED,
        failures=0,
        failures_since=None,
        open_for_s=0.0,
        open_until=None,
        probe_until=None,
    )


def after_failure(
    breaker: Breaker, *, now: datetime, threshold: int, longest_open_s: float
) -> Breaker:
    """Counts it, and opens when it was the probe or one too many.

    The open time doubles up to `longest_open_s`, which is short: recovery is noticed within
    it, and one probe in half a minute harms nobody.
    """
    if breaker.breaker_state == BreakerState.OPEN:
        return breaker  # a job that was already running; the next probe decides
    if breaker.breaker_state == BreakerState.CLOSED:
        breaker = _counted(breaker, now)
        if breaker.failures < threshold:
            return breaker
    open_for_s = min(breaker.open_for_s * 2 or FIRST_OPEN_S, longest_open_s)
    return replace(
        breaker,
        breaker_state=BreakerState.OPEN,
        opened_at=now,
        open_for_s=open_for_s,
        open_until=now + timedelta(seconds=open_for_s),
        probe_until=None,
    )


def _counted(breaker: Breaker, now: datetime) -> Breaker:
    since = breaker.failures_since
    if since is None or (now - since).total_seconds() > WINDOW_S:
        return replace(breaker, failures=1, failures_since=now)
    return replace(breaker, failures=breaker.failures + 1)
