"""Ends a run between two pages; what it has done already stays."""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from integrations.engine import verbs
from integrations.engine.models import OPEN, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.errors import NeedsOperator
from integrations.models import Flow, Run, StateChange


@transaction.atomic
def cancel_run(run: Run, *, actor: str, reason: str) -> None:
    """Cancels a run that is open or stopped. A worker that is at a page finishes that page and
    its counts first. Raises NeedsOperator for a run that has ended."""
    Flow.objects.select_for_update().get(pk=run.flow_id)  # as `note_page` does
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state not in (Run.State.RUNNING, Run.State.FAILED):
        raise NeedsOperator(
            f"Run {run.pk} has ended: it is {locked.get_state_display().lower()}.",
            reason="run_ended",
        )
    before = locked.state
    locked.state, locked.finished_at = Run.State.CANCELLED, timezone.now()
    locked.note = f"{locked.note}\nCancelled by {actor}: {reason}".strip()
    locked.save(update_fields=["state", "finished_at", "note"])
    StateChange.objects.create(
        subject="run",
        subject_id=run.pk,
        before=before,
        after=locked.state,
        actor=actor,
        reason=reason,
    )
    _end_job(locked, actor=actor, reason=reason)


def _end_job(run: Run, *, actor: str, reason: str) -> None:
    """A job that no worker holds ends now; one at work sees the run's state after its page."""
    jobs = SyncJob.objects.filter(dedupe_key=f"run_flow:{run.flow_id}", state__in=OPEN)
    for job in jobs:
        if job.payload.get("run") == run.pk and not job.is_leased:
            with suppress(MoveRefused):  # a worker has taken it this moment
                verbs.cancel(job, actor=actor, reason=reason)
