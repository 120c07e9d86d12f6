"""One try of one step: looks first where it must, acts, and tells how it ended."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.engine import clock, context, faults, ledger
from integrations.engine import lease as leases
from integrations.engine.claim import Claim
from integrations.engine.declare import StepContext, StepSpec
from integrations.engine.models import Attempt, Step, StepState
from integrations.engine.tried import Tried
from integrations.errors import Fenced


class StepTry:
    """A try of `step`, whose effect may exist already when `looks_first` says so."""

    def __init__(self, claim: Claim, spec: StepSpec, step: Step) -> None:
        self.claim, self.spec, self.step = claim, spec, step
        self.looks_first = spec.find is not None and step.sent_at is not None
        self.was_in_doubt = step.state == StepState.IN_DOUBT
        self.passed_checkpoint = False
        self._sent = False

    def act(self, ctx: StepContext, *, may_send: bool = True) -> Tried:
        """Finds or does; with `may_send=False` it only looks, and says ABSENT for nothing."""
        seen = replace(ctx, checkpoint=lambda: self._checkpoint(ctx, "checked"))
        return self._timed(ctx, lambda: self._find_or_do(seen, may_send))

    def undo(self, ctx: StepContext) -> Tried:
        seen = replace(ctx, checkpoint=lambda: self._checkpoint(ctx, "undo_checked"))
        return self._timed(ctx, lambda: self._undo(seen))

    def _timed(self, ctx: StepContext, act: Callable[[], Tried]) -> Tried:
        started = time.monotonic()
        ids = context.Current(job_id=ctx.job_id, step_id=ctx.step_id, attempt_id=ctx.attempt_id)
        try:
            with context.working_on(ids):
                tried = act()
        except Fenced:
            raise
        except Exception as exc:  # any failure becomes a row; nobody else catches
            tried = Tried(error=exc, may_have_sent=self._sent)
        return replace(tried, duration_ms=int((time.monotonic() - started) * 1000))

    def _find_or_do(self, ctx: StepContext, may_send: bool) -> Tried:
        if self.looks_first and self.spec.find is not None:
            found = self.spec.find(ctx)
            faults.reach("looked", self.spec.name)
            if found is not None:
                return Tried(outcome=Attempt.ADOPTED, output=dict(found))
            settles_at = self._settles_at(ctx)
            if settles_at > clock.now():
                return Tried(outcome=Attempt.UNSETTLED, settles_at=settles_at)
        if not may_send:
            return Tried(outcome=Attempt.ABSENT)
        if self.looks_first:
            ledger.send_again(self.claim, self.step)
        self._sent = True
        faults.reach("intent", self.spec.name)
        output = self.spec.do(ctx)
        faults.reach("sent", self.spec.name)
        return Tried(outcome=Attempt.DONE, output=dict(output or {}))

    def _checkpoint(self, ctx: StepContext, point: str) -> None:
        ctx.checkpoint()
        self.passed_checkpoint = True
        faults.reach(point, self.spec.name)

    def _undo(self, ctx: StepContext) -> Tried:
        faults.reach("undo_intent", self.spec.name)
        if self.spec.undo is not None:
            self.spec.undo(ctx)
        faults.reach("undo_sent", self.spec.name)
        return Tried(outcome=Attempt.UNDONE, output=self.step.output)

    def _settles_at(self, ctx: StepContext) -> datetime:
        sent_at = self.step.sent_at or clock.now()
        return sent_at + timedelta(seconds=self.spec.settle_time_s(ctx))


def context_of(
    claim: Claim,
    step: Step,
    attempt: Attempt,
    outputs: dict[str, dict[str, Any]],
    got_on: Callable[[], None],
) -> StepContext:
    """What the step gets to see. Its checkpoints say that it gets on."""

    def checkpoint() -> None:
        leases.check(claim.lease)
        got_on()

    return StepContext(
        job_id=claim.job.pk,
        step_id=step.pk,
        attempt_id=attempt.pk,
        payload=claim.job.payload,
        outputs=outputs,
        resources=claim.job.resources,
        attempt=step.attempts,
        actor=attempt.actor,
        checkpoint=checkpoint,
    )
