"""Says in one sentence why an open job is not running. No job waits silently."""

from datetime import datetime

from django.db.models import Q

from integrations.engine import clock
from integrations.engine.claim import is_blocked_by_breaker
from integrations.engine.declare import is_known
from integrations.engine.models import OPEN, JobState, Resource, Slot, SyncJob


def why(job: SyncJob, *, now: datetime | None = None) -> str:
    """One sentence for an operator; empty for a job that has ended."""
    now = now or clock.now()
    match job.state:
        case JobState.WAITING:
            return f"Waits: {job.wait_reason}."
        case JobState.PARKED:
            hint = f" {job.error_hint}" if job.error_hint else ""
            second = f"Waits: {job.wait_reason}. " if job.wait_reason else ""
            return f"{second}Needs a person: {job.error_text or 'see its history.'}{hint}"
        case _ if job.is_leased:
            return f"Is being worked on by {job.lease_owner}."
        case JobState.QUEUED | JobState.COMPENSATING:
            return _why_not_started(job, now)
    return ""


def _why_not_started(job: SyncJob, now: datetime) -> str:
    if not is_known(job.kind):
        return f"No program here knows jobs of the kind {job.kind}."
    blocker = _blocker(job)
    if blocker is not None:
        state = JobState(blocker.state).label.lower()
        return f"Waits for job {blocker.pk} of {job.key}, which is {state}."
    if job.resource is not None:
        closed = _why_closed(job.resource, now)
        if closed:
            return closed
    if job.due_at > now:
        after = f" after: {job.error_text}" if job.error_text else "."
        return f"Next try at {job.due_at:%Y-%m-%d %H:%M:%S} UTC{after}"
    if job.resource is not None and not _has_free_slot(job.resource):
        return f"Waits for a free place on {job.resource}; {job.resource.running_limit} may run."
    return "Is due and waits for a worker."


def _blocker(job: SyncJob) -> SyncJob | None:
    before = Q(lease_until__isnull=False) | Q(seq__lt=job.seq) & ~Q(
        state=JobState.PARKED, coalesces=True
    )
    others = SyncJob.objects.filter(before, key=job.key, state__in=OPEN).exclude(pk=job.pk)
    return others.order_by("seq").first()


def _why_closed(resource: Resource, now: datetime) -> str:
    if resource.paused:
        by = f" by {resource.paused_by}" if resource.paused_by else ""
        return f"{resource} is paused{by}: {resource.pause_reason}"
    if resource.not_before is not None and resource.not_before > now:
        return f"{resource} asked us to wait until {resource.not_before:%H:%M:%S} UTC."
    if is_blocked_by_breaker(resource, now):
        until = resource.open_until or resource.probe_until
        when = f" after {until:%H:%M:%S} UTC" if until else ""
        return f"{resource} does not answer; one job tries again{when}."
    return ""


def _has_free_slot(resource: Resource) -> bool:
    return Slot.objects.filter(resource=resource, job=None, n__lte=resource.running_limit).exists()
