"""The workbench: the questions of a flow about records that both sides may have already.

What a person says of them is in `presses`, what a link is for a kind of record in `linking`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import Kind
from integrations.flows import issues
from integrations.flows.matching.decide import Candidate, Record, Verdict
from integrations.models import Flow, Issue, MatchProposal

WAITS = "waits in the matching workbench"
State = MatchProposal.State
LINKED = (State.MATCHED, State.ACCEPTED, State.BY_HAND)


class Bench:
    """The questions of one flow about one kind of record."""

    def __init__(self, flow: Flow, kind: str) -> None:
        self._flow, self._kind = flow, kind

    def rejected_of(self, refs: Iterable[str]) -> dict[str, set[str]]:
        """Source ref to the candidates that a person said it is not."""
        rows = self._rows(refs).exclude(rejected=[])
        return {ref: set(no) for ref, no in rows.values_list("source_ref", "rejected")}

    def none_of_them(self, refs: Iterable[str]) -> set[str]:
        """Those of which a person said that they are records of their own."""
        rows = self._rows(refs).filter(state=State.REJECTED)
        return set(rows.values_list("source_ref", flat=True))

    def waiting(self, refs: Iterable[str]) -> dict[str, bool]:
        """Those about which a question is open, and whether a person undid a link of it."""
        rows = self._rows(refs).filter(state=State.OPEN)
        return dict(rows.values_list("source_ref", "was_undone"))

    @transaction.atomic
    def ask(
        self, asked: Sequence[tuple[Record, Verdict]], wholes: Mapping[str, dict[str, Any]]
    ) -> None:
        """Opens or renews the questions. Safe to repeat. `wholes` maps refs to all that the
        source says of them, as JSON: what is said of them is then carried out by that."""
        self._put(asked, State.OPEN, wholes=wholes)
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
        wholes: Mapping[str, dict[str, Any]] | None = None,
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
                confidence=verdict.candidates[0].confidence if verdict.candidates else 0,
                whole=(wholes or {}).get(record.ref),
                is_due=False,
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
                "label", "told", "parts", "why", "candidates", "confidence", "whole", "is_due",
                "state", "chosen_ref", "made", "before", "seen_at", "ended_at", "ended_by",
                "reason",
            ],
            batch_size=200,
        )  # fmt: skip


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


def _kept(candidate: Candidate) -> dict[str, Any]:
    return {
        "ref": candidate.ref,
        "label": candidate.label,
        "confidence": candidate.confidence,
        "reasons": list(candidate.reasons),
        "warning": candidate.warning,
        "parts": [list(pair) for pair in candidate.parts],
    }
