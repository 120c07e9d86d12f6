"""Asking for a run, and for the plan of one to be applied."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.runs.basis import basis_of, is_outdated
from integrations.flows.runs.batch import is_batch
from integrations.flows.runs.book import without_place
from integrations.flows.runs.guard import needs_permission
from integrations.flows.runs.progress import expected_reads
from integrations.flows.runs.windows import is_complete_due, next_window
from integrations.flows.runs.work import start_work
from integrations.models import Flow, Run
from integrations.records import Window

OTHER_RULES = (
    "Reads everything: settings, connections or mappings are not those by which everything was "
    "read last."
)


@transaction.atomic
def request_run(
    flow: Flow,
    *,
    actor: str,
    trigger: str = "press",
    complete: bool = False,
    may_complete: bool = True,
    now: datetime | None = None,
) -> SyncJob:
    """Starts a run of the flow; while one is open, that one is returned instead.

    `complete` reads everything instead of what changed, as does any run once a day, and the first
    one after settings, connections or mappings changed, unless `may_complete` is false. Raises
    NeedsOperator for a flow that is off or that does not run in batches.
    """
    now = now or timezone.now()
    flow = Flow.objects.select_for_update().get(pk=flow.pk)
    _refuse_idle(flow)
    basis, note = basis_of(flow), trigger
    if may_complete and is_complete_due(flow.cursor, flow.settings, now=now):
        complete = True
    if may_complete and not complete and _has_other_rules(flow, basis):
        complete, note = True, f"{trigger}\n{OTHER_RULES}"
    window = next_window(
        flow.covered_until,
        now=now,
        overlap=timedelta(seconds=settings.SWEEP_OVERLAP_S),
        is_complete=complete,
    )
    return _start(flow, _new_run(flow, window, actor=actor, note=note, now=now, basis=basis))


def _has_other_rules(flow: Flow, basis: str) -> bool:
    """Whether what the last complete run wrote was decided by other rules than those of now: a
    record that did not change since would stay as they had it. One query."""
    at = flow.cursor.get("complete_at")
    if at is None:
        return False
    runs = flow.runs.filter(started_at=datetime.fromisoformat(at), window_start=None)
    before = runs.order_by("-id").values_list("basis", flat=True).first()
    return bool(before) and before != basis


@transaction.atomic
def apply_plan(run: Run, *, actor: str, reason: str = "", now: datetime | None = None) -> SyncJob:
    """Starts a run that writes what `run` planned, and nothing else. Its note keeps `reason`.

    What changed in the source since then is left for the next plan. Raises NeedsOperator when
    the run planned nothing that may be applied, its plan was applied already, or the flow has
    an open run.
    """
    now = now or timezone.now()
    flow = Flow.objects.select_for_update().get(pk=run.flow_id)
    _refuse_idle(flow)
    _refuse_unappliable(run, flow)
    window = Window(start=run.window_start, end=run.window_end or now)
    note = f"Applies the plan of run {run.pk}. {reason}".strip()
    applying = _new_run(
        flow, window, actor=actor, note=note, now=now, basis=basis_of(flow), applies=run
    )
    job = _start(flow, applying)
    _refuse_other_run(flow, job, applying)
    return job


def apply_latest_plan(flow: Flow, *, actor: str, now: datetime | None = None) -> SyncJob:
    """Starts a run that writes what the flow's newest finished run planned.

    Raises NeedsOperator as `apply_plan` does, also when there is no such run.
    """
    done = Run.objects.filter(flow=flow, state=Run.State.DONE, applies=None)
    newest = done.order_by("id").last()
    if newest is None:
        raise NeedsOperator(
            f"{flow} has planned nothing yet.", reason="plan_missing", hint="Run it first."
        )
    return apply_plan(newest, actor=actor, now=now)


def _refuse_idle(flow: Flow) -> None:
    if not is_batch(flow.kind):
        raise NeedsOperator(
            f"{flow} does not run in batches; it follows events.", reason="flow_not_batch"
        )
    if flow.mode == Flow.Mode.OFF:
        raise NeedsOperator(
            f"{flow} is off.",
            reason="flow_off",
            cause=f"flow_off:{flow.pk}",
            hint="Switch it to shadow to see what it would do, or to live.",
        )


def _refuse_unappliable(run: Run, flow: Flow) -> None:
    if flow.mode != Flow.Mode.ASSISTED:
        raise NeedsOperator(
            f"{flow} is {flow.get_mode_display()}; plans are applied in assisted mode.",
            reason="plan_not_assisted",
            hint="Switch the flow to assisted and run it again.",
        )
    if run.state != Run.State.DONE or run.mode != Flow.Mode.ASSISTED or run.applies_id:
        raise NeedsOperator(
            f"Run {run.pk} holds no finished plan.",
            reason="plan_missing",
            hint="Run the flow in assisted mode and apply the plan of that run.",
        )
    if Run.objects.filter(applies=run).exclude(state=Run.State.CANCELLED).exists():
        raise NeedsOperator(f"The plan of run {run.pk} was applied already.", reason="plan_applied")
    if is_outdated(flow, run.basis):
        raise NeedsOperator(
            f"The plan of run {run.pk} was made with other settings, connections or mappings than "
            "there are now.",
            reason="plan_outdated",
            hint="Run the flow again, look at the new plan and apply that.",
            ids={"run": run.pk},
        )
    if needs_permission(run):
        raise NeedsOperator(
            f"The plan of run {run.pk} removes {run.removed:,} records: the source may have "
            "answered incompletely.",
            reason="mass_removal",
            hint="Look at it, and press “Allow the removals” first if they are meant to go.",
            ids={"run": run.pk},
        )


def _refuse_other_run(flow: Flow, job: SyncJob, applying: Run) -> None:
    """An open run goes on as it was asked for; it will not write this plan."""
    if applying.pk is None:
        open_run = job.payload["run"]
        raise NeedsOperator(
            f"Run {open_run} of {flow} is still open; a flow has one at a time.",
            reason="run_open",
            hint="Apply the plan when that run has ended.",
            ids={"run": open_run},
        )


def _new_run(
    flow: Flow,
    window: Window,
    *,
    actor: str,
    note: str,
    now: datetime,
    basis: str,
    applies: Run | None = None,
) -> Run:
    return Run.objects.create(
        flow=flow,
        mode=flow.mode,
        actor=actor,
        note=note,
        started_at=now,
        window_start=window.start,
        window_end=window.end,
        expected=expected_reads(flow, window, applies),
        applies=applies,
        removals_allowed_by=applies.removals_allowed_by if applies else "",
        basis=basis,
    )


def _start(flow: Flow, run: Run) -> SyncJob:
    job = start_work(flow, run, actor=run.actor)
    if job.payload["run"] != run.pk:
        run.delete()  # another run is open; the caller gets that one
        return job
    flow.cursor = {**without_place(flow.cursor), "run": run.pk, "page": None}
    flow.save(update_fields=["cursor"])
    return job
