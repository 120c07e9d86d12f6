"""The token bucket's arithmetic: pure.

Tokens may go below zero: whoever takes one then waits its turn, first come first served.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What is left after taking tokens, and how long their taker waits before the first call."""

    tokens: float
    wait_s: float


def draw(
    count: int = 1,
    *,
    tokens: float,
    tokens_at: datetime | None,
    now: datetime,
    rate_per_s: float,
    burst: int,
) -> Draw:
    """Takes tokens from a bucket that refills with `rate_per_s` up to `burst`."""
    elapsed_s = 0.0 if tokens_at is None else max(0.0, (now - tokens_at).total_seconds())
    left = min(float(burst), tokens + elapsed_s * rate_per_s) - count
    return Draw(tokens=left, wait_s=max(0.0, -left / rate_per_s))
