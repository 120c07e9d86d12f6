"""Two orders under one reference: which stays, which goes, and when a person decides."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.flows.orders.doubles.decide import decide
from integrations.records import ErpSighting

NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)


def seen(
    ref: str, *, after: int = 0, touched: bool = False, cancelled: bool = False
) -> ErpSighting:
    return ErpSighting(
        ref=ref,
        number=f"K-{ref}",
        our_ref="order_1",
        created_at=NINE + timedelta(minutes=after),
        is_cancelled=cancelled,
        is_untouched=not touched,
    )


OLD, NEW = seen("1"), seen("2", after=5)
OLD_TOUCHED, NEW_TOUCHED = seen("1", touched=True), seen("2", after=5, touched=True)
OLD_CANCELLED = seen("1", cancelled=True)
THIRD = seen("3", after=9)


@pytest.mark.parametrize(
    ("found", "known", "keep", "cancel", "ask"),
    [
        # nothing to do
        ([], "", None, [], []),
        ([OLD], "1", "1", [], []),
        ([OLD_TOUCHED], "1", "1", [], []),
        ([OLD_CANCELLED], "1", None, [], []),
        # the newer one that nobody touched goes
        ([OLD_TOUCHED, NEW], "1", "1", ["2"], []),
        ([OLD, NEW], "1", "1", ["2"], []),
        ([NEW, OLD], "1", "1", ["2"], []),
        ([OLD, NEW, THIRD], "1", "1", ["2", "3"], []),
        # our rows know the newer one: the other goes
        ([OLD, NEW_TOUCHED], "2", "2", ["1"], []),
        ([OLD, NEW], "2", "2", ["1"], []),
        # our rows know none of them: what somebody works with stays, else the oldest
        ([OLD, NEW], "", "1", ["2"], []),
        ([OLD, NEW_TOUCHED], "", "2", ["1"], []),
        ([OLD, NEW], "gone", "1", ["2"], []),
        # both were worked with: a person decides
        ([OLD_TOUCHED, NEW_TOUCHED], "1", "1", [], ["2"]),
        ([OLD_TOUCHED, NEW_TOUCHED], "2", "2", [], ["1"]),
        ([OLD_TOUCHED, NEW_TOUCHED, THIRD], "1", "1", ["3"], ["2"]),
        # another one than ours lives alone: it may be all that is left of the order
        ([OLD_CANCELLED, NEW], "1", None, [], ["2"]),
        ([NEW], "", None, [], ["2"]),
    ],
)
def test_wanted_order(
    found: list[ErpSighting], known: str, keep: str | None, cancel: list[str], ask: list[str]
) -> None:
    decision = decide(found, known_ref=known, is_wanted=True)

    assert (decision.keep.ref if decision.keep else None) == keep
    assert [one.ref for one in decision.cancel] == cancel
    assert [one.ref for one in decision.ask] == ask
    assert decision.is_fine == (not cancel and not ask)


@pytest.mark.parametrize(
    ("found", "cancel", "ask"),
    [
        ([OLD_CANCELLED], [], []),
        ([OLD_CANCELLED, NEW], ["2"], []),
        ([OLD_CANCELLED, NEW_TOUCHED], [], ["2"]),
        ([OLD_TOUCHED, NEW], ["2"], ["1"]),
    ],
)
def test_order_that_is_cancelled_here_keeps_nothing(
    found: list[ErpSighting], cancel: list[str], ask: list[str]
) -> None:
    decision = decide(found, known_ref="1", is_wanted=False)

    assert decision.keep is None
    assert [one.ref for one in decision.cancel] == cancel
    assert [one.ref for one in decision.ask] == ask
