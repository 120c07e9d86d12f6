"""The workbench: questions of a flow are kept, and a person's presses carried out and undone.

A press makes links of the portal only; nothing is written to either side. The flow does that
with its next complete run.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import Kind, NeedsOperator
from integrations.flows import issues
from integrations.flows.matching.decide import Candidate, Record, Verdict
from integrations.models import Flow, IdLink, Issue, MatchProposal, StateChange

WAITS = "waits in the matching workbench"
State = MatchProposal.State
LINKED = (State.MATCHED, State.ACCEPTED, State.BY_HAND)
# What a link is made of, and what an undo puts back.
_FIELDS = ("kind", "source_ref", "target_ref", "label", "fingerprint", "created_by")
PART_KIND: dict[str, str] = {IdLink.Kind.PRODUCT: IdLink.Kind.VARIANT}


class Bench:
    """The questions of one flow about one kind of record."""

    def __init__(self, flow: Flow, kind: str) -> None:
        self._flow, self._kind = flow, kind

    def rejected_of(self, refs: Iterable[str]) -> dict[str, set[str]]:
        """Source ref to the candidates that a person said it is not."""
        rows = self._rows(refs).exclude(rejected=[])
        return {ref: set(no) for ref, no in rows.values_list("source_ref", "rejected")}

    def waiting(self, refs: Iterable[str]) -> dict[str, bool]:
        """Those about which a question is open, and whether a person undid a link of it."""
        rows = self._rows(refs).filter(state=State.OPEN)
        return dict(rows.values_list("source_ref", "was_undone"))

    @transaction.atomic
    def ask(self, asked: Sequence[tuple[Record, Verdict]]) -> None:
        """Opens or renews the questions. Safe to repeat."""
        self._put(asked, State.OPEN)
        note_issue(self._flow)

    @transaction.atomic
    def note_matched(
        self, matched: Sequence[tuple[Record, Verdict]], made: Mapping[str, Sequence[Sequence[str]]]
    ) -> None:
        """Keeps what the rules linked, so that it can be looked at and undone; `made` holds the
        links of each, as (kind, source ref, target ref)."""
        self._put(matched, State.MATCHED, made=made)
        note_issue(self._flow)

    def settle(self, refs: Collection[str]) -> None:
        """Questions about these are over: nothing is like them any more, or they are linked."""
        self._end(self._rows(refs), "Nothing is like it any more, or it was linked elsewhere.")

    def settle_unseen(self, since: datetime) -> None:
        """Questions that a complete reading since then did not ask again are over."""
        rows = MatchProposal.objects.filter(flow=self._flow, kind=self._kind, seen_at__lt=since)
        self._end(rows, "The source does not have it for sale any more.")

    def _end(self, rows: Any, reason: str) -> None:
        ended = rows.filter(state=State.OPEN).update(
            state=State.GONE, ended_at=timezone.now(), ended_by=issues.BY_ITSELF, reason=reason
        )
        if ended:
            note_issue(self._flow)

    def _rows(self, refs: Iterable[str]) -> Any:
        return MatchProposal.objects.filter(
            flow=self._flow, kind=self._kind, source_ref__in=list(refs)
        )

    def _put(
        self,
        pairs: Sequence[tuple[Record, Verdict]],
        state: State,
        *,
        made: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        now = timezone.now()
        is_open = state == State.OPEN
        rows = [
            MatchProposal(
                flow=self._flow,
                kind=self._kind,
                source_ref=record.ref,
                label=record.label[:200],
                told=[[one.by, one.value, one.part] for one in record.traits],
                parts=sorted({one.part for one in record.traits if one.part}),
                why=verdict.why[:300],
                candidates=[_kept(one) for one in verdict.candidates],
                confidence=verdict.candidates[0].confidence,
                state=state,
                chosen_ref="" if is_open else verdict.candidates[0].ref,
                made=[list(one) for one in (made or {}).get(record.ref, ())],
                before={},
                seen_at=now,
                ended_at=None if is_open else now,
                ended_by="" if is_open else issues.BY_ITSELF,
                reason="" if is_open else verdict.candidates[0].reasons[0],
            )
            for record, verdict in pairs
        ]
        MatchProposal.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["flow", "kind", "source_ref"],
            update_fields=[
                "label", "told", "parts", "why", "candidates", "confidence", "state", "chosen_ref",
                "made", "before", "seen_at", "ended_at", "ended_by", "reason",
            ],
            batch_size=200,
        )  # fmt: skip


def accept(proposal: MatchProposal, *, actor: str, reason: str, ref: str = "") -> None:
    """Links the record to one of its candidates; `ref` may be left out where there is one only.

    Raises NeedsOperator when it is over, when several could be meant, or when either side is
    linked elsewhere by now.
    """
    if not ref:
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
    _move(locked, State.REJECTED, actor=actor, reason=reason, rejected=never)


@transaction.atomic
def undo(proposal: MatchProposal, *, actor: str, reason: str) -> None:
    """Puts the links back as they were before the press, and asks again.

    What the flow wrote meanwhile stays in the target. Raises NeedsOperator when the links are
    not those that the press made any more.
    """
    locked = _locked(proposal, (*LINKED, State.REJECTED))
    links = _links(locked.flow)
    if locked.state == State.REJECTED:
        if links.filter(kind=locked.kind, source_ref=locked.source_ref).exists():
            raise NeedsOperator(
                "It was linked since, as a record of its own: delete that link first.",
                reason="linked_since",
            )
    else:
        _take_back(locked, links)
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
    )


def note_issue(flow: Flow) -> None:
    """One issue per flow, open while questions are."""
    cause = f"matching:{flow.pk}"
    count = MatchProposal.objects.filter(flow=flow, state=State.OPEN).count()
    if count:
        records = "1 record waits" if count == 1 else f"{count:,} records wait"
        issues.note_cause(
            cause,
            kind=Kind.NEEDS_OPERATOR,
            title=f"{records} in the matching workbench: {flow}",
            hint="“Matching” in the menu shows what each may be: accept one, say that it is none "
            "of them, or link it by hand. Nothing is created for them meanwhile.",
            connection=flow.target,
        )
        return
    for issue in Issue.objects.filter(cause=cause, state=Issue.State.OPEN):
        issues.resolve(issue, actor=issues.BY_ITSELF, reason="Nothing waits there any more.")


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
    pairs = [(locked.kind, locked.source_ref, ref, locked.label)]
    kind = PART_KIND.get(locked.kind)
    names = {pair[0]: _name_of(locked, pair[0]) for pair in parts}
    pairs += [(kind, one, two, names[one]) for one, two in parts if kind]
    removed = []
    for pair_kind, source_ref, target_ref, label in pairs:
        removed += _make(locked, pair_kind, source_ref, target_ref, label, actor=actor)
    _move(
        locked,
        state,
        actor=actor,
        reason=reason,
        chosen_ref=ref,
        made=[list(pair[:3]) for pair in pairs],
        before={"removed": removed},
    )


def _make(
    proposal: MatchProposal, kind: str, source_ref: str, target_ref: str, label: str, *, actor: str
) -> list[dict[str, str]]:
    """Makes one link; returns the one of the same record that it replaced."""
    links = _links(proposal.flow).filter(kind=kind)
    taken = links.filter(target_ref=target_ref).exclude(source_ref=source_ref).first()
    if taken is not None:
        raise NeedsOperator(
            f"{target_ref} is linked to {taken.label or taken.source_ref} already.",
            reason="link_taken",
            hint="Delete that link first, or choose another one.",
        )
    former = list(links.filter(source_ref=source_ref))
    links.filter(source_ref=source_ref).delete()
    IdLink.objects.create(
        kind=kind,
        source=proposal.flow.source,
        target=proposal.flow.target,
        source_ref=source_ref,
        target_ref=target_ref,
        label=label[:200],
        created_by=actor,
    )
    return [{name: getattr(one, name) for name in _FIELDS} for one in former]


def _take_back(proposal: MatchProposal, links: Any) -> None:
    for kind, source_ref, target_ref in proposal.made:
        current = links.filter(kind=kind, source_ref=source_ref).first()
        if current is not None and current.target_ref != target_ref:
            raise NeedsOperator(
                f"{current.label or source_ref} was linked to {current.target_ref} since.",
                reason="linked_since",
                hint="Look at that link and delete it if it is wrong.",
            )
    for kind, source_ref, target_ref in proposal.made:
        links.filter(kind=kind, source_ref=source_ref, target_ref=target_ref).delete()
    for row in proposal.before.get("removed", []):
        IdLink.objects.create(**row, source=proposal.flow.source, target=proposal.flow.target)


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


def _links(flow: Flow) -> Any:
    return IdLink.objects.filter(source=flow.source, target=flow.target)


def _name_of(proposal: MatchProposal, part: str) -> str:
    """A part's link is named by what it is known by first (its SKU), told in the same order."""
    return next((value for by, value, at in proposal.told if at == part), part)


def _kept(candidate: Candidate) -> dict[str, Any]:
    return {
        "ref": candidate.ref,
        "label": candidate.label,
        "confidence": candidate.confidence,
        "reasons": list(candidate.reasons),
        "warning": candidate.warning,
        "parts": [list(pair) for pair in candidate.parts],
    }
