"""The lease of a job: who may write to its ledger, and until when.

The token goes up with each claim. Whoever writes names the token it was given; a write that
meets no row was made by a worker that another one has replaced, and raises Fenced.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Now

from integrations.engine import clock, faults, limits, sql
from integrations.engine.models import (
    LEASABLE,
    Attempt,
    JobMove,
    JobState,
    Slot,
    Step,
    StepState,
    SyncJob,
)
from integrations.errors import Fenced

SURE_FOR_S = 0.2  # how long the last look at a lease is enough before a send
GIVEN_BACK: dict[str, Any] = {"lease_owner": "", "lease_until": None}


class Lease:
    """One claim's right to write. `kept_at` is when it was last seen to hold (monotonic clock)."""

    __slots__ = ("job_id", "kept_at", "token")

    def __init__(self, *, job_id: int, token: int) -> None:
        self.job_id, self.token, self.kept_at = job_id, token, 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was asked of the job meanwhile, and how its resource is."""

    requested: str
    requested_by: str
    requested_reason: str
    resource: limits.Glance


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


# A lease that has most of its time left is not moved: the row then changes in no column that
# an index knows, which is much cheaper for PostgreSQL.
MOST = 0.8
_EXTENDED = "lease_until = CASE WHEN lease_until < {later} THEN {later} ELSE lease_until END"
# Of the row with a given id: whether the lease with a given token holds it.
HELD = "lease_token = %s AND lease_until IS NOT NULL AND state IN ('running', 'compensating')"
_SEEN = f"requested, requested_by, requested_reason, {limits.GLANCE} AS glance"
KEEP = f"UPDATE engine_syncjob SET {_EXTENDED} WHERE id = %s AND {HELD} RETURNING {_SEEN}"
# What a finished step makes of the crashes and failures before it.
FORGIVEN = (
    "crash_count = 0, error_kind = '', error_text = '', error_hint = '', error_reason = '', "
    "error_cause = '', error_ids = '{{}}', error_trace = ''"
)
GET_ON = (
    f"UPDATE engine_syncjob SET {_EXTENDED}, {FORGIVEN} WHERE id = %s AND {HELD} RETURNING {_SEEN}"
)


def look(lease: Lease, *others: sql.Statement) -> tuple[Seen, list[list[sql.Row]]]:
    """Extends the lease and tells what changed around the job; raises Fenced if it is gone.

    Other statements may travel with it; what they return comes second. Whoever sends some
    holds a transaction, which Fenced then rolls back.
    """
    return _kept(lease, (KEEP, keeping(lease)), others)


def get_on(lease: Lease, *others: sql.Statement) -> tuple[Seen, list[list[sql.Row]]]:
    """The same after a finished step, which forgives crashes and clears the last error."""
    return _kept(lease, (GET_ON, keeping(lease)), others)


def keeping(lease: Lease) -> list[Any]:
    """The parameters of KEEP and of GET_ON."""
    return [lease_s() * MOST, lease_s(), lease.job_id, lease.token]


def _kept(
    lease: Lease, statement: sql.Statement, others: Sequence[sql.Statement]
) -> tuple[Seen, list[list[sql.Row]]]:
    asked_at = time.monotonic()
    held_row, *answers = sql.together(statement, *others)
    return seen(lease, held_row, asked_at), answers


def seen(lease: Lease, held_row: list[sql.Row], asked_at: float) -> Seen:
    """What KEEP and GET_ON returned, asked at that time; raises Fenced if that was nothing."""
    if not held_row:
        raise _fenced(lease)
    lease.kept_at = asked_at
    requested, by, reason, glance, *_ = held_row[0]
    return Seen(
        requested=requested,
        requested_by=by,
        requested_reason=reason,
        resource=limits.Glance(glance or limits.Glance.NONE),
    )


def check(lease: Lease) -> None:
    """Makes sure that nobody else can have the job now; raises Fenced if somebody may.

    Asks the database, unless it said so a moment ago: a lease cannot end before its time.
    """
    if time.monotonic() - lease.kept_at > min(SURE_FOR_S, lease_s() / 4):
        look(lease)


def keep(lease: Lease, **fields: Any) -> None:
    """Extends the lease and writes these fields of the job; raises Fenced if it is gone."""
    until = Now() + Value(timedelta(seconds=lease_s()), output_field=models.DurationField())
    if held(lease).update(**{"lease_until": until, **fields}) != 1:
        raise _fenced(lease)


def _fenced(lease: Lease) -> Fenced:
    return Fenced(f"Another worker owns job {lease.job_id}.", ids={"job": lease.job_id})


def freeing(job_id: int) -> sql.Statement:
    """What frees the job's slot."""
    return "UPDATE engine_slot SET job_id = NULL WHERE job_id = %s", [job_id]


def free_slot(job_id: int) -> None:
    sql.write(*freeing(job_id))


def sweep(*, at_most: int = 200) -> int:
    """Gives expired leases back and returns how many; the next claim counts the crash.

    What their workers had begun is closed as crashed.
    """
    with transaction.atomic():
        expired = SyncJob.objects.filter(lease_until__lt=clock.now()).order_by("lease_until")
        jobs = list(expired.select_for_update(skip_locked=True)[:at_most])
        ids = [job.pk for job in jobs]
        _settle_from_death(jobs)
        # The owner stays on the row: it tells the next claim that the lease was not returned.
        SyncJob.objects.filter(pk__in=ids).update(lease_until=None, state=_after_expiry())
        Slot.objects.filter(job_id__in=ids).update(job=None)
        _close_attempts(ids)
        JobMove.objects.bulk_create(_expiry(job) for job in jobs if job.state == JobState.RUNNING)
        if ids:
            faults.reach("sweeping")
    if ids:
        faults.reach("swept")
    return len(ids)


def _settle_from_death(jobs: list[SyncJob]) -> None:
    """What the dead may have sent has to settle from when they last can have waited for it.

    A heartbeat extends the lease by its whole length, so the last one tells.
    """
    ages = lease_s() - float(settings.ENGINE["heartbeat_s"])
    died = {job.pk: (job.lease_until or clock.now()) - timedelta(seconds=ages) for job in jobs}
    doubtful = Step.objects.filter(job__in=died, state=StepState.IN_DOUBT, sent_at__isnull=False)
    steps = list(doubtful)
    for step in steps:
        step.sent_at = max(step.sent_at or died[step.job_id], died[step.job_id])
    Step.objects.bulk_update(steps, ["sent_at"])


def _close_attempts(job_ids: list[int]) -> None:
    unfinished = Attempt.objects.filter(step__job__in=job_ids, finished_at=None)
    unfinished.update(
        outcome=Attempt.CRASHED, finished_at=Now(), message="Its worker died or stalled."
    )


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
