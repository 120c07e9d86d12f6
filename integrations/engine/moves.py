"""The one place where a job changes its state."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from integrations import logs
from integrations.engine import hooks, queueing, sql
from integrations.engine import lease as leases
from integrations.engine.declare import JobKind, is_known, kind_named
from integrations.engine.lease import GIVEN_BACK, Lease
from integrations.engine.models import ALLOWED, LEASABLE, TERMINAL, JobMove, JobState, SyncJob
from integrations.errors import Fenced, PortalError

logger = logging.getLogger(__name__)


class MoveRefused(PortalError):
    """The job is not in a state from which it can go there, or somebody was first."""


def move(
    job: SyncJob,
    to: JobState,
    *,
    reason: str,
    actor: str,
    lease: Lease | None = None,
    **stamp: Any,
) -> JobMove:
    """Moves the job if it is still in the state we saw, with its history row and hooks.

    A worker passes its lease and gets Fenced when it lost it; anyone else gets MoveRefused.
    A job that leaves its worker gives lease and slot back. Of `job` only the state is fresh
    afterwards.
    """
    with transaction.atomic():
        return move_within(job, to, reason=reason, actor=actor, lease=lease, **stamp)


def move_within(
    job: SyncJob,
    to: JobState,
    *,
    reason: str,
    actor: str,
    lease: Lease | None = None,
    ends: bool = False,
    **stamp: Any,
) -> JobMove:
    """The same, as the last thing in a transaction of the caller's, which it ends on an error.

    With `ends` also otherwise, if that saves a journey: only for a row that the transaction
    has locked and found to be in that state, for its commit does not wait for the answer.
    """
    seen = job.state
    more: list[sql.Statement] = []
    if to not in ALLOWED[seen]:
        raise MoveRefused(f"Job {job.pk} is {seen}; it cannot become {to}.", ids={"job": job.pk})
    if not (lease and to in LEASABLE):
        stamp = {**GIVEN_BACK, **stamp}
        more.append(leases.freeing(job.pk))
    if to in TERMINAL:
        stamp["finished_at"] = Now()
        stamp["behind"] = False
    if to != JobState.WAITING:
        stamp["wait_reason"] = ""
    if to in TERMINAL or (to == JobState.PARKED and job.coalesces):
        more.append(queueing.next_of(job.key))
    made = JobMove(job=job, from_state=seen, to_state=to, reason=reason[:500], actor=actor)
    moving = _moving(job, to, lease, stamp)
    ends = ends and not _has_hooks(job)
    moved, kept, *_ = sql.together(moving, _keeping(made), *more, ends=ends)
    if not moved:
        raise _refusal(job, lease)
    [[made.pk]] = kept
    job.state = to
    _tell(job, made)
    with logs.bind(job=job.pk, kind=job.kind, key=job.key):
        logger.info("job_%s from=%s actor=%s reason=%s", to, seen, actor, made.reason)
    return made


def _moving(
    job: SyncJob, to: JobState, lease: Lease | None, stamp: dict[str, Any]
) -> sql.Statement:
    """Moves the row if it is still in the state we saw, and ours to move."""
    words, values = sql.assignments({"state": to, **stamp})
    ours, who = leases.HELD if lease else UNLEASED, [lease.token] if lease else []
    return (
        f"UPDATE engine_syncjob SET {words} WHERE id = %s AND {ours} AND state = %s RETURNING id",
        [*values, job.pk, *who, job.state],
    )


UNLEASED = "lease_until IS NULL"
_KEEP = """
    INSERT INTO engine_jobmove (job_id, from_state, to_state, reason, actor, at)
    VALUES (%s, %s, %s, %s, %s, {now}) RETURNING id"""


def _keeping(made: JobMove) -> sql.Statement:
    return _KEEP, [made.job_id, made.from_state, made.to_state, made.reason, made.actor]


def _refusal(job: SyncJob, lease: Lease | None) -> PortalError:
    if lease:
        return Fenced(f"Another worker owns job {job.pk}.", ids={"job": job.pk})
    return MoveRefused(f"Job {job.pk} changed meanwhile; look at it again.", ids={"job": job.pk})


def note(job: SyncJob, *, reason: str, actor: str) -> None:
    """A history row for something that moved nothing."""
    JobMove.objects.create(
        job=job, from_state=job.state, to_state=job.state, reason=reason[:500], actor=actor
    )


def _tell(job: SyncJob, made: JobMove) -> None:
    """Calls the hooks of the job's kind; a failure of theirs becomes a row of its history."""
    if not _has_hooks(job):
        return
    kind = kind_named(job.kind)
    job.refresh_from_db()
    with logs.bind(job=job.pk, kind=job.kind, key=job.key):
        for hook, told in _hooks_for(kind, job, made):
            failure = hooks.tell(hook, *told)
            if failure:
                note(job, reason=failure, actor="engine")


def _has_hooks(job: SyncJob) -> bool:
    if not is_known(job.kind):
        return False
    kind = kind_named(job.kind)
    return bool(kind.on_move or kind.on_parked or kind.on_done or kind.on_settled)


def _hooks_for(
    kind: JobKind, job: SyncJob, made: JobMove
) -> Iterator[tuple[Callable[..., None], tuple[object, ...]]]:
    """The hooks that hear of this move, each with what it is told."""
    if kind.on_move:
        yield kind.on_move, (job, made)
    if kind.on_parked and made.to_state == JobState.PARKED:
        yield kind.on_parked, (job,)
    if kind.on_done and made.to_state == JobState.DONE:
        yield kind.on_done, (job,)
    if kind.on_settled and made.to_state in TERMINAL:
        yield kind.on_settled, (job,)
