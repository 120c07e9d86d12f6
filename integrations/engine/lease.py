"""The lease of a job: who may write to its ledger, and until when.

The token goes up with each claim. Whoever writes names the token it was given; a write that
meets no row was made by a worker that another one has replaced, and raises Fenced.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Now

from integrations.engine import clock, faults
from integrations.engine.models import LEASABLE, JobMove, JobState, Slot, SyncJob
from integrations.errors import Fenced

GIVEN_BACK: dict[str, Any] = {"lease_owner": "", "lease_until": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    job_id: int
    token: int


def lease_s() -> float:
    return float(settings.ENGINE["lease_s"])


def held(lease: Lease) -> QuerySet[SyncJob]:
    """The job's row, if this lease still holds it; else nothing."""
    return SyncJob.objects.filter(
        pk=lease.job_id,
        lease_token=lease.token,
        lease_until__isnull=False,
        state__in=LEASABLE,
    )


def keep(lease: Lease, **fields: Any) -> None:
    """Extends the lease and writes these fields of the job; raises Fenced if it is gone."""
    until = Now() + Value(timedelta(seconds=lease_s()), output_field=models.DurationField())
    if held(lease).update(**{"lease_until": until, **fields}) != 1:
        raise Fenced(f"Another worker owns job {lease.job_id}.", ids={"job": lease.job_id})


def free_slot(job_id: int) -> None:
    Slot.objects.filter(job_id=job_id).update(job=None)


def sweep(*, at_most: int = 200) -> int:
    """Gives expired leases back and returns how many; the next claim counts the crash."""
    with transaction.atomic():
        expired = SyncJob.objects.filter(lease_until__lt=clock.now()).order_by("lease_until")
        jobs = list(expired.select_for_update(skip_locked=True)[:at_most])
        ids = [job.pk for job in jobs]
        # The owner stays on the row: it tells the next claim that the lease was not returned.
        SyncJob.objects.filter(pk__in=ids).update(lease_until=None, state=_after_expiry())
        Slot.objects.filter(job_id__in=ids).update(job=None)
        JobMove.objects.bulk_create(_expiry(job) for job in jobs if job.state == JobState.RUNNING)
    if ids:
        faults.reach("swept")
    return len(ids)


def _after_expiry() -> models.Case:
    running = models.When(state=JobState.RUNNING, then=Value(JobState.QUEUED))
    return models.Case(running, default=F("state"))


def _expiry(job: SyncJob) -> JobMove:
    return JobMove(
        job=job,
        from_state=JobState.RUNNING,
        to_state=JobState.QUEUED,
        reason=f"{job.lease_owner} stopped answering",
        actor="beat",
    )
