"""Verbs of `manage.py flow` about runs and schedules: list, watch, cancel, allow, pause."""

import time
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from integrations.flows.runs import allow_removals, cancel_run
from integrations.flows.runs.progress import Progress, progress_of
from integrations.flows.schedules import pause, resume
from integrations.looks.written import duration
from integrations.management.command import Answer, add_verb, command_actor, table
from integrations.management.lookup import flow_named, run_numbered
from integrations.models import Run

COUNTS = ("read", "created", "changed", "removed", "unchanged", "skipped", "failed")
SHOWN_RUNS = 20
LOOK_EVERY_S = 2.0

Say = Callable[[str], object]


def add_run_verbs(verbs: Any) -> None:
    listing = add_verb(verbs, "runs", list_runs, help="List the newest runs, with their counts.")
    listing.add_argument("flow", nargs="?", help="Number, or kind where there is only one.")
    stopping = add_verb(verbs, "cancel", cancel, help="End a run after the page it is at.")
    allowing = add_verb(
        verbs, "allow-removals", allow, help="Say that the many removals of a run are meant."
    )
    for parser in (stopping, allowing):
        parser.add_argument("run_number", metavar="RUN", help="Number of the run.")
    pausing = add_verb(verbs, "pause", pause_flow, help="Let no clock and no event start a flow.")
    resuming = add_verb(verbs, "resume", resume_flow, help="Let clock and events start it again.")
    for parser in (pausing, resuming):
        parser.add_argument("flow", help="Number, or kind where there is only one.")
    for parser in (stopping, allowing, pausing, resuming):
        parser.add_argument("--reason", required=True, help="Kept in the history.")


def list_runs(options: dict[str, Any]) -> Answer:
    runs = Run.objects.select_related("flow__source", "flow__target")
    if options["flow"]:
        runs = runs.filter(flow=flow_named(options["flow"]))
    found = list(runs.order_by("-id")[:SHOWN_RUNS])
    head = ["RUN", "FLOW", "STARTED", "TOOK", "STATE", *(name.upper() for name in COUNTS)]
    cells = [
        [
            run.pk,
            run.flow.kind,
            f"{run.started_at:%Y-%m-%d %H:%M}",
            _took(run),
            run.state,
            *(str(getattr(run, name)) for name in COUNTS),
        ]
        for run in found
    ]
    lines = table(head, cells) if found else ["There is no run yet."]
    return Answer(rows=[run_row(run) for run in found], lines=lines)


def cancel(options: dict[str, Any]) -> Answer:
    run = run_numbered(options["run_number"])
    cancel_run(run, actor=command_actor(), reason=options["reason"])
    run.refresh_from_db()
    return Answer(rows=run_row(run), lines=[f"{run} is cancelled; what it wrote stays."])


def allow(options: dict[str, Any]) -> Answer:
    run = run_numbered(options["run_number"])
    allow_removals(run, actor=command_actor(), reason=options["reason"])
    run.refresh_from_db()
    return Answer(rows=run_row(run), lines=[f"The removals of {run} are allowed."])


def pause_flow(options: dict[str, Any]) -> Answer:
    flow = flow_named(options["flow"])
    pause(flow, actor=command_actor(), reason=options["reason"], now=timezone.now())
    return Answer(rows={"flow": flow.pk, "paused": True}, lines=[f"{flow} is paused."])


def resume_flow(options: dict[str, Any]) -> Answer:
    flow = flow_named(options["flow"])
    resume(flow, actor=command_actor(), reason=options["reason"], now=timezone.now())
    next_run = flow.next_run_at
    when = f"; it runs next at {next_run:%Y-%m-%d %H:%M} UTC" if next_run else ""
    return Answer(rows={"flow": flow.pk, "paused": False}, lines=[f"{flow} goes on{when}."])


def watched(run_id: int, say: Say) -> Answer:
    """Says how the run goes until it has ended; a run that did not end well is a refusal."""
    while True:
        run = Run.objects.select_related("flow__source", "flow__target").get(pk=run_id)
        if not run.is_running:
            break
        say(_how_it_goes(progress_of(run, now=timezone.now())))
        time.sleep(LOOK_EVERY_S)
    counts = ", ".join(f"{getattr(run, name):,} {name}" for name in COUNTS)
    line = f"Run {run.pk} is {run.state} after {_took(run)}: {counts}."
    refusal = "" if run.state == Run.State.DONE else run.note or f"Run {run.pk} is {run.state}."
    return Answer(rows=run_row(run), lines=[line, *run.note.splitlines()], refusal=refusal)


def run_row(run: Run) -> dict[str, Any]:
    progress = progress_of(run, now=timezone.now())
    return {
        "id": run.pk,
        "flow": run.flow_id,
        "state": run.state,
        "mode": run.mode,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        **{name: getattr(run, name) for name in COUNTS},
        "expected": run.expected,
        "per_s": round(progress.per_s, 1) if progress.per_s else None,
        "left_s": round(progress.left.total_seconds()) if progress.left else None,
        "note": run.note,
    }


def _how_it_goes(progress: Progress) -> str:
    of = f" of about {progress.expected:,}" if progress.expected else ""
    rate = f", {progress.per_s:,.1f} a second" if progress.per_s else ""
    left = f", about {duration(progress.left)} left" if progress.left else ""
    return f"{progress.read:,}{of} records read{rate}{left}"


def _took(run: Run) -> str:
    return duration((run.finished_at or timezone.now()) - (run.begun_at or run.started_at))
