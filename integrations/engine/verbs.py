"""What people do to jobs. Each verb checks, moves, and keeps who and why.

All raise MoveRefused, with a sentence for the person, when the job is not in a state for it
or somebody was faster. Pressing twice does no harm.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from integrations.engine import hooks, queue
from integrations.engine.declare import is_known, kind_named
from integrations.engine.models import (
    CLAIMABLE,
    LEASABLE,
    JobEdit,
    JobState,
    Request,
    StepState,
    SyncJob,
)
from integrations.engine.moves import MoveRefused, move, note

TOUCHED = (StepState.DONE, StepState.IN_DOUBT)
NO_REQUEST: dict[str, Any] = {
    "requested": Request.NONE,
    "requested_by": "",
    "requested_reason": "",
}


class Cancelled(StrEnum):
    """What a cancel came to."""

    NOW = "cancelled"
    UNDOING = "compensating"  # finished steps are undone first
    ASKED = "requested"  # a worker has it, or must look first; it stops after the step at hand


@transaction.atomic
def requeue(job: SyncJob, *, actor: str, reason: str = "") -> SyncJob:
    """Tries a parked job again from its unfinished step, or a queued one now.

    Counting starts anew: tries, crashes and the time until it is given up. What was asked of a
    job before it parked is forgotten, for this press is newer. A cancel that a worker is about
    to obey stays, and so does one whose undoing is under way.
    """
    job = _locked(job)
    fresh: dict[str, Any] = {
        "due_at": Now(),
        "crash_count": 0,
        "last_actor": actor,
        "lease_owner": "",
    }
    forgotten = _request_to_forget(job)
    if forgotten:
        fresh |= NO_REQUEST
    if job.state == JobState.QUEUED:
        SyncJob.objects.filter(pk=job.pk).update(**fresh)
        note(job, reason=f"{reason or 'try now'}{forgotten}", actor=actor)
    elif job.state == JobState.PARKED:
        _refuse_undecided(job)
        to = JobState.COMPENSATING if job.going_back else JobState.QUEUED
        move(job, to, reason=f"{reason or 'requeued'}{forgotten}", actor=actor, **fresh)
    else:
        raise _refused(job, "requeued", "Only parked and queued jobs can be.")
    job.steps.update(tries_alike=0, last_error_kind="", failing_since=None)
    return _woken(job)


@transaction.atomic
def cancel(job: SyncJob, *, actor: str, reason: str) -> Cancelled:
    """Ends a job. Before the pivot its finished steps are undone; after it nothing is.

    A running job, or one with a step in doubt, ends when its worker has seen to that.
    """
    job = _locked(job)
    if not job.is_open:
        raise _refused(job, "cancelled")
    SyncJob.objects.filter(pk=job.pk).update(
        requested=Request.CANCEL, requested_by=actor, requested_reason=reason[:300]
    )
    job.refresh_from_db()
    if job.is_leased or job.state == JobState.COMPENSATING:
        note(job, reason=f"cancel requested: {reason}", actor=actor)
        return Cancelled.ASKED
    if _has_doubt(job) or job.going_back:
        _let_worker_look(job, actor, reason)
        return Cancelled.ASKED
    if _can_undo(job):
        move(
            job,
            JobState.COMPENSATING,
            reason=reason,
            actor=actor,
            going_back=True,
            due_at=Now(),
            last_actor=actor,
        )
        _woken(job)
        return Cancelled.UNDOING
    move(job, JobState.CANCELLED, reason=reason, actor=actor)
    return Cancelled.NOW


@transaction.atomic
def hold(job: SyncJob, *, actor: str, reason: str) -> SyncJob:
    """Puts a job aside until it is released; a running one after the step at hand."""
    job = _locked(job)
    if job.is_leased:
        SyncJob.objects.filter(pk=job.pk).update(
            requested=Request.HOLD, requested_by=actor, requested_reason=reason[:300]
        )
        note(job, reason=f"hold requested: {reason}", actor=actor)
    elif job.state in (JobState.QUEUED, JobState.PARKED, JobState.COMPENSATING):
        held = f"held: {reason}"[:200]
        move(job, JobState.WAITING, reason=reason, actor=actor, wait_reason=held)
    else:
        raise _refused(job, "held")
    job.refresh_from_db()
    return job


@transaction.atomic
def release(job: SyncJob, *, actor: str, reason: str = "") -> SyncJob:
    """Lets a waiting job go on, or takes back a hold that its worker has not obeyed yet."""
    job = _locked(job)
    if job.requested == Request.HOLD and job.state in (*LEASABLE, *CLAIMABLE):
        SyncJob.objects.filter(pk=job.pk).update(**NO_REQUEST)
        note(job, reason=reason or "released before it was held", actor=actor)
        job.refresh_from_db()
        return job
    if job.state != JobState.WAITING:
        raise _refused(job, "released", "Only waiting jobs can be.")
    _refuse_undecided(job)
    to = JobState.COMPENSATING if job.going_back else JobState.QUEUED
    move(job, to, reason=reason or "released", actor=actor, due_at=Now(), last_actor=actor)
    return _woken(job)


@transaction.atomic
def skip_step(
    job: SyncJob,
    step_name: str,
    *,
    actor: str,
    reason: str,
    output: Mapping[str, Any] | None = None,
) -> SyncJob:
    """Takes one unfinished step as done by hand, with what it would have returned, and goes on."""
    job = _locked(job)
    if job.is_leased or job.going_back or job.state not in (JobState.PARKED, JobState.WAITING):
        raise _refused(job, "changed", "A step can be skipped while its job is parked or waits.")
    _refuse_undecided(job)
    unfinished = job.steps.filter(name=step_name, state__in=(StepState.OPEN, StepState.IN_DOUBT))
    if not unfinished.update(state=StepState.SKIPPED, output=dict(output or {}), finished_at=Now()):
        raise MoveRefused(f"Job {job.pk} has no unfinished step {step_name}.")
    move(
        job,
        JobState.QUEUED,
        reason=f"skipped {step_name}: {reason}",
        actor=actor,
        due_at=Now(),
        last_actor=actor,
        resource_id=next_resource(job),
    )
    return _woken(job)


def _locked(job: SyncJob) -> SyncJob:
    return SyncJob.objects.select_for_update().get(pk=job.pk)


def _woken(job: SyncJob) -> SyncJob:
    queue.wake(job.lane)
    job.refresh_from_db()
    return job


def _refused(job: SyncJob, participle: str, more: str = "") -> MoveRefused:
    state = JobState(job.state).label.lower()
    text = f"Job {job.pk} cannot be {participle}: it is {state}. {more}".strip()
    return MoveRefused(text, ids={"job": job.pk})


def _refuse_undecided(job: SyncJob) -> None:
    """A job whose payload somebody wants changed does not go on with the old one by the way."""
    waiting = JobEdit.objects.undecided().filter(job=job).first()
    if waiting is not None:
        raise MoveRefused(
            f"Job {job.pk} does not go on: an edit of {waiting.labels} by {waiting.actor} waits "
            "for a second person. Approve or reject it first.",
            ids={"job": job.pk},
        )


def _request_to_forget(job: SyncJob) -> str:
    """What a requeue overrides, in words for the history; empty for nothing."""
    is_overridden = job.requested == Request.HOLD or (
        job.state == JobState.PARKED and not job.going_back
    )
    if job.requested == Request.NONE or not is_overridden:
        return ""
    return f" (instead of the {job.requested} that {job.requested_by} asked for)"


def _has_doubt(job: SyncJob) -> bool:
    return job.steps.filter(state=StepState.IN_DOUBT).exists() and is_known(job.kind)


def _let_worker_look(job: SyncJob, actor: str, reason: str) -> None:
    """Queues the job with its request, so that a worker finds out what happened and ends it."""
    to = JobState.COMPENSATING if job.going_back else JobState.QUEUED
    if job.state == to:
        SyncJob.objects.filter(pk=job.pk).update(due_at=Now(), last_actor=actor)
        note(job, reason=f"cancel requested: {reason}", actor=actor)
    else:
        text = f"cancel requested: {reason}"
        move(job, to, reason=text, actor=actor, due_at=Now(), last_actor=actor)
    _woken(job)


def _can_undo(job: SyncJob) -> bool:
    """Whether the kind can take something back, and its pivot is not passed."""
    if not is_known(job.kind):
        return False
    kind = kind_named(job.kind)
    touched = set(job.steps.filter(state__in=TOUCHED).values_list("name", flat=True))
    specs = [spec for spec in kind.steps if spec.name in touched]
    if not any(spec.undo for spec in specs) or any(spec.pivot for spec in specs):
        return False
    return hooks.agrees(kind.goes_back, job, "")


def next_resource(job: SyncJob) -> int | None:
    """The resource of the first step that is still to do."""
    finished = set(
        job.steps.filter(state__in=(StepState.DONE, StepState.SKIPPED)).values_list(
            "name", flat=True
        )
    )
    for spec in kind_named(job.kind).steps:
        if spec.name not in finished:
            return None if spec.on is None else job.resources[spec.on]
    return None
