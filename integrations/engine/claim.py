"""Claims the next job: one short transaction, by the database's clock.

A job can be claimed when it is due, its resource lets it (limits.available), and no older
open job of its key is left; a free slot row is taken with it. On PostgreSQL rows that
another claim looks at are skipped, on SQLite claims queue up. Should two claims of one key
still pass each other, the unique lease of the key lets one of them fail and look again.
"""

import logging
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations import logs
from integrations.engine import clock, declare, faults, limits, moves
from integrations.engine import lease as leases
from integrations.engine.lease import Lease
from integrations.engine.models import (
    CLAIMABLE,
    OPEN,
    Attempt,
    BreakerState,
    JobState,
    Resource,
    SyncJob,
)
from integrations.engine.outage import DATABASE_AWAY

logger = logging.getLogger(__name__)

LOOKS = 10  # how often a claim that others keep beating looks again before it gives up
PASSED_OVER_S = 60.0  # how long a job waits that could not even be leased


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    job: SyncJob
    lease: Lease


def claim(lane: str | None = None) -> Claim | None:
    """Leases the next job of the lane (None: of any), or returns None when there is none."""
    for _ in range(LOOKS):
        try:
            with transaction.atomic(durable=True):
                job = _take(lane)
        except IntegrityError:
            continue  # a job of the same key was leased between our look and our write
        except _Unclaimable as exc:
            _pass_over(exc.job_id)
            continue
        if job is None:
            return None
        if job.state != JobState.PARKED:
            faults.reach("claimed")
            return Claim(job=job, lease=Lease(job_id=job.pk, token=job.lease_token))
    return None


class _Unclaimable(Exception):
    """This one job cannot be leased; the others can."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Job {job_id} cannot be leased.")
        self.job_id = job_id


def _pass_over(job_id: int) -> None:
    """Puts off a job that no worker can lease, so that it does not stand before the others."""
    logger.exception("job_not_claimable job=%s", job_id)
    later = clock.now() + timedelta(seconds=PASSED_OVER_S)
    SyncJob.objects.filter(pk=job_id, lease_until=None).update(due_at=later)


def runnable(now: datetime, lane: str | None = None) -> QuerySet[SyncJob]:
    """Jobs that are due, known to this process, and the first of their key."""
    same_key = SyncJob.objects.filter(key=OuterRef("key"), state__in=OPEN).exclude(
        pk=OuterRef("pk")
    )
    blocking = same_key.filter(
        Q(lease_until__isnull=False)
        | Q(seq__lt=OuterRef("seq")) & ~Q(state=JobState.PARKED, coalesces=True)
    )
    due = SyncJob.objects.filter(
        ~Exists(blocking),
        state__in=CLAIMABLE,
        lease_until=None,
        due_at__lte=now,
        kind__in=declare.known_names(),
    )
    return due if lane is None else due.filter(lane=lane)


def claimable(now: datetime, lane: str | None = None) -> QuerySet[SyncJob]:
    """Runnable jobs whose resource lets one start now."""
    available = list(limits.available(now).values_list("pk", flat=True))
    return runnable(now, lane).filter(Q(resource=None) | Q(resource__in=available))


def _take(lane: str | None) -> SyncJob | None:
    now = clock.now()
    available = {resource.pk: resource for resource in limits.available(now)}
    while True:
        free = Q(resource=None) | Q(resource__in=list(available))
        waiting = runnable(now, lane).filter(free).order_by("priority", "due_at", "id")
        job = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return None
        resource = available.get(job.resource_id or 0)
        if resource is None or _enter(resource, job, now):
            return _leased(job, now)
        del available[resource.pk]  # somebody was faster; look at the others


def _enter(resource: Resource, job: SyncJob, now: datetime) -> bool:
    return limits.enter(resource, job.pk, now=now, probe_s=leases.lease_s())


def _leased(job: SyncJob, now: datetime) -> SyncJob:
    try:
        return _lease(job, now)
    except (*DATABASE_AWAY, IntegrityError):
        raise
    except Exception as exc:  # nothing that is wrong with one job may stop the others
        raise _Unclaimable(job.pk) from exc


def _lease(job: SyncJob, now: datetime) -> SyncJob:
    """Leases the job, or parks it when its workers died once too often."""
    has_crashed = job.lease_owner != ""
    crashes = job.crash_count + has_crashed
    if has_crashed:
        _record_crash(job, now)
        if crashes >= settings.ENGINE["max_crashes"]:
            return _park_killer(job, crashes)
    is_back = job.state == JobState.COMPENSATING
    leased = {
        "state": JobState.COMPENSATING if is_back else JobState.RUNNING,
        "lease_token": job.lease_token + 1,  # the row is locked, so nobody else counts
        "lease_owner": owner(),
        "lease_until": now + timedelta(seconds=leases.lease_s()),
        "crash_count": crashes,
        "started_at": job.started_at or now,
    }
    SyncJob.objects.filter(pk=job.pk).update(**leased)
    for name, value in leased.items():
        setattr(job, name, value)
    return job


def _record_crash(job: SyncJob, now: datetime) -> None:
    unfinished = Attempt.objects.filter(step__job=job, finished_at=None)
    unfinished.update(
        outcome=Attempt.CRASHED, finished_at=now, message="Its worker died or stalled."
    )
    with logs.bind(job=job.pk, kind=job.kind, key=job.key):
        logger.warning("job_crashed owner=%s times=%s", job.lease_owner, job.crash_count + 1)


def _park_killer(job: SyncJob, crashes: int) -> SyncJob:
    text = f"Its worker died {crashes} times in a row while working on it."
    moves.move(
        job,
        JobState.PARKED,
        reason="kills its worker",
        actor="engine",
        crash_count=crashes,
        error_kind="bug",
        error_reason="kills_its_worker",
        error_cause=f"kills_its_worker:{job.kind}",
        error_text=text,
        error_hint="Look at the worker's memory and log, then requeue it.",
    )
    return job


def owner() -> str:
    """This process, as it is named on leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_blocked_by_breaker(resource: Resource, now: datetime) -> bool:
    """Whether the resource's breaker keeps jobs from starting."""
    if resource.breaker_state == BreakerState.OPEN:
        return resource.open_until is None or resource.open_until > now
    if resource.breaker_state == BreakerState.HALF_OPEN:
        return resource.probe_until is None or resource.probe_until > now
    return False
