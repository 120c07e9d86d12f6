"""Claims the next job: one short transaction, by the database's clock.

A job can be claimed when it is due, its resource lets it (limits.available), and no older
open job of its key is left; a free slot row is taken with it. On PostgreSQL rows that
another claim looks at are skipped, on SQLite claims queue up. Should two claims of one key
still pass each other, the unique lease of the key lets one of them fail and look again.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations import logs
from integrations.engine import clock, declare, faults, limits, moves, queueing, sql
from integrations.engine import lease as leases
from integrations.engine.crowd import Crowd, Seat, alone
from integrations.engine.lease import Lease
from integrations.engine.limits import Door, Glance
from integrations.engine.models import (
    CLAIMABLE,
    OPEN,
    BreakerState,
    JobState,
    Resource,
    Step,
    SyncJob,
)
from integrations.engine.outage import is_database_away
from integrations.engine.tried import Begun

logger = logging.getLogger(__name__)

LOOKS = 10  # how often a claim that others keep beating looks again before it gives up
LOOKED_AT = 8  # jobs per resource: at least as many as claims that look at the same moment
_OPEN = ", ".join(f"'{state}'" for state in OPEN)
PASSED_OVER_S = 60.0  # how long a job waits that could not even be leased


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A leased job. Whoever runs it gives up its `seat` at the end."""

    job: SyncJob
    lease: Lease
    seat: Seat
    steps: list[Step] | None = None  # where they came with it
    begun: Begun | None = None  # its first step, where that began with it


First = Callable[[Claim], Begun | None]  # begins a job's first step in the claim's transaction


def claim(
    lane: str | None = None, crowd: Crowd | None = None, first: First | None = None
) -> Claim | None:
    """Leases the next job of the lane (None: of any), or returns None when there is none.

    `crowd` counts what this process runs already. `first` may go on in the transaction.
    """
    seat = Seat(crowd or alone())
    for _ in range(LOOKS):
        claimed: Claim | None = None
        is_ours = False
        try:
            with transaction.atomic(durable=True):
                claimed = _take(lane, seat)
                is_parked = claimed is not None and claimed.job.state == JobState.PARKED
                if claimed is not None and first is not None and not is_parked:
                    claimed = replace(claimed, begun=_first_of(claimed, first))
            is_ours = claimed is not None and not is_parked
        except IntegrityError:
            continue  # a job of the same key was leased between our look and our write
        except _Unclaimable as exc:
            _pass_over(exc.job_id)
            continue
        finally:
            if not is_ours:  # also when the commit failed
                seat.give_up()
        if claimed is None:
            return None
        if not is_parked:
            faults.reach("claimed", claimed.job.state)
            return claimed
    return None


class _Unclaimable(Exception):
    """This one job cannot be leased; the others can."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"Job {job_id} cannot be leased.")
        self.job_id = job_id


def _first_of(claimed: Claim, first: First) -> Begun | None:
    try:
        return first(claimed)
    except Exception as exc:
        if is_database_away(exc):
            raise
        # Nothing that is wrong with one job may stop the others.
        raise _Unclaimable(claimed.job.pk) from exc


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
        behind=False,
        due_at__lte=now,
        kind__in=declare.known_names(),
    )
    return due if lane is None else due.filter(lane=lane)


def claimable(now: datetime, lane: str) -> QuerySet[SyncJob]:
    """Runnable jobs whose resource lets one start now."""
    available = limits.available(now, spares_first=is_patient(lane))
    ids = list(available.values_list("pk", flat=True))
    return runnable(now, lane).filter(Q(resource=None) | Q(resource__in=ids))


def is_patient(lane: str | None) -> bool:
    """Whether jobs of the lane leave a place on each resource to those of the first lane."""
    return lane is not None and lane != settings.Q_CLUSTER["name"]


def _take(lane: str | None, seat: Seat) -> Claim | None:
    full = seat.full_resources()
    while True:
        found = _first(lane, full)
        if found is None:
            return None
        job, door, now = found
        if door is None:
            return _leased(job, None, seat, now)
        if seat.take(door.resource_id):
            claimed = _leased(job, door, seat, now)
            if claimed is not None:
                return claimed
            seat.give_up()
        full = full | {door.resource_id}  # somebody was faster; look at the others


def enter(door: Door, job: SyncJob) -> bool:
    """Takes a slot of the resource, as `limits.enter` does, for the time of a lease."""
    return limits.enter(door, job.pk, probe_s=leases.lease_s(), spares_first=is_patient(job.lane))


Found = tuple[SyncJob, Door | None, datetime]  # with the way in, and the database's time


def _first(lane: str | None, full: set[int]) -> Found | None:
    """The first job that may start, locked; rows that another claim looks at are skipped."""
    if lane is not None and connection.vendor == "postgresql":
        return _first_by_resource(lane, full)
    now = clock.now()
    available = limits.available(now, spares_first=is_patient(lane)).exclude(pk__in=full)
    doors = {resource.pk: limits.door_of(resource) for resource in available}
    free = Q(resource=None) | Q(resource__in=list(doors))
    waiting = runnable(now, lane).filter(free).order_by("priority", "due_at", "id")
    job = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    return None if job is None else (job, doors.get(job.resource_id or 0), now)


# Some of the first jobs of each resource that lets one start, by the index on (lane, resource,
# …), and then the first of these that no other claim looks at: no backlog of a resource that
# lets nothing start is waded through. `limits.available` and `runnable` say the same in
# Django's words. Written so that no plan can do otherwise, whatever the planner believes of a
# table that was empty a minute ago: the index's own order, its first column included, saves
# sorting, and the rows are locked one by one, until the first that is free.
_FIRSTS = f"""
    SELECT c.id, c.priority, c.due_at FROM engine_syncjob AS c
    WHERE <resource> AND c.lane = %s AND c.kind = ANY(%s) AND NOT c.behind
        AND c.state IN ('queued', 'compensating') AND c.lease_until IS NULL
        AND c.due_at <= {{now}}
        AND NOT EXISTS (
            SELECT FROM engine_syncjob AS o
            WHERE o.key = c.key AND o.id <> c.id AND o.state IN ({_OPEN})
                AND (o.lease_until IS NOT NULL OR o.seq < c.seq AND {queueing.BLOCKS}))
    ORDER BY c.resource_id, c.priority, c.due_at, c.id LIMIT {LOOKED_AT}"""
_FIRST_BY_RESOURCE = f"""
    WITH door AS MATERIALIZED (
        SELECT r.id, r.breaker_state, r.running_limit FROM engine_resource AS r
        WHERE NOT r.paused AND (r.not_before IS NULL OR r.not_before <= {{now}})
            AND (r.breaker_state = 'closed'
                OR r.breaker_state = 'open' AND r.open_until <= {{now}}
                OR r.breaker_state = 'half_open' AND r.probe_until <= {{now}})
            AND r.id <> ALL(%s::bigint[])
            AND EXISTS (
                SELECT FROM engine_slot AS s
                WHERE s.resource_id = r.id AND s.job_id IS NULL AND s.n <= r.running_limit
                    AND (NOT %s OR s.n > 1 OR r.running_limit = 1))
    ), candidate AS MATERIALIZED (
        SELECT f.*, d.breaker_state, d.running_limit
        FROM door AS d
        CROSS JOIN LATERAL ({_FIRSTS.replace("<resource>", "c.resource_id = d.id")}) AS f
        UNION ALL
        SELECT f.*, '', 0 FROM ({_FIRSTS.replace("<resource>", "c.resource_id IS NULL")}) AS f
    )
    SELECT {sql.columns(SyncJob, "j")}, f.breaker_state, f.running_limit, {{now}}
    FROM (SELECT * FROM candidate ORDER BY priority, due_at, id) AS f
    CROSS JOIN LATERAL (
        SELECT * FROM engine_syncjob AS row
        WHERE row.id = f.id AND row.lease_until IS NULL
            AND row.state IN ('queued', 'compensating')
        FOR UPDATE SKIP LOCKED) AS j
    LIMIT 1"""


def _first_by_resource(lane: str, full: set[int]) -> Found | None:
    of_lane = [lane, declare.known_names()]
    parameters = [list(full), is_patient(lane), *of_lane, *of_lane]
    [found] = sql.together((_FIRST_BY_RESOURCE, parameters))  # the transaction's begin, too
    if not found:
        return None
    *fields, breaker_state, running_limit, now = found[0]
    [job] = sql.instances(SyncJob, [tuple(fields)])
    if job.resource_id is None:
        return job, None, now
    is_closed = breaker_state != BreakerState.CLOSED
    door = Door(resource_id=job.resource_id, is_closed=is_closed, running_limit=running_limit)
    return job, door, now


# With a slot, or not at all; tells what `limits.Glance` is of the resource.
_LEASE = f"""
    UPDATE engine_syncjob
    SET state = %s, lease_token = %s, lease_owner = %s, lease_until = {{later}},
        crash_count = %s, started_at = COALESCE(started_at, {{now}})
    WHERE id = %s AND (%s OR EXISTS (SELECT 1 FROM engine_slot WHERE job_id = engine_syncjob.id))
    RETURNING {limits.GLANCE}"""
_STEPS = f"SELECT {sql.columns(Step, 's')} FROM engine_step AS s WHERE s.job_id = %s ORDER BY s.n"


def _leased(job: SyncJob, door: Door | None, seat: Seat, now: datetime) -> Claim | None:
    try:
        return _lease(job, door, seat, now)
    except Exception as exc:
        if is_database_away(exc) or isinstance(exc, IntegrityError):
            raise
        # Nothing that is wrong with one job may stop the others.
        raise _Unclaimable(job.pk) from exc


def _lease(job: SyncJob, door: Door | None, seat: Seat, now: datetime) -> Claim | None:
    """Leases the job, or parks it when its workers died once too often; None: no slot."""
    has_crashed = job.lease_owner != ""
    crashes = job.crash_count + has_crashed
    if has_crashed:
        with logs.bind(job=job.pk, kind=job.kind, key=job.key):
            logger.warning("job_crashed owner=%s times=%s", job.lease_owner, crashes)
        if crashes >= settings.ENGINE["max_crashes"]:
            return _park_killer(job, crashes, seat)
    state = JobState.COMPENSATING if job.state == JobState.COMPENSATING else JobState.RUNNING
    token = job.lease_token + 1  # the row is locked, so nobody else counts
    lease = Lease(job_id=job.pk, token=token)
    lease.kept_at = time.monotonic()
    if door is not None and door.is_closed and not enter(door, job):
        return None
    leasing = [state, token, owner(), leases.lease_s(), crashes, job.pk, door is None]
    leased, steps = _written(job, door, leasing)
    if not leased:
        return None
    faults.reach("claiming")
    [[glance]] = leased
    limits.remember(job.resource_id, Glance(glance or Glance.NONE))
    job.state, job.lease_token, job.lease_owner = state, token, owner()
    job.lease_until = now + timedelta(seconds=leases.lease_s())
    job.crash_count, job.started_at = crashes, job.started_at or now
    return Claim(job=job, lease=lease, seat=seat, steps=steps)


def _written(
    job: SyncJob, door: Door | None, leasing: list[Any]
) -> tuple[list[sql.Row], list[Step] | None]:
    """Leases the job with a slot; no row where there was none. Its steps may come along."""
    statements: list[sql.Statement] = [(_LEASE, leasing)]
    if door is not None and not door.is_closed:
        statements.insert(0, limits.entering(door, job.pk, spares_first=is_patient(job.lane)))
    if not sql.can_travel():
        return sql.together(*statements)[-1], None
    *_, leased, steps = sql.together(*statements, (_STEPS, [job.pk]))
    return leased, sql.instances(Step, steps)


def _park_killer(job: SyncJob, crashes: int, seat: Seat) -> Claim:
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
    return Claim(job=job, lease=Lease(job_id=job.pk, token=job.lease_token), seat=seat)


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
