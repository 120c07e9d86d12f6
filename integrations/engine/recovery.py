"""Hurries jobs that wait for a remote which may be, or is, back.

Backoffs grow to a quarter of an hour; a remote that recovers must not wait for them. While
its breaker is due for a probe the first waiting job becomes that probe; once it has
recovered all jobs that failed before become due.

A remote that lets every try wait until its timeout fails too seldom to open the breaker.
There one waiting job at a time is tried again every `PROBE_EVERY_S`, and the first that gets
through after such a failure is the recovery.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.engine import clock
from integrations.engine.claim import runnable
from integrations.engine.limits import usable
from integrations.engine.models import (
    CLAIMABLE,
    OPEN,
    BreakerState,
    JobState,
    Resource,
    SyncJob,
)
from integrations.engine.retry import OUTAGE

REMEMBERED_S = 3600.0
# So seldom that one job which always fails does not open the breaker for all the others, and
# often enough that open jobs go on within half a minute.
PROBE_EVERY_S = 20.0
AT_MOST = 500  # jobs made due per resource and beat


def hurry() -> int:
    """Makes probes and recovered jobs due; returns how many."""
    now = clock.now()
    return sum(_hurry_probe(resource, now) for resource in _due_for_a_probe(now)) + sum(
        _hurry_recovered(resource, now) for resource in _recovered(now)
    )


def probe_waiting() -> int:
    """Makes one job due for each resource that jobs wait for without a breaker to probe it."""
    now = clock.now()
    waiting = SyncJob.objects.filter(_waits_after_outage(now), resource=OuterRef("pk"))
    closed = Resource.objects.filter(
        usable(now), Exists(waiting), breaker_state=BreakerState.CLOSED
    )
    tried = runnable(now).filter(error_kind__in=OUTAGE)
    return sum(_make_one_due(resource, now) for resource in closed if not _any(tried, resource))


def _due_for_a_probe(now: datetime) -> QuerySet[Resource]:
    over = Q(breaker_state=BreakerState.OPEN, open_until__lte=now) | Q(
        breaker_state=BreakerState.HALF_OPEN, probe_until__lte=now
    )
    return Resource.objects.filter(usable(now), over)


def _hurry_probe(resource: Resource, now: datetime) -> int:
    if _any(runnable(now), resource):
        return 0  # the next claim is the probe anyway
    return _make_one_due(resource, now)


def _any(jobs: QuerySet[SyncJob], resource: Resource) -> bool:
    return jobs.filter(resource=resource).exists()


def _make_one_due(resource: Resource, now: datetime) -> int:
    older = SyncJob.objects.filter(key=OuterRef("key"), seq__lt=OuterRef("seq"), state__in=OPEN)
    blocks = older.exclude(state=JobState.PARKED, coalesces=True)
    candidates = _waiting_after_outage(resource, now).filter(~Exists(blocks))
    first = candidates.order_by("failed_at", "id").first()  # they take turns
    if first is None:
        return 0
    return SyncJob.objects.filter(pk=first.pk, lease_until=None).update(due_at=now)


def _recovered(now: datetime) -> QuerySet[Resource]:
    since = now - timedelta(seconds=REMEMBERED_S)
    return Resource.objects.filter(
        usable(now), breaker_state=BreakerState.CLOSED, recovered_at__gt=since
    )


def _hurry_recovered(resource: Resource, now: datetime) -> int:
    failed_before = _waiting_after_outage(resource, now).filter(failed_at__lt=resource.recovered_at)
    ids = list(failed_before.order_by("id").values_list("pk", flat=True)[:AT_MOST])
    return SyncJob.objects.filter(pk__in=ids, lease_until=None).update(due_at=now)


def _waiting_after_outage(resource: Resource, now: datetime) -> QuerySet[SyncJob]:
    return SyncJob.objects.filter(_waits_after_outage(now), resource=resource)


def _waits_after_outage(now: datetime) -> Q:
    return Q(state__in=CLAIMABLE, lease_until=None, due_at__gt=now, error_kind__in=OUTAGE)
