"""The job that works through a run, page by page.

1. The run's window is walked from the flow's cursor, one page after the other.
2. Each finished page moves the cursor and the run's counts in one transaction.
3. After a while the job ends, so that no wake-up outlives the queue's time limit; if pages
   are left, its successor is started in the transaction that ends it.
4. Before the first page of removals all of them are looked through; too many ask a person.
5. After the last page the run is done, and the flow covered up to the window's end.

A cancelled run ends between two pages. A killed or failed job repeats the page it was at and no
earlier one.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobMove, SyncJob
from integrations.engine.start import start_job
from integrations.flows import issues
from integrations.flows.runs.ahead import is_through, look_ahead
from integrations.flows.runs.batch import Work, batch_of, is_gone_page
from integrations.flows.runs.book import note_page
from integrations.flows.runs.plan import PlannedRefs
from integrations.models import Flow, Run
from integrations.records import Window

RUN_FLOW = "run_flow"
# A page more may follow this; together they stay well below the queue's time limit.
LONGEST_PASS = timedelta(seconds=20)


def start_work(flow: Flow, run: Run, *, actor: str, parent: SyncJob | None = None) -> SyncJob:
    """The job for this run, or the flow's open one."""
    return start_job(
        RUN_FLOW,
        key=f"flow:{flow.pk}",
        payload={"flow": flow.pk, "run": run.pk},
        resources={"source": flow.source.resource_id, "target": flow.target.resource_id},
        actor=actor,
        dedupe_key=f"{RUN_FLOW}:{flow.pk}",
        parent=parent,
    )


def read_pages(ctx: StepContext) -> dict[str, Any]:
    """Works on the run until it is done or the time is up."""
    run = Run.objects.select_related("flow__source", "flow__target").get(pk=ctx.payload["run"])
    if run.state == Run.State.FAILED:  # it was parked, and somebody sent it on its way again
        _set_state(run.pk, to=Run.State.RUNNING)
        run.refresh_from_db()
    ends, pages = timezone.now() + LONGEST_PASS, 0
    if _is_open(run):
        _note_begin(run)
        work = _work_of(run, ctx)
        with batch_of(run.flow.kind)(work) as handle:
            window = Window(start=run.window_start, end=run.window_end or timezone.now())
            while _is_open(run) and (not pages or timezone.now() < ends):
                page = run.flow.cursor.get("page")
                pages += 1
                if is_gone_page(page) and not is_through(work):
                    look_ahead(work, window, page, until=ends)
                    continue
                outcome = handle(window, page)
                ctx.checkpoint()
                note_page(work, page, outcome)
    return {"run": run.pk, "pages": pages, "state": run.state}


def _is_open(run: Run) -> bool:
    """Whether there is more to do; a run of a flow that was switched meanwhile ends here."""
    run.refresh_from_db(fields=["state"])
    if not run.is_running:
        return False
    mode = Flow.objects.values_list("mode", flat=True).get(pk=run.flow_id)
    if mode != run.mode:
        _set_state(run.pk, to=Run.State.CANCELLED, because=f"The flow was switched to {mode}.")
        run.refresh_from_db()
    return run.is_running


def _note_begin(run: Run) -> None:
    if run.begun_at is None:
        run.begun_at = timezone.now()
        run.save(update_fields=["begun_at"])


def _work_of(run: Run, ctx: StepContext) -> Work:
    planned = PlannedRefs(run.applies) if run.applies else None
    return Work(flow=run.flow, run=run, actor=run.actor, checkpoint=ctx.checkpoint, planned=planned)


def _follow_up(job: SyncJob) -> None:
    run = Run.objects.select_related("flow__source", "flow__target").get(pk=job.payload["run"])
    if run.state == Run.State.RUNNING:
        start_work(run.flow, run, actor=job.actor, parent=job)


def _note_parked(job: SyncJob) -> None:
    _set_state(job.payload["run"], to=Run.State.FAILED, because=job.error_text)


def _note_move(job: SyncJob, move: JobMove) -> None:
    issues.note_move(job, move)
    if move.to_state in ("cancelled", "compensated"):
        _set_state(job.payload["run"], to=Run.State.CANCELLED)


def _set_state(run_id: int, *, to: Run.State, because: str = "") -> None:
    run = Run.objects.filter(pk=run_id, state__in=[Run.State.RUNNING, Run.State.FAILED]).first()
    if run is None:
        return
    run.state = to
    run.finished_at = None if to == Run.State.RUNNING else timezone.now()
    run.note = f"{run.note}\n{because}".strip()
    run.save(update_fields=["state", "finished_at", "note"])


register(
    JobKind(
        RUN_FLOW,
        [StepSpec("pages", read_pages, on="source")],
        lane="batch",
        on_parked=_note_parked,
        on_done=_follow_up,
        on_move=_note_move,
    )
)
