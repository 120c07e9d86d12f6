"""One timeline of everything that happened to an order or a job, newest last.

Reads a fixed number of queries whatever the order went through. Bodies of exchanges are cut
by the database; the page of an exchange shows them whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Left, Length
from django.urls import reverse

from integrations.engine.models import Attempt, JobEdit, JobMove, JobState, SyncJob
from integrations.looks import words, written
from integrations.models import Event, Exchange, Order, StateChange
from integrations.models.order import OrderState

KEPT_CHARS = 2000
NEWEST_JOBS, NEWEST_EXCHANGES, NEWEST_EVENTS = 60, 200, 100


@dataclass(slots=True, kw_only=True)
class Entry:
    """One thing that happened. `tone` is a badge tone; `who` is empty where nobody acted.

    `inner` is what it consisted of, folded away until somebody opens it.
    """

    at: datetime
    what: str
    sentence: str
    tone: str = "default"
    detail: str = ""
    who: str = ""
    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    inner: Sequence["Entry"] = ()
    rank: int = 0  # among entries of one instant: cause before effect

    @property
    def calls(self) -> str:
        """`7 calls, 43 ms, 1 failed`: the exchanges in one line."""
        spent = sum(exchange.duration_ms for exchange in self.exchanges)
        failed = sum(bool(exchange.error_kind) for exchange in self.exchanges)
        return f"{len(self.exchanges)} calls, {spent} ms" + (f", {failed} failed" if failed else "")

    @property
    def summary(self) -> str:
        """`6 steps, 25 calls`: what is folded away, in one line."""
        steps = sum(entry.what == "Step" for entry in self.inner)
        calls = sum(len(entry.exchanges) for entry in self.inner)
        return f"{steps} steps" + (f", {calls} calls" if calls else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """`is_cut` says that older entries exist which are not shown."""

    entries: Sequence[Entry]
    is_cut: bool


def of_order(order: Order, *, with_exchanges: bool) -> Timeline:
    """Events, jobs, moves, tries and state changes of an order; exchanges where wanted.

    Exchanges hold whole payloads, which not everybody who may see an order may see.
    """
    jobs = list(SyncJob.objects.filter(key__in=order.job_keys).order_by("-id")[:NEWEST_JOBS])
    events = _events_of(order)
    changes = list(
        StateChange.objects.filter(subject="order", subject_id=order.pk).order_by("-id")[:200]
    )
    entries = [
        *map(_of_event, events),
        *map(_of_change, changes),
        *_of_jobs(jobs, with_exchanges=with_exchanges, fold=True),
    ]
    is_cut = len(jobs) == NEWEST_JOBS or len(events) == NEWEST_EVENTS
    return Timeline(entries=_in_order(entries), is_cut=is_cut)


def of_job(job: SyncJob, *, with_exchanges: bool) -> Timeline:
    """The start, moves, tries and exchanges of one job."""
    entries = _of_jobs([job], with_exchanges=with_exchanges, fold=False)
    return Timeline(entries=entries, is_cut=False)


def exchanges_of(jobs: Iterable[SyncJob]) -> QuerySet[Exchange]:
    """The newest exchanges of these jobs, their bodies cut to what a page can show."""
    return (
        Exchange.objects.filter(job__in=list(jobs))
        .select_related("connection")
        .defer("request_body", "response_body")
        .annotate(
            sent=Left("request_body", KEPT_CHARS),
            sent_chars=Length("request_body"),
            received=Left("response_body", KEPT_CHARS),
            received_chars=Length("response_body"),
        )
        .order_by("-id")
    )


def _events_of(order: Order) -> list[Event]:
    subjects = [ref for ref in (order.storefront_ref, order.erp_ref) if ref]
    connections = [pk for pk in (order.storefront_id, order.erp_id) if pk]
    events = Event.objects.filter(subject__in=subjects, connection__in=connections)
    return list(events.select_related("connection").defer("body").order_by("-id")[:NEWEST_EVENTS])


def _of_jobs(jobs: Sequence[SyncJob], *, with_exchanges: bool, fold: bool) -> list[Entry]:
    """The stories of jobs one after another; with `fold`, what went well is one entry each."""
    found: list[Entry] = []
    for job, story in _stories(jobs, with_exchanges=with_exchanges):
        found += [_folded(job, story)] if fold and _went_well(job, story) else story
    return found


def _stories(
    jobs: Sequence[SyncJob], *, with_exchanges: bool
) -> Iterable[tuple[SyncJob, list[Entry]]]:
    stories = {job.pk: [_of_start(job)] for job in jobs}
    by_try: dict[int | None, list[Exchange]] = defaultdict(list)
    for exchange in reversed(exchanges_of(jobs)[:NEWEST_EXCHANGES] if with_exchanges else ()):
        by_try[exchange.attempt_id].append(exchange)
    for move in JobMove.objects.filter(job__in=jobs).select_related("job"):
        stories[move.job_id].append(_of_move(move))
    for edit in JobEdit.objects.filter(job__in=jobs).select_related("decision"):
        stories[edit.job_id] += _of_edit(edit)
    for attempt in Attempt.objects.filter(step__job__in=jobs).select_related("step"):
        made = _of_try(attempt, by_try.pop(attempt.pk, []))
        stories[attempt.step.job_id].append(made)
    for exchange in (exchange for rest in by_try.values() for exchange in rest):
        stories[exchange.job_id or 0].append(_of_exchange(exchange))
    return [(job, _in_order(stories[job.pk])) for job in jobs]


def _went_well(job: SyncJob, story: Sequence[Entry]) -> bool:
    return job.state == JobState.DONE and not any(
        entry.tone in {"warning", "danger"} for entry in story
    )


def _folded(job: SyncJob, story: list[Entry]) -> Entry:
    took = ""
    if job.finished_at:
        took = f" in {written.duration(job.finished_at - job.created_at)}"
    return Entry(
        at=job.created_at,
        what="Job",
        sentence=f"{words.job(job.kind)}: done{took} (job {job.pk}).",
        tone="success",
        who=job.actor,
        url=_page("engine_syncjob", job.pk),
        inner=story,
        rank=1,
    )


def _of_event(event: Event) -> Entry:
    repeats = f" It came {event.repeats + 1} times." if event.repeats else ""
    return Entry(
        at=event.received_at,
        what="Event",
        sentence=f"{event.connection} reported {event.type}.{repeats}",
        tone="danger" if event.state == Event.State.FAILED else "info",
        detail=event.note,
        url=_page("integrations_event", event.pk),
    )


def _of_change(change: StateChange) -> Entry:
    labels = dict(OrderState.choices)
    after = labels.get(change.after, change.after).lower()
    before = labels.get(change.before, change.before).lower()
    moved = f"The order is now {after}" + (f"; it was {before}." if before else ".")
    return Entry(
        at=change.at,
        what="Order",
        sentence="Noted about the order." if before == after else moved,
        tone="danger" if change.after == OrderState.HELD else "success",
        detail=change.reason,
        who=change.actor,
        rank=4,
    )


def _of_start(job: SyncJob) -> Entry:
    return Entry(
        at=job.created_at,
        what="Job",
        sentence=f"Job {job.pk} was asked for: {words.inside(words.job(job.kind))}.",
        tone="info",
        who=job.actor,
        url=_page("engine_syncjob", job.pk),
        rank=1,
    )


_MOVE_TONES = {
    JobState.DONE: "success",
    JobState.PARKED: "danger",
    JobState.WAITING: "warning",
    JobState.COMPENSATING: "warning",
}


def _of_move(move: JobMove) -> Entry:
    return Entry(
        at=move.at,
        what="Job",
        sentence=(
            f"{words.job(move.job.kind)} (job {move.job_id}): "
            f"{move.get_from_state_display().lower()} → {move.get_to_state_display().lower()}."
        ),
        tone=_MOVE_TONES.get(JobState(move.to_state), "default"),
        detail=move.reason,
        who=move.actor,
        url=_page("engine_syncjob", move.job_id),
        rank=3,
    )


def _of_edit(edit: JobEdit) -> list[Entry]:
    """The edit with its difference, and what a second person decided."""
    page = _page("engine_syncjob", edit.job_id)
    is_proposal = edit.needs_second
    found = [
        Entry(
            at=edit.at,
            what="Edit",
            sentence=f"{'Proposed' if is_proposal else 'Edited'}: {edit.sentence}.",
            tone="warning" if edit.is_undecided else "info",
            detail=edit.reason,
            who=edit.actor,
            url=page,
            rank=2,
        )
    ]
    if is_proposal and not edit.is_undecided:
        decision = edit.decision
        found.append(
            Entry(
                at=decision.at,
                what="Edit",
                sentence=f"{decision.get_verdict_display()}: {edit.sentence}.",
                tone="success" if decision.verdict == "approved" else "default",
                detail=decision.reason,
                who=decision.actor,
                url=page,
                rank=2,
            )
        )
    return found


def _of_try(attempt: Attempt, exchanges: list[Exchange]) -> Entry:
    name = words.step(attempt.step.name)
    again = f" (try {attempt.n})" if attempt.n > 1 else ""
    undo = "Undoing " if attempt.act == "undo" else ""
    took = f", {attempt.duration_ms} ms" if attempt.duration_ms is not None else ""
    is_good = attempt.outcome in words.GOOD or not attempt.outcome
    return Entry(
        at=attempt.started_at,
        what="Step",
        sentence=f"{undo}“{name}”{again} {words.outcome(attempt.outcome)}{took}.",
        tone="default" if is_good else "warning",
        detail=" ".join(filter(None, [attempt.message, attempt.remote_words])),
        who=attempt.actor,
        exchanges=exchanges,
        rank=2,
    )


def _of_exchange(exchange: Exchange) -> Entry:
    return Entry(
        at=exchange.at,
        what="Call",
        sentence=f"{exchange.connection} was called.",
        who=exchange.actor,
        exchanges=[exchange],
        rank=2,
    )


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.rank))


def _page(model: str, pk: Any) -> str:
    return reverse(f"admin:{model}_change", args=[pk])
