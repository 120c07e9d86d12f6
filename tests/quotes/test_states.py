"""Every move that the tables do not hold is refused: in every state, for every actor."""

from itertools import product

import pytest

from integrations.models import StateChange
from quotes.actors import Actor
from quotes.errors import MoveNotAllowed
from quotes.models import Rfq, Version
from quotes.states import (
    BOUND,
    CLOSED,
    RFQ_MOVES,
    RFQ_TERMINAL,
    VERSION_MOVES,
    WITH_BUYER,
    WORKING,
    RfqState,
    VersionState,
    Who,
)
from tests.quotes.factories import RfqFactory, VersionFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.mark.parametrize("move", RFQ_MOVES)
def test_request_moves_only_as_its_table_says(move: str) -> None:
    rfq = RfqFactory()
    known = RFQ_MOVES[move]
    for state, who in product(RfqState.values, Who):
        Rfq.objects.filter(pk=rfq.pk).update(state=state)
        assert _moves(Rfq.objects.get(pk=rfq.pk), move, who) == (
            state in known.sources and who in known.by
        )


@pytest.mark.parametrize("move", VERSION_MOVES)
def test_version_moves_only_as_its_table_says(move: str) -> None:
    version = VersionFactory(offered=True)
    known = VERSION_MOVES[move]
    for state, who in product(VersionState.values, Who):
        Version.objects.filter(pk=version.pk).update(state=state)
        assert _moves(Version.objects.get(pk=version.pk), move, who) == (
            state in known.sources and who in known.by
        )


def _moves(row: Rfq | Version, move: str, who: Who) -> bool:
    """Whether the row made the move; if not, nothing of it may have changed."""
    before, changes = row.state, StateChange.objects.count()
    try:
        row.move(move, Actor(who=who, name="somebody"))
    except MoveNotAllowed:
        row.refresh_from_db(fields=["state"])
        assert row.state == before
        assert StateChange.objects.count() == changes
        return False
    row.refresh_from_db(fields=["state"])
    assert row.state == row.MOVES[move].target
    assert StateChange.objects.count() == changes + 1
    return True


def test_of_two_stale_copies_one_moves() -> None:
    rfq = RfqFactory(submitted=True)
    one, other = Rfq.objects.get(pk=rfq.pk), Rfq.objects.get(pk=rfq.pk)

    one.move("review", Actor(who=Who.REP, name="sam"))

    with pytest.raises(MoveNotAllowed, match="faster"):
        other.move("decline", Actor(who=Who.REP, name="mia"))
    assert Rfq.objects.get(pk=rfq.pk).state == RfqState.IN_REVIEW


def test_states_are_grouped_without_gap_or_overlap() -> None:
    groups = [WORKING, WITH_BUYER, BOUND, CLOSED]

    assert sorted(state for group in groups for state in group) == sorted(VersionState)


def test_nothing_leaves_a_terminal_state_but_a_won_request_whose_order_was_given_up() -> None:
    left = [name for name, move in RFQ_MOVES.items() if move.sources & RFQ_TERMINAL]
    assert left == ["lose_order"]
    assert RFQ_MOVES["lose_order"].sources == {RfqState.WON}

    ended = CLOSED | {"ordered"}
    assert not [name for name, move in VERSION_MOVES.items() if move.sources & ended]
