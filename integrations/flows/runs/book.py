"""Writing down what a page did: counts and plan on the run, cursor on the flow."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from integrations.errors import Fenced
from integrations.flows.runs import failures
from integrations.flows.runs.batch import PageOutcome, Work
from integrations.models import Flow, Run

# A plan is for people and for one press; what is beyond comes with the next run.
LONGEST_PLAN = 5000


@transaction.atomic
def note_page(work: Work, page: str | None, outcome: PageOutcome) -> None:
    """Counts the page and moves the cursor behind it; after the last one the run is done.

    Counts are of finished pages: what a killed worker wrote of a page shows as unchanged when
    the page is read again. Raises Fenced when somebody else moved the cursor meanwhile.
    Updates `work.run` and `work.flow` in place.
    """
    flow = Flow.objects.select_for_update().get(pk=work.flow.pk)
    run = work.run
    if (flow.cursor.get("run"), flow.cursor.get("page")) != (run.pk, page):
        raise Fenced(f"Another worker went on with run {run.pk}.", ids={"run": run.pk})
    _count(run, outcome)
    if outcome.next_cursor is None:
        _finish(work, flow)
    else:
        flow.cursor = {**flow.cursor, "page": outcome.next_cursor}
        flow.save(update_fields=["cursor"])
    run.save()
    work.flow.cursor = flow.cursor


def _count(run: Run, outcome: PageOutcome) -> None:
    run.read += outcome.read
    run.unchanged += outcome.unchanged
    run.created += outcome.count("create")
    run.changed += outcome.count("change")
    run.removed += outcome.count("remove")
    run.skipped += outcome.count("skip")
    run.failed += outcome.count("failed")
    room = max(0, LONGEST_PLAN - len(run.plan))
    run.plan = [*run.plan, *(item.as_json() for item in outcome.items[:room])]
    if len(outcome.items) > room and not is_cut(run):
        run.note = f"{run.note} {_CUT}".strip()


_CUT = f"The plan shows the first {LONGEST_PLAN} records only."


def is_cut(run: Run) -> bool:
    return _CUT in run.note


def _finish(work: Work, flow: Flow) -> None:
    run = work.run
    run.state, run.finished_at = Run.State.DONE, timezone.now()
    flow.cursor = {
        name: value for name, value in flow.cursor.items() if name not in ("run", "page")
    }
    if work.writes and not (run.applies and is_cut(run.applies)):
        flow.covered_until = _later(flow.covered_until, run.window_end)
        if run.window_start is None:
            flow.cursor["complete_at"] = run.started_at.isoformat()
    flow.save(update_fields=["cursor", "covered_until"])
    if work.writes:
        failures.note_end(run)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, [one, other]), default=None)
