"""What follows a failed try: a pure function of the policy, the error's kind and the time.

not_sent, unavailable   again, later each time, until the policy gives up
outcome_unknown         the same; the step looks before it sends
throttled               when the remote said; costs no attempt
auth_failed             when its resource is resumed; costs no attempt
conflict                again, five times
bug                     again, three times
rejected                back, if finished steps can be undone; else parked
needs_operator          parked
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from django.conf import settings

from integrations.errors import Kind

# Kinds that say the remote is away: they open breakers, and recovery pulls their jobs forward.
OUTAGE = (Kind.NOT_SENT, Kind.UNAVAILABLE, Kind.OUTCOME_UNKNOWN)
MIN_RETRY_AFTER_S, MAX_RETRY_AFTER_S = 1.0, 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient a kind of job is. Seconds; tries are counted per step and kind of error."""

    base_s: float = field(default_factory=lambda: float(settings.ENGINE["backoff_base_s"]))
    cap_s: float = field(default_factory=lambda: float(settings.ENGINE["backoff_cap_s"]))
    factor: float = 2.0
    give_up_after_s: float = 24 * 3600.0
    conflict_tries: int = 5
    bug_tries: int = 3


class Action(StrEnum):
    RETRY = "retry"
    GO_BACK = "go_back"  # undo what can be undone; the runner parks when nothing can
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`due_at` is set for RETRY only; `burns` tells whether the try counts as an attempt."""

    action: Action
    due_at: datetime | None = None
    burns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed try. `tries_alike` counts failures of this kind in a row, this one included.

    `failing_since` is when the step began to fail without a success in between.
    """

    kind: Kind
    tries_alike: int
    failing_since: datetime
    retry_after_s: float = 0.0


def judge(policy: RetryPolicy, failure: Failure, *, now: datetime, rng: Random) -> Verdict:
    """What to do after this failure."""
    match failure.kind:
        case Kind.THROTTLED:
            wait = timedelta(seconds=bounded_retry_after(failure.retry_after_s))
            return Verdict(action=Action.RETRY, due_at=now + wait, burns=False)
        case Kind.AUTH_FAILED:
            return Verdict(action=Action.RETRY, due_at=now, burns=False)
        case Kind.REJECTED:
            return Verdict(action=Action.GO_BACK)
        case Kind.NEEDS_OPERATOR:
            return Verdict(action=Action.PARK)
    due_at = next_try(policy, failure, now=now, rng=rng)
    if due_at is None:
        return Verdict(action=Action.PARK)
    return Verdict(action=Action.RETRY, due_at=due_at)


def next_try(
    policy: RetryPolicy, failure: Failure, *, now: datetime, rng: Random
) -> datetime | None:
    """When to try again, with full jitter; None when enough was tried."""
    bound = {Kind.CONFLICT: policy.conflict_tries, Kind.BUG: policy.bug_tries}.get(failure.kind)
    if bound is not None and failure.tries_alike >= bound:
        return None
    if (now - failure.failing_since).total_seconds() >= policy.give_up_after_s:
        return None
    return now + timedelta(seconds=rng.uniform(0, backoff_s(policy, failure.tries_alike)))


def backoff_s(policy: RetryPolicy, tries: int) -> float:
    """The longest wait after that many tries."""
    exponent = min(max(tries, 1) - 1, 32)  # beyond that every cap is reached; floats overflow
    return min(policy.cap_s, policy.base_s * policy.factor**exponent)


def bounded_retry_after(seconds: float) -> float:
    """A remote's wish to wait, within reason: some answer 0, some a day."""
    return min(max(seconds, MIN_RETRY_AFTER_S), MAX_RETRY_AFTER_S)
