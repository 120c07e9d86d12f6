"""The token bucket's arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.engine.bucket import draw

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tokens", "idle_s", "left", "wait_s"),
    [
        (10, 0, 9, 0),  # full
        (1, 0, 0, 0),  # the last one
        (0, 0, -1, 0.5),  # none left: its turn comes in half a second
        (-3, 0, -4, 2),  # behind three others
        (0, 1, 1, 0),  # refilled by two meanwhile
        (0, 3600, 9, 0),  # never above the burst
    ],
)
def test_token_is_taken_or_waited_for(
    tokens: float, idle_s: float, left: float, wait_s: float
) -> None:
    drawn = draw(
        tokens=tokens, tokens_at=NOW - timedelta(seconds=idle_s), now=NOW, rate_per_s=2, burst=10
    )

    assert (drawn.tokens, drawn.wait_s) == (left, wait_s)


def test_clock_that_went_back_takes_nothing_away() -> None:
    drawn = draw(tokens=5, tokens_at=NOW + timedelta(hours=1), now=NOW, rate_per_s=2, burst=10)

    assert drawn.tokens == 4
