"""Hurries jobs that wait for a remote which may be, or is, back.

Backoffs grow to a quarter of an hour; a remote that recovers must not wait for them. While
its breaker is due for a probe the first waiting job becomes that probe; once it has
recovered all jobs that failed before become due.
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
AT_MOST = 500  # jobs made due per resource and beat


def hurry() -> int:
    """Makes probes and recovered jobs due; returns how many."""
    now = clock.now()
    return sum(_hurry_probe(resource, now) for resource in _due_for_a_probe(now)) + sum(
        _hurry_recovered(resource, now) for resource in _recovered(now)
    )


def _due_for_a_probe(now: datetime) -> QuerySet[Resource]:
    over = Q(breaker_state=BreakerState.OPEN, open_until__lte=now) | Q(
        breaker_state=BreakerState.HALF_OPEN, probe_until__lte=now
    )
    return Resource.objects.filter(usable(now), over)


def _hurry_probe(resource: Resource, now: datetime) -> int:
    if runnable(now).filter(resource=resource).exists():
        return 0  # the next claim is the probe anyway
    older = SyncJob.objects.filter(key=OuterRef("key"), seq__lt=OuterRef("seq"), state__in=OPEN)
    blocks = older.exclude(state=JobState.PARKED, coalesces=True)
    first = _waiting_after_outage(resource, now).filter(~Exists(blocks)).order_by("id").first()
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
    return SyncJob.objects.filter(
        resource=resource,
        state__in=CLAIMABLE,
        lease_until=None,
        due_at__gt=now,
        error_kind__in=OUTAGE,
    )
