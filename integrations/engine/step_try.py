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
from integrations.engine.tried import Begun, Tried
from integrations.errors import Fenced


class StepTry:
    """A try of `step`, whose effect may exist already when `looks_first` says so."""

    def __init__(self, claim: Claim, spec: StepSpec, begun: Begun) -> None:
        self.claim, self.spec, self.step = claim, spec, begun.attempt.step
        self.looks_first = looks_first(spec, self.step)
        self.was_in_doubt = begun.was == StepState.IN_DOUBT
        self.passed_checkpoint = False
        self._sent = False
        self._noted_at = time.monotonic()  # when it was last written down that it may send

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
            self._note_send()
        self._sent = True
        faults.reach("intent", self.spec.name)
        output = self.spec.do(ctx)
        faults.reach("sent", self.spec.name)
        return Tried(outcome=Attempt.DONE, output=dict(output or {}))

    def _checkpoint(self, ctx: StepContext, point: str) -> None:
        # What is lost from here on was sent now, not when the step began: it has to settle.
        is_old = time.monotonic() - self._noted_at > leases.SURE_FOR_S
        if is_old and self._sent and self.spec.find is not None:
            self._note_send()
        ctx.checkpoint()
        self.passed_checkpoint = True
        faults.reach(point, self.spec.name)

    def _note_send(self) -> None:
        ledger.about_to_send(self.claim, self.step)
        self._noted_at = time.monotonic()

    def _undo(self, ctx: StepContext) -> Tried:
        faults.reach("undo_intent", self.spec.name)
        if self.spec.undo is not None:
            self.spec.undo(ctx)
        faults.reach("undo_sent", self.spec.name)
        return Tried(outcome=Attempt.UNDONE, output=self.step.output)

    def _settles_at(self, ctx: StepContext) -> datetime:
        sent_at = self.step.sent_at or clock.now()
        return sent_at + timedelta(seconds=self.spec.settle_time_s(ctx))


def looks_first(spec: StepSpec, step: Step) -> bool:
    """Whether an earlier try may have taken effect, so that a look must come before the next."""
    return spec.find is not None and step.sent_at is not None


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
