"""What a worker writes down: each function is one short transaction, fenced by the lease.

`durable` makes each refuse to run inside another transaction, and so no step, and no call
to a remote, ever does.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integrations.engine import lease as leases
from integrations.engine.claim import Claim
from integrations.engine.lease import GIVEN_BACK
from integrations.engine.models import Attempt, JobState, Step, StepState
from integrations.engine.report import ErrorReport
from integrations.engine.retry import Verdict
from integrations.engine.tried import Tried

NO_ERROR: dict[str, Any] = {
    "error_kind": "",
    "error_text": "",
    "error_hint": "",
    "error_reason": "",
    "error_cause": "",
    "error_ids": {},
    "error_trace": "",
}


@transaction.atomic(durable=True)
def begin(claim: Claim, step: Step, *, act: str, is_sending: bool, state: StepState) -> Attempt:
    """Records that a try starts; with `is_sending` its effect may exist from now on."""
    leases.keep(claim.lease)
    sent = {"sent_at": Now()} if is_sending else {}
    Step.objects.filter(pk=step.pk).update(
        state=state,
        attempts=F("attempts") + 1,
        **sent,
        **({} if step.started_at else {"started_at": Now()}),
    )
    step.state, step.attempts = state, step.attempts + 1
    return Attempt.objects.create(
        step=step,
        n=step.attempts,
        act=act,
        actor=claim.job.last_actor or claim.job.actor,
        lease_token=claim.lease.token,
        payload_digest=_digest(claim.job.payload),
        started_at=Now(),
    )


@transaction.atomic(durable=True)
def send_again(claim: Claim, step: Step) -> None:
    """Records that the look found nothing and the step is about to send (again)."""
    leases.keep(claim.lease)
    Step.objects.filter(pk=step.pk).update(sent_at=Now())


@transaction.atomic(durable=True)
def succeed(
    claim: Claim,
    step: Step,
    attempt: Attempt,
    *,
    state: StepState,
    tried: Tried,
) -> None:
    """Records a finished step. Progress forgives crashes and clears the last error."""
    leases.keep(claim.lease, crash_count=0, **NO_ERROR)
    Step.objects.filter(pk=step.pk).update(
        state=state,
        output=tried.output,
        finished_at=None if state == StepState.OPEN else Now(),
        last_error_kind="",
        tries_alike=0,
        failing_since=None,
    )
    _end(attempt, tried)
    step.state, step.output = state, _as_stored(tried.output)


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


def _as_stored(output: dict[str, Any]) -> dict[str, Any]:
    """The output as later steps see it, whether or not a claim lies between."""
    stored: dict[str, Any] = json.loads(json.dumps(output, cls=DjangoJSONEncoder))
    return stored


def _digest(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
