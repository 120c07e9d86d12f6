"""Writing down what a page did: counts and plan on the run, cursor on the flow."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from integrations.errors import Fenced
from integrations.flows.runs import failures, guard
from integrations.flows.runs.batch import PageOutcome, Work
from integrations.flows.runs.plan import keep_items, note_unmet
from integrations.models import Flow, Run

# What is dropped from the flow's cursor when a run ends or another one begins.
PLACE = ("run", "page", "ahead")
_DECIDED_ELSEWHERE = ["state", "note", "finished_at", "removals_allowed_by"]


@transaction.atomic
def note_page(work: Work, page: str | None, outcome: PageOutcome) -> None:
    """Counts the page and moves the cursor behind it; after the last one the run is done.

    Counts and plan are of finished pages: what a killed worker wrote of a page shows as
    unchanged when the page is read again. A run that was cancelled meanwhile keeps what the
    page did and stays cancelled. Raises Fenced when somebody else moved the cursor meanwhile.
    Updates `work.run` and `work.flow` in place.
    """
    flow = Flow.objects.select_for_update().get(pk=work.flow.pk)
    run = work.run
    if (flow.cursor.get("run"), flow.cursor.get("page")) != (run.pk, page):
        raise Fenced(f"Another worker went on with run {run.pk}.", ids={"run": run.pk})
    run.refresh_from_db(fields=_DECIDED_ELSEWHERE)
    keep_items(run, outcome.items)
    count_page(run, outcome)
    if outcome.next_cursor is None and run.is_running:
        _finish(work, flow)
    else:
        flow.cursor = {**flow.cursor, "page": outcome.next_cursor}
        flow.save(update_fields=["cursor"])
    run.save()
    work.flow.cursor = flow.cursor


def keep_small_run(run: Run, outcome: PageOutcome) -> None:
    """Keeps a run that was one page, and is over, with its counts and its plan. The flow's cursor
    stays where it is. For the caller's transaction."""
    run.state, run.finished_at = Run.State.DONE, timezone.now()
    run.save()
    keep_items(run, outcome.items)
    count_page(run, outcome)
    run.save()


def without_place(cursor: dict[str, object]) -> dict[str, object]:
    """The cursor of a flow without where a run of it stood."""
    return {name: value for name, value in cursor.items() if name not in PLACE}


def count_page(run: Run, outcome: PageOutcome) -> None:
    """Adds what the page did to the run's counts, which the caller saves."""
    run.pages += 1
    run.last_page_at = timezone.now()
    run.read += outcome.read
    run.unchanged += outcome.unchanged
    run.created += outcome.count("create")
    run.changed += outcome.count("change")
    run.removed += outcome.count("remove")
    run.skipped += outcome.count("skip")
    run.failed += outcome.count("failed")


def _finish(work: Work, flow: Flow) -> None:
    run = work.run
    if run.applies_id:
        run.skipped += note_unmet(run)
    run.state, run.finished_at = Run.State.DONE, timezone.now()
    run.note = f"{run.note}\n{_why_empty(run)}".strip()
    flow.cursor = without_place(flow.cursor)
    if work.writes:
        flow.covered_until = _later(flow.covered_until, run.window_end)
        if run.is_complete:
            flow.cursor["complete_at"] = run.started_at.isoformat()
    flow.save(update_fields=["cursor", "covered_until"])
    if work.writes:
        failures.note_end(run)
    else:
        guard.note_planned_removals(run)


def _why_empty(run: Run) -> str:
    """Why the run did nothing; empty where it did something."""
    if run.told:
        return ""
    if not run.read:
        since = "all there is" if run.is_complete else "what changed in this window"
        return f"The source answered 0 records when asked for {since}."
    return f"Nothing changed: {run.read:,} records were read and are as they were."


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, [one, other]), default=None)
