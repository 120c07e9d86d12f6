"""What a worker writes down, in short transactions that are fenced by the lease.

`durable` makes them refuse to run inside another transaction, and so no step, and no call
to a remote, ever does.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integrations.engine import lease as leases
from integrations.engine import limits, sql
from integrations.engine.claim import Claim
from integrations.engine.lease import GIVEN_BACK
from integrations.engine.models import Attempt, JobState, Step, StepState
from integrations.engine.report import ErrorReport
from integrations.engine.retry import Verdict
from integrations.engine.tried import Tried

_BEGIN_STEP = """
    UPDATE engine_step
    SET state = %s, attempts = attempts + 1, started_at = COALESCE(started_at, {now}),
        sent_at = CASE WHEN %s THEN {now} ELSE sent_at END
    WHERE id = %s"""
_BEGIN_ATTEMPT = """
    INSERT INTO engine_attempt
        (step_id, n, act, actor, lease_token, payload_digest, outcome, endpoint, message,
         remote_words, started_at)
    SELECT id, attempts, %s, %s, %s, %s, '', '', '', '', {now} FROM engine_step WHERE id = %s
    RETURNING id, n"""
# The same where nothing was asked of the job and its resource may still be called.
_UNHINDERED = f"""EXISTS (
    SELECT 1 FROM engine_syncjob WHERE id = %s AND requested = ''
        AND COALESCE({limits.GLANCE}, '') <> 'closed')"""
_FOLLOW_STEP = f"{_BEGIN_STEP} AND {_UNHINDERED}"
# Only with the step: asked a moment later, the resource may look otherwise.
_FOLLOW_ATTEMPT = _BEGIN_ATTEMPT.replace("RETURNING", "AND attempts = %s RETURNING")
_END_STEP = """
    UPDATE engine_step
    SET state = %s, output = {json}, finished_at = CASE WHEN %s THEN {now} END,
        last_error_kind = '', tries_alike = 0, failing_since = NULL
    WHERE id = %s"""
_END_ATTEMPT = """
    UPDATE engine_attempt SET finished_at = {now}, outcome = %s, duration_ms = %s WHERE id = %s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is written down before a step is tried. With `is_sending` it may have an effect."""

    act: str
    is_sending: bool
    state: StepState


@transaction.atomic(durable=True)
def begin(claim: Claim, step: Step, beginning: Beginning) -> Attempt:
    """Records that a try starts."""
    seen, [_, begun] = leases.look(claim.lease, *_beginning(claim, step, beginning))
    limits.remember(claim.job.resource_id, seen.resource)
    return _begun(claim, step, beginning, begun)


def _beginning(claim: Claim, step: Step, beginning: Beginning) -> list[sql.Statement]:
    trying = [beginning.act, _actor(claim), claim.lease.token, _digest(claim.job.payload), step.pk]
    return [
        (_BEGIN_STEP, [beginning.state, beginning.is_sending, step.pk]),
        (_BEGIN_ATTEMPT, trying),
    ]


def _begun(claim: Claim, step: Step, beginning: Beginning, begun: list[sql.Row]) -> Attempt:
    [[attempt_id, n]] = begun
    step.state, step.attempts = beginning.state, n
    return Attempt(pk=attempt_id, step=step, n=n, act=beginning.act, actor=_actor(claim))


def _actor(claim: Claim) -> str:
    return claim.job.last_actor or claim.job.actor


@transaction.atomic(durable=True)
def send_again(claim: Claim, step: Step) -> None:
    """Records that the look found nothing and the step is about to send (again)."""
    leases.look(claim.lease)
    Step.objects.filter(pk=step.pk).update(sent_at=Now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The step that is to begin in the transaction in which the one before it ends."""

    step: Step
    beginning: Beginning


def succeed(
    claim: Claim,
    step: Step,
    attempt: Attempt,
    *,
    state: StepState,
    tried: Tried,
    following: Following | None = None,
) -> tuple[leases.Seen, Attempt | None]:
    """Records a finished step. Progress forgives crashes and clears the last error.

    Begins the following step with it, where nothing was asked of the job meanwhile and its
    resource may still be called: its attempt comes second. Part of the caller's transaction.
    """
    output = json.dumps(tried.output, cls=DjangoJSONEncoder)
    seen, answers = leases.get_on(
        claim.lease,
        (_END_STEP, [state, output, state != StepState.OPEN, step.pk]),
        (_END_ATTEMPT, [tried.outcome, tried.duration_ms, attempt.pk]),
        *(_unhindered(claim, following) if following else ()),
    )
    step.state = state
    step.output = json.loads(output)  # as later steps see it after a claim, too
    if following is None or not answers[-1]:
        return seen, None
    return seen, _begun(claim, following.step, following.beginning, answers[-1])


def _unhindered(claim: Claim, following: Following) -> list[sql.Statement]:
    (_, step), (_, attempt) = _beginning(claim, following.step, following.beginning)
    begun = following.step.attempts + 1
    return [(_FOLLOW_STEP, [*step, claim.job.pk]), (_FOLLOW_ATTEMPT, [*attempt, begun])]


def fail(
    claim: Claim,
    step: Step,
    attempt: Attempt,
    *,
    state: StepState,
    report: ErrorReport,
    verdict: Verdict,
    tried: Tried,
) -> None:
    """Records a failed try. Part of the caller's transaction, which also moves the job."""
    burnt = 1 if verdict.burns else 0
    leases.keep(claim.lease, failed_at=Now(), attempts=F("attempts") + burnt, **report.job_fields())
    alike = step.tries_alike + 1 if step.last_error_kind == report.kind else 1
    Step.objects.filter(pk=step.pk).update(
        state=state,
        attempts=F("attempts") - (1 - burnt),
        last_error_kind=report.kind,
        tries_alike=alike,
        failing_since=(step.failing_since or Now()) if verdict.burns else None,
    )
    _end(attempt, tried, outcome=str(report.kind), **report.attempt_fields())


@transaction.atomic(durable=True)
def wait_to_settle(claim: Claim, step: Step, attempt: Attempt, tried: Tried) -> None:
    """Records that the look found nothing but came too early to be sure; looks again later."""
    leases.keep(claim.lease, failed_at=Now())  # so that a recovery does not hurry it
    Step.objects.filter(pk=step.pk).update(attempts=F("attempts") - 1)
    _end(attempt, tried)
    give_back(claim, due_at=tried.settles_at)


def give_back(claim: Claim, *, due_at: datetime | None = None, **fields: Any) -> None:
    """Ends the lease and lets any worker claim the job again, when it is due (None: now)."""
    is_back = claim.job.state == JobState.COMPENSATING
    leases.free_slot(claim.lease.job_id)
    leases.keep(
        claim.lease,
        state=JobState.COMPENSATING if is_back else JobState.QUEUED,
        due_at=due_at or Now(),
        **GIVEN_BACK,
        **fields,
    )


def _end(attempt: Attempt, tried: Tried, **fields: Any) -> None:
    ended = {"outcome": tried.outcome, "duration_ms": tried.duration_ms, **fields}
    Attempt.objects.filter(pk=attempt.pk).update(finished_at=Now(), **ended)


def _digest(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
