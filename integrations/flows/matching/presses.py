"""What a person says of a question of the workbench: accepted, rejected, linked by hand, undone.

A press makes links of the portal only; nothing is written to either side. Where the flow is
live, what it means for this record is carried out a moment later (`applying`), otherwise with
the flow's next complete run.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import NeedsOperator
from integrations.flows.matching.applying import start_applying
from integrations.flows.matching.bench import LINKED, note_issue
from integrations.flows.matching.decide import Record
from integrations.flows.matching.linking import linker_of
from integrations.models import MatchProposal, StateChange

State = MatchProposal.State


def accept(proposal: MatchProposal, *, actor: str, reason: str, ref: str = "") -> None:
    """Links the record to one of its candidates; `ref` may be left out where there is one only.

    Raises NeedsOperator when it is over, when several could be meant, or when either side is
    linked elsewhere by now.
    """
    if not ref:
        if not proposal.candidates:
            raise NeedsOperator(
                "It has no candidate: link it by hand, or say that it is none of them.",
                reason="no_candidate",
            )
        if len(proposal.candidates) != 1:
            raise NeedsOperator(
                "It has several candidates: open it and choose one.", reason="several_candidates"
            )
        ref = proposal.candidates[0]["ref"]
    candidate = proposal.candidate(ref)
    if candidate is None:
        raise NeedsOperator(f"{ref} is not among its candidates.", reason="unknown_candidate")
    parts = [tuple(pair) for pair in candidate["parts"]]
    _link(proposal, ref, parts, State.ACCEPTED, actor=actor, reason=reason)


def link_by_hand(
    proposal: MatchProposal, there: Record, parts: Sequence[tuple[str, str]], **who: str
) -> None:
    """Links the record to any one of the target; the caller has looked that it exists."""
    _link(proposal, there.ref, parts, State.BY_HAND, **who)


@transaction.atomic
def reject(proposal: MatchProposal, *, actor: str, reason: str) -> None:
    """None of the candidates is it: the flow takes it for a record of its own. They are not
    offered for it again; others are. Raises NeedsOperator when it is over."""
    locked = _locked(proposal, (State.OPEN,))
    never = sorted({*locked.rejected, *(one["ref"] for one in locked.candidates)})
    _move(locked, State.REJECTED, actor=actor, reason=reason, rejected=never, **_due(locked))
    start_applying(locked.flow, actor=actor)


@transaction.atomic
def undo(proposal: MatchProposal, *, actor: str, reason: str) -> None:
    """Puts the links back as they were before the press, and asks again.

    What the flow wrote meanwhile stays in the target. Raises NeedsOperator when the links are
    not those that the press made any more.
    """
    locked = _locked(proposal, (*LINKED, State.REJECTED))
    linker = linker_of(locked.kind)
    if locked.state == State.REJECTED:
        if linker.is_linked(locked):
            raise NeedsOperator(
                "It was linked since, as a record of its own: delete that link first.",
                reason="linked_since",
            )
    else:
        linker.take_back(locked, actor=actor)
    _move(
        locked,
        State.OPEN,
        actor=actor,
        reason=reason,
        chosen_ref="",
        made=[],
        before={},
        rejected=sorted(set(locked.rejected) - {one["ref"] for one in locked.candidates}),
        was_undone=True,
        is_due=False,
    )


@transaction.atomic
def _link(
    proposal: MatchProposal,
    ref: str,
    parts: Sequence[tuple[str, ...]],
    state: State,
    *,
    actor: str,
    reason: str,
) -> None:
    locked = _locked(proposal, (State.OPEN, State.REJECTED))
    made, before = linker_of(locked.kind).make(locked, ref, parts, actor=actor)
    _move(
        locked,
        state,
        actor=actor,
        reason=reason,
        chosen_ref=ref,
        made=made,
        before=before,
        **_due(locked),
    )
    start_applying(locked.flow, actor=actor)


def _due(proposal: MatchProposal) -> dict[str, bool]:
    """What was kept of the record is carried out soon, where the flow is live."""
    return {"is_due": proposal.whole is not None and proposal.flow.is_live}


def _locked(proposal: MatchProposal, states: Collection[str]) -> MatchProposal:
    locked = (
        MatchProposal.objects.select_for_update(of=("self",))
        .select_related("flow__source", "flow__target")
        .get(pk=proposal.pk)
    )
    if locked.state not in states:
        raise NeedsOperator(
            f"{locked} cannot be pressed so: {locked.get_state_display().lower()}.",
            reason="match_state",
        )
    return locked


def _move(proposal: MatchProposal, state: State, *, actor: str, reason: str, **fields: Any) -> None:
    before, now = proposal.state, timezone.now()
    proposal.state, proposal.reason = state, reason[:300]
    proposal.ended_at = None if state == State.OPEN else now
    proposal.ended_by = actor[:120]
    for name, value in fields.items():
        setattr(proposal, name, value)
    proposal.save()
    StateChange.objects.create(
        subject="match",
        subject_id=proposal.pk,
        before=before,
        after=state,
        actor=actor,
        reason=reason,
    )
    note_issue(proposal.flow)
