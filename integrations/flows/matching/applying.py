"""Carries out soon what a person said of some records, without waiting for a complete run.

No ERP needs to be asked: what it said of each was kept with the question, and renewed whenever
it changed. The job has the order of the flow's own runs, so both never write at once, and leaves
a run with its plan behind.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobMove, SyncJob
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.runs.batch import PageOutcome, Work
from integrations.flows.runs.book import keep_small_run
from integrations.models import Flow, MatchProposal, Run
from integrations.records.codec import from_json

APPLY = "apply_matches"
WAIT = timedelta(seconds=2)  # many presses become one job
AT_ONCE = 100

HandleRecords = Callable[[Sequence[Any]], PageOutcome]
OpenRecords = Callable[[Work], AbstractContextManager[HandleRecords]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applier:
    """`open(work)` yields what a page of the flow would do with these records of the source,
    which are of the class `record`."""

    record: type
    open: OpenRecords


_appliers: dict[str, Applier] = {}


def register_applier(kind: str, applier: Applier) -> None:
    """Has what is said of records of this kind carried out soon. Safe to repeat."""
    _appliers[kind] = applier


def start_applying(flow: Flow, *, actor: str) -> None:
    """One job for all that is due in a live flow, however many presses ask for it."""
    if not flow.is_live or not _due(flow).exists():
        return
    start_job(
        APPLY,
        key=f"flow:{flow.pk}",
        payload={"flow": flow.pk},
        resources={"target": flow.target.resource_id},
        actor=actor,
        dedupe_key=f"{APPLY}:{flow.pk}",
        due_at=timezone.now() + WAIT,
    )


def apply(ctx: StepContext) -> Mapping[str, Any]:
    """Decides and writes the records that are due, as a run that reads them would."""
    flow = Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])
    found = list(_due(flow).order_by("ended_at", "pk")[:AT_ONCE])
    due = [one for one in found if one.kind == found[0].kind]
    if not flow.is_live or not due:
        _leave(flow.pk)
        return {"applied": 0, "run": None}
    now = timezone.now()
    note = f"Carries out what was said of {len(due)} in the matching workbench."
    run = Run(
        flow=flow,
        mode=flow.mode,
        actor=ctx.actor,
        note=note,
        started_at=now,
        begun_at=now,
        window_start=now,
        window_end=now,
        expected=len(due),
    )
    work = Work(flow=flow, run=run, actor=ctx.actor, checkpoint=ctx.checkpoint)
    applier = _appliers[due[0].kind]
    records: list[Any] = [from_json(applier.record, one.whole) for one in due]
    with applier.open(work) as handle:
        outcome = handle(records)
    ctx.checkpoint()
    with transaction.atomic():
        keep_small_run(run, outcome)
        for one in due:  # not what was said of a record since
            MatchProposal.objects.filter(pk=one.pk, ended_at=one.ended_at).update(is_due=False)
    return {"applied": len(records), "run": run.pk}


def _due(flow: Flow) -> Any:
    return MatchProposal.objects.filter(flow=flow, is_due=True, kind__in=_appliers)


def _leave(flow_id: int) -> None:
    """To the next complete run: what was kept of the records may be old by the next press."""
    MatchProposal.objects.filter(flow=flow_id, is_due=True).update(is_due=False)


def _note_parked(job: SyncJob) -> None:
    _leave(job.payload["flow"])


def _note_move(job: SyncJob, move: JobMove) -> None:
    note_move(job, move)
    if move.to_state in ("cancelled", "compensated"):
        _leave(job.payload["flow"])


def _go_on(job: Any) -> None:
    flow = Flow.objects.select_related("target").get(pk=job.payload["flow"])
    start_applying(flow, actor=job.actor)


register(
    JobKind(
        APPLY,
        [StepSpec("apply_matches", apply, on="target")],
        lane="batch",
        on_done=_go_on,
        on_parked=_note_parked,
        on_move=_note_move,
    )
)
