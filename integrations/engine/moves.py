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
    **stamp: Any,
) -> JobMove:
    """The same, as the last thing in a transaction of the caller's, which it ends on an error."""
    more: list[sql.Statement] = []
    made = _made(job, to, reason=reason, actor=actor)
    if not (lease and to in LEASABLE):
        stamp = {**GIVEN_BACK, **stamp}
        more.append(leases.freeing(job.pk))
    if to in TERMINAL:
        stamp["finished_at"] = Now()
        stamp["behind"] = False
    if to != JobState.WAITING:
        stamp["wait_reason"] = ""
    lets_next = to in TERMINAL or (to == JobState.PARKED and job.coalesces)
    if lets_next and not job.behind:  # from the middle of its key nobody steps forward
        more.append(queueing.next_of(job.key))
    moved, kept, *_ = sql.together(_moving(job, to, lease, stamp), _keeping(made), *more)
    if not moved:
        raise _refusal(job, lease)
    [[made.pk]] = kept
    _tell(job, made)
    return made


# A job's move to DONE, and with it what ends its last step; that part is up to the ledger.
_FINISH = f"""
    WITH held AS (
        UPDATE engine_syncjob
        SET state = 'done', lease_owner = '', lease_until = NULL, finished_at = {{now}},
            behind = FALSE, wait_reason = '', {leases.FORGIVEN}
        WHERE id = %s AND {leases.HELD} AND state = %s AND requested = '' RETURNING id),
    <ending>,
    freed AS (UPDATE engine_slot AS slot SET job_id = NULL FROM held WHERE slot.job_id = held.id)
    INSERT INTO engine_jobmove (job_id, from_state, to_state, reason, actor, at)
    SELECT id, %s, 'done', %s, 'engine', {{now}} FROM held RETURNING id"""


@transaction.atomic(durable=True)
def finish(job: SyncJob, ending: sql.Statement, *, lease: Lease, reason: str) -> bool:
    """Moves a job to DONE together with the end of its last step; with hooks as `move`.

    `ending` are parts of a WITH that go on from its `held`, which is empty where the lease is
    gone or something was asked of the job: then nothing is written and False comes back.
    """
    made = _made(job, JobState.DONE, reason=reason, actor="engine")
    words, values = ending
    parameters = [job.pk, lease.token, job.state, *values, job.state, made.reason]
    finishing = _FINISH.replace("<ending>", words), parameters
    is_heard = _has_hooks(job)
    kept, _ = sql.together(finishing, queueing.next_of(job.key), ends=not is_heard)
    if not kept:
        return False
    [[made.pk]] = kept
    _tell(job, made)
    return True


def _made(job: SyncJob, to: JobState, *, reason: str, actor: str) -> JobMove:
    """The history row of a move that is allowed; raises MoveRefused for any other."""
    if to not in ALLOWED[job.state]:
        text = f"Job {job.pk} is {job.state}; it cannot become {to}."
        raise MoveRefused(text, ids={"job": job.pk})
    return JobMove(job=job, from_state=job.state, to_state=to, reason=reason[:500], actor=actor)


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
    """Says that the job moved: in the log, and to the hooks of its kind.

    A failure of theirs becomes a row of its history.
    """
    job.state = made.to_state
    with logs.bind(job=job.pk, kind=job.kind, key=job.key):
        logger.info(
            "job_%s from=%s actor=%s reason=%s",
            made.to_state,
            made.from_state,
            made.actor,
            made.reason,
        )
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
