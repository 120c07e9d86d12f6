"""What a worker writes down, in short transactions that are fenced by the lease.

`durable` makes them refuse to run inside another transaction, and so no step, and no call
to a remote, ever does.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integrations.engine import lease as leases
from integrations.engine import limits, moves, sql
from integrations.engine.claim import Claim
from integrations.engine.lease import GIVEN_BACK
from integrations.engine.models import Attempt, JobState, Step, StepState
from integrations.engine.report import ErrorReport
from integrations.engine.retry import Verdict
from integrations.engine.tried import Begun, Tried

_BEGUN = """state = %s, attempts = attempts + 1, started_at = COALESCE(started_at, {now}),
        sent_at = CASE WHEN %s THEN {now} ELSE sent_at END"""
_TRYING = """(step_id, n, act, actor, lease_token, payload_digest, outcome, endpoint, message,
         remote_words, started_at)
    SELECT id, attempts, %s, %s, %s, %s, '', '', '', '', {now}"""
_BEGIN_STEP = f"UPDATE engine_step SET {_BEGUN} WHERE id = %s"
_BEGIN_ATTEMPT = f"""
    INSERT INTO engine_attempt {_TRYING} FROM engine_step WHERE id = %s RETURNING id, n"""
# The same where nothing was asked of the job and its resource may still be called.
_UNHINDERED = f"""EXISTS (
    SELECT 1 FROM engine_syncjob WHERE id = %s AND requested = ''
        AND COALESCE({limits.GLANCE}, '') <> 'closed')"""
_FOLLOW_STEP = f"{_BEGIN_STEP} AND {_UNHINDERED}"
# Only with the step: asked a moment later, the resource may look otherwise.
_FOLLOW_ATTEMPT = _BEGIN_ATTEMPT.replace("RETURNING", "AND attempts = %s RETURNING")
_ENDED = """state = %s, output = {json}, finished_at = CASE WHEN %s THEN {now} END,
        last_error_kind = '', tries_alike = 0, failing_since = NULL"""
_TRIED = "finished_at = {now}, outcome = %s, duration_ms = %s"
_END_STEP = f"UPDATE engine_step SET {_ENDED} WHERE id = %s"
_END_ATTEMPT = f"UPDATE engine_attempt SET {_TRIED} WHERE id = %s"

# The same as one statement each, which is one journey and a transaction of its own. Without
# the lease no part of it writes anything.
_BEGIN = f"""
    begun AS (UPDATE engine_step AS s SET {_BEGUN} FROM held WHERE s.id = %s <unhindered>
        RETURNING s.id, s.attempts),
    tries AS (INSERT INTO engine_attempt {_TRYING} FROM begun RETURNING id, n)
    SELECT held.*, tries.id, tries.n FROM held LEFT JOIN tries ON TRUE"""
_BEGIN_AT_ONCE = f"WITH held AS ({leases.KEEP}), {_BEGIN.replace('<unhindered>', '')}"
_BEGIN_CLAIMED = f"WITH held AS (SELECT), {_BEGIN.replace('<unhindered>', '')}"
_ENDING = f"""
    ended AS (UPDATE engine_step AS s SET {_ENDED} FROM held WHERE s.id = %s),
    tried AS (UPDATE engine_attempt AS a SET {_TRIED} FROM held WHERE a.id = %s)"""
_SUCCEED_AT_ONCE = f"""
    WITH held AS ({leases.GET_ON}), {_ENDING}, {
    _BEGIN.replace(
        "<unhindered>", "AND held.requested = '' AND COALESCE(held.glance, '') <> 'closed'"
    )
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is written down before a step is tried. With `is_sending` it may have an effect."""

    act: str
    is_sending: bool
    state: StepState


@transaction.atomic(durable=True)
def begin(claim: Claim, step: Step, beginning: Beginning) -> Begun:
    """Records that a try starts."""
    if sql.can_chain():
        asked_at = time.monotonic()
        chain = [*leases.keeping(claim.lease), *_begin_parameters(claim, step, beginning)]
        [found] = sql.together((_BEGIN_AT_ONCE, chain), ends=True)
        seen, begun = leases.seen(claim.lease, found, asked_at), [found[0][-2:]]
    else:
        seen, [_, begun] = leases.look(claim.lease, *_beginning(claim, step, beginning))
    limits.remember(claim.job.resource_id, seen.resource)
    return _begun(claim, step, beginning, begun)


def begin_with_claim(claim: Claim, step: Step, beginning: Beginning) -> Begun:
    """The same in the transaction of the claim itself, which it ends."""
    chain = _begin_parameters(claim, step, beginning)
    [found] = sql.together((_BEGIN_CLAIMED, chain), ends=True)
    return _begun(claim, step, beginning, found)


def _begin_parameters(claim: Claim, step: Step, beginning: Beginning) -> list[Any]:
    """The parameters of _BEGIN."""
    of_step = [beginning.state, beginning.is_sending, step.pk]
    return [*of_step, *_trying(claim, beginning)]


def _trying(claim: Claim, beginning: Beginning) -> list[Any]:
    return [beginning.act, _actor(claim), claim.lease.token, _digest(claim.job.payload)]


def _beginning(claim: Claim, step: Step, beginning: Beginning) -> list[sql.Statement]:
    return [
        (_BEGIN_STEP, [beginning.state, beginning.is_sending, step.pk]),
        (_BEGIN_ATTEMPT, [*_trying(claim, beginning), step.pk]),
    ]


def _begun(claim: Claim, step: Step, beginning: Beginning, begun: list[sql.Row]) -> Begun:
    [[attempt_id, n]] = begun
    was, step.state, step.attempts = step.state, beginning.state, n
    attempt = Attempt(pk=attempt_id, step=step, n=n, act=beginning.act, actor=_actor(claim))
    return Begun(attempt=attempt, was=was)


def _actor(claim: Claim) -> str:
    return claim.job.last_actor or claim.job.actor


@transaction.atomic(durable=True)
def about_to_send(claim: Claim, step: Step) -> None:
    """Records that the step sends from now on: what gets lost has to settle from then on."""
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
) -> tuple[leases.Seen, Begun | None]:
    """Records a finished step. Progress forgives crashes and clears the last error.

    Begins the following step with it, where nothing was asked of the job meanwhile and its
    resource may still be called: it comes second. All or nothing of it is written,
    in the caller's transaction if there is one.
    """
    output, ended, ended_attempt = _ends(step, attempt, state, tried)
    if sql.can_chain():
        asked_at = time.monotonic()
        next_begun = (
            _begin_parameters(claim, following.step, following.beginning) if following else NO_STEP
        )
        chain = [*leases.keeping(claim.lease), *ended, *ended_attempt, *next_begun]
        found = sql.rows(_SUCCEED_AT_ONCE, chain)
        seen = leases.seen(claim.lease, found, asked_at)
        begun = [row[-2:] for row in found if row[-1] is not None]
    else:
        with transaction.atomic():
            seen, answers = leases.get_on(
                claim.lease,
                (_END_STEP, ended),
                (_END_ATTEMPT, ended_attempt),
                *(_unhindered(claim, following) if following else ()),
            )
        begun = answers[-1] if following else []
    step.state = state
    step.output = json.loads(output)  # as later steps see it after a claim, too
    if following is None or not begun:
        return seen, None
    return seen, _begun(claim, following.step, following.beginning, begun)


def finish(claim: Claim, step: Step, attempt: Attempt, tried: Tried, *, reason: str) -> bool:
    """Records the last step's success and moves its job to DONE, both in one journey.

    False, and nothing is written, where it takes more than that: something was asked of the
    job, its lease is gone, or the database has no such statement.
    """
    if not sql.can_chain():
        return False
    output, ended, ended_attempt = _ends(step, attempt, StepState.DONE, tried)
    chain = _ENDING, [*ended, *ended_attempt]
    if not moves.finish(claim.job, chain, lease=claim.lease, reason=reason):
        return False
    step.state, step.output = StepState.DONE, json.loads(output)
    return True


def _ends(
    step: Step, attempt: Attempt, state: StepState, tried: Tried
) -> tuple[str, list[Any], list[Any]]:
    """The step's output as kept, and the parameters of what ends the step and its attempt."""
    output = json.dumps(tried.output, cls=DjangoJSONEncoder)
    ended = [state, output, state != StepState.OPEN, step.pk]
    return output, ended, [tried.outcome, tried.duration_ms, attempt.pk]


NO_STEP = ["", False, None, "", "", 0, ""]


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
    is_lost = tried.may_have_sent and state == StepState.IN_DOUBT
    lost: dict[str, Any] = {"sent_at": Now()} if is_lost else {}  # it settles from now on
    Step.objects.filter(pk=step.pk).update(
        state=state,
        attempts=F("attempts") - (1 - burnt),
        last_error_kind=report.kind,
        tries_alike=alike,
        failing_since=(step.failing_since or Now()) if verdict.burns else None,
        **lost,
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
    leases.keep(  # the job's row before its slot's, as everybody locks them
        claim.lease,
        state=JobState.COMPENSATING if is_back else JobState.QUEUED,
        due_at=due_at or Now(),
        **GIVEN_BACK,
        **fields,
    )
    leases.free_slot(claim.lease.job_id)


def _end(attempt: Attempt, tried: Tried, **fields: Any) -> None:
    ended = {"outcome": tried.outcome, "duration_ms": tried.duration_ms, **fields}
    Attempt.objects.filter(pk=attempt.pk).update(finished_at=Now(), **ended)


def _digest(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
