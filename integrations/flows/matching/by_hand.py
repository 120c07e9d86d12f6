"""Linking by hand: what the person names is looked up first."""

from collections.abc import Callable

from integrations.errors import NeedsOperator
from integrations.flows.matching import presses
from integrations.flows.matching.decide import Record
from integrations.models import MatchProposal

# (proposal, ref, actor) → the record there, or None
Look = Callable[[MatchProposal, str, str], Record | None]
# (proposal, record there) → pairs of parts (here, there)
Pair = Callable[[MatchProposal, Record], list[tuple[str, str]]]

_kinds: dict[str, tuple[Look, Pair]] = {}


def register(kind: str, look: Look, pair: Pair) -> None:
    """Makes records of a kind linkable by hand. Safe to repeat."""
    _kinds[kind] = (look, pair)


def link(proposal: MatchProposal, *, ref: str, actor: str, reason: str) -> None:
    """Raises NeedsOperator when there is no such record, or it is linked already."""
    look, pair = _kinds[proposal.kind]
    there = look(proposal, ref.strip(), actor)
    if there is None:
        raise NeedsOperator(
            f"There is no {proposal.get_kind_display().lower()} {ref} in "
            f"{proposal.flow.target.name}.",
            reason="unknown_record",
            hint="Copy its id from the address of its page.",
        )
    presses.link_by_hand(proposal, there, pair(proposal, there), actor=actor, reason=reason)
