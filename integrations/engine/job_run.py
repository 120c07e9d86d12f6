"""One claimed job on its way: forward through its steps, or back through their undoing."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import SystemRandom
from typing import Any

from django.db import transaction

from integrations.engine import claim as claims
from integrations.engine import clock, faults, hooks, ledger, limits, moves, retry, signs
from integrations.engine import lease as leases
from integrations.engine.claim import Claim
from integrations.engine.declare import StepContext, StepSpec, kind_named
from integrations.engine.lease import Seen
from integrations.engine.ledger import Beginning, Following
from integrations.engine.limits import Glance
from integrations.engine.models import (
    Attempt,
    JobState,
    Request,
    Step,
    StepState,
    SyncJob,
)
from integrations.engine.report import ErrorReport, failure_kind, report_of
from integrations.engine.retry import OUTAGE, Action, Failure, Verdict
from integrations.engine.step_try import StepTry, context_of, looks_first
from integrations.engine.tried import Begun, Tried
from integrations.errors import Kind

logger = logging.getLogger(__name__)

FINISHED = (StepState.DONE, StepState.SKIPPED)
TOUCHED = (StepState.DONE, StepState.IN_DOUBT)  # may have left something behind
# After these the effect may exist all the same …
DOUBTFUL = (Kind.OUTCOME_UNKNOWN, Kind.BUG)
# … and after anything else that comes behind the step's checkpoint, except a plain refusal.
REFUSED = (Kind.NOT_SENT, Kind.REJECTED, Kind.THROTTLED, Kind.AUTH_FAILED)
DECIDED = (Kind.REJECTED, Kind.NEEDS_OPERATOR)  # park at once, with their own hint
ALL_DONE = "all steps are done"
NOTHING_ASKED = Seen(
    requested=Request.NONE, requested_by="", requested_reason="", resource=Glance.OPEN
)
GAVE_UP = "It failed too often; requeue it when the cause is gone."


class JobRun:
    """Runs a claimed job until it ends or is given back. Fenced passes through.

    `got_on` is called with each step.
    """

    def __init__(self, claim: Claim, got_on: Callable[[], None] = lambda: None) -> None:
        self.claim, self._got_on = claim, got_on
        self.job: SyncJob = claim.job
        self.kind = kind_named(claim.job.kind)
        self.steps = _rows_of_steps(claim, [spec.name for spec in self.kind.steps])
        # What the last look told, until it is used; the claim looked around and took the slot.
        self._seen: Seen | None = NOTHING_ASKED
        # Of the next step, where it began with the claim or with the end of the last one.
        self._begun = claim.begun

    def go(self) -> None:
        if self.job.going_back:
            self._go_back()
        else:
            self._go_forward()

    # --- forward ---------------------------------------------------------------------

    def _go_forward(self) -> None:
        while (spec := self._next()) is not None:
            if self._begun is None and not self._may_go_on(spec):
                return
            if not self._do(spec):
                return
            faults.reach("recorded", spec.name)
        if self.job.state != JobState.DONE:  # nothing was left to do
            self._move(JobState.DONE, ALL_DONE)

    def _next(self, after: Step | None = None) -> StepSpec | None:
        """The first step that is not finished; `after` is just being finished."""
        for spec in self.kind.steps:
            step = self.steps[spec.name]
            if step is not after and step.state not in FINISHED:
                return spec
        return None

    def _do(self, spec: StepSpec, *, may_send: bool = True) -> bool:
        """Tries the step; False when this run of the job ends with it."""
        step = self.steps[spec.name]
        begun, self._begun = self._begun, None
        if begun is None:
            beginning = _beginning(spec, step, may_send=may_send)
            begun = ledger.begin(self.claim, step, beginning)
        trying, attempt = StepTry(self.claim, spec, begun), begun.attempt
        self._got_on()
        tried = trying.act(self._context(step, attempt), may_send=may_send)
        if tried.settles_at is not None:
            ledger.wait_to_settle(self.claim, step, attempt, tried)
            faults.reach("settling", spec.name)
            return False
        if tried.error is not None:
            in_doubt = _stays_in_doubt(trying, tried) and _leaves_traces(spec)
            self._fail(step, attempt, tried, StepState.IN_DOUBT if in_doubt else StepState.OPEN)
            return False
        state = StepState.OPEN if tried.outcome == Attempt.ABSENT else StepState.DONE
        self._succeed(step, attempt, tried, state)
        return True

    # --- back --------------------------------------------------------------------------

    def _go_back(self) -> None:
        for spec in reversed(self.kind.steps):
            step = self.steps[spec.name]
            if spec.undo is None or step.state not in TOUCHED:
                continue
            if not self._may_go_on(spec) or not self._undo(spec):
                return
            faults.reach("undone", spec.name)
        if self.job.requested == Request.CANCEL:
            self._move(JobState.CANCELLED, f"undone for {self.job.requested_by}")
        else:
            self._move(JobState.COMPENSATED, "finished steps are undone")

    def _undo(self, spec: StepSpec) -> bool:
        step = self.steps[spec.name]
        state = StepState(step.state)
        beginning = Beginning(act="undo", is_sending=False, state=state)
        begun = ledger.begin(self.claim, step, beginning)
        attempt = begun.attempt
        self._got_on()
        tried = StepTry(self.claim, spec, begun).undo(self._context(step, attempt))
        if tried.error is not None:
            self._fail(step, attempt, tried, state)
            return False
        self._succeed(step, attempt, tried, StepState.UNDONE)
        return True

    def _can_go_back(self, refused: str) -> bool:
        """Whether something is undone; `refused` as in `JobKind.goes_back`."""
        specs = [spec for spec in self.kind.steps if self.steps[spec.name].state in TOUCHED]
        if not any(spec.undo for spec in specs) or any(spec.pivot for spec in specs):
            return False
        return hooks.agrees(self.kind.goes_back, self.job, refused)

    # --- between steps -----------------------------------------------------------------

    def _may_go_on(self, spec: StepSpec) -> bool:
        """Obeys requests, the supervisor and the limits of the next step's resource."""
        seen, self._seen = self._seen or self._look_around(), None
        if self.job.requested == Request.HOLD and self._hold():
            return False
        wanted = self._resource_for(spec)
        is_closed = wanted == self.job.resource_id and seen.resource == Glance.CLOSED
        if signs.is_stopping() or is_closed:
            self._give_back()
            faults.reach("given_back")
            return False
        if wanted != self.job.resource_id:
            if not self._change_resource(wanted):
                return False
            faults.reach("slot_changed", spec.name)
        if self.job.requested == Request.CANCEL and not self.job.going_back:
            return self._cancel(spec)
        return True

    def _resource_for(self, spec: StepSpec) -> int | None:
        return None if spec.on is None else int(self.job.resources[spec.on])

    def _look_around(self) -> Seen:
        """What was asked of the job meanwhile, and whether its resource may still be called."""
        seen, _ = leases.look(self.claim.lease)
        return self._noticed(seen)

    def _noticed(self, seen: Seen) -> Seen:
        self.job.requested, self.job.requested_by = seen.requested, seen.requested_by
        self.job.requested_reason = seen.requested_reason
        limits.remember(self.job.resource_id, seen.resource)
        return seen

    @transaction.atomic(durable=True)
    def _hold(self) -> bool:
        """Puts the job aside, unless somebody took that wish back since we read it."""
        wished = leases.held(self.claim.lease).filter(requested=Request.HOLD)
        if not wished.update(requested=Request.NONE):
            self._look_around()  # it may have become a cancel
            return False
        moves.move(
            self.job,
            JobState.WAITING,
            reason=self.job.requested_reason,
            actor=self.job.requested_by,
            lease=self.claim.lease,
            wait_reason=f"held: {self.job.requested_reason}"[:200],
        )
        return True

    def _cancel(self, spec: StepSpec) -> bool:
        """Ends the job as asked, after finding out what a step in doubt did; always False."""
        step = self.steps[spec.name]
        in_doubt = step.state == StepState.IN_DOUBT and spec.find is not None
        if in_doubt and not self._do(spec, may_send=False):
            return False
        if self._can_go_back(refused=""):
            self._turn_back(self.job.requested_reason, self.job.requested_by)
            self._go_back()
        else:
            self._move(JobState.CANCELLED, self.job.requested_reason, actor=self.job.requested_by)
        return False

    def _change_resource(self, wanted: int | None) -> bool:
        """Swaps the slot, or gives the job back to wait for the other resource."""
        with (
            self.claim.seat.changing(wanted) as is_room,
            transaction.atomic(durable=True),
        ):
            leases.keep(self.claim.lease, resource_id=wanted)
            leases.free_slot(self.job.pk)
            self.job.resource_id = wanted
            if wanted is None or is_room and _took_slot(wanted, self.job):
                return True
            ledger.give_back(self.claim)
        return False

    # --- endings -----------------------------------------------------------------------

    def _succeed(self, step: Step, attempt: Attempt, tried: Tried, state: StepState) -> None:
        """Writes the success down and, with it, what follows at once: the end or the next step.

        Tells the resource when it ends an outage.
        """
        met_outage = step.last_error_kind in OUTAGE
        failed_at, resource_id = self.job.failed_at, self.job.resource_id
        spec = self._next(after=step) if state == StepState.DONE else None
        following = self._following(spec) if spec else None
        is_last = state == StepState.DONE and spec is None
        if not (is_last and ledger.finish(self.claim, step, attempt, tried, reason=ALL_DONE)):
            with transaction.atomic(durable=True) if is_last else _no_transaction():
                self._seen, self._begun = ledger.succeed(
                    self.claim, step, attempt, state=state, tried=tried, following=following
                )
                self._noticed(self._seen)
                if is_last and self._seen.requested == Request.NONE:
                    self._move(JobState.DONE, ALL_DONE)
        self._note(None)
        if met_outage and failed_at is not None and resource_id is not None:
            limits.note_recovery(resource_id, failed_at=failed_at)

    def _following(self, spec: StepSpec) -> Following | None:
        """The next step, if nothing has to change before it."""
        if self._resource_for(spec) != self.job.resource_id or signs.is_stopping():
            return None
        step = self.steps[spec.name]
        return Following(step=step, beginning=_beginning(spec, step, may_send=True))

    def _fail(self, step: Step, attempt: Attempt, tried: Tried, state: StepState) -> None:
        """Writes the failure down and does what the policy says: again, back or parked."""
        error = tried.error or RuntimeError("a failed try without an error")
        report = report_of(error, job_id=self.job.pk)
        if not report.is_our_database:  # that says nothing about the remote
            self._note(error)
        verdict = self._judge(step, report)
        goes_back = False
        with transaction.atomic(durable=True):
            ledger.fail(
                self.claim, step, attempt, state=state, report=report, verdict=verdict, tried=tried
            )
            step.refresh_from_db()
            if verdict.action == Action.RETRY:
                ledger.give_back(self.claim, due_at=verdict.due_at)
            elif verdict.action == Action.GO_BACK and not self.job.going_back:
                goes_back = self._can_go_back(refused=step.name)
            if goes_back:
                self._turn_back(report.text, "engine")
            elif verdict.action != Action.RETRY:
                self._park(report)
        faults.reach("failed", step.name)
        _log(step, report, verdict)
        if goes_back:
            self._go_back()

    def _park(self, report: ErrorReport) -> None:
        moves.move(
            self.job,
            JobState.PARKED,
            reason=report.text,
            actor="engine",
            lease=self.claim.lease,
            error_hint=report.hint or ("" if report.kind in DECIDED else GAVE_UP),
        )

    def _judge(self, step: Step, report: ErrorReport) -> Verdict:
        if report.kind == Kind.AUTH_FAILED and self.job.resource_id is None:
            return Verdict(action=Action.PARK)  # there is nothing to pause and to wait for
        now = clock.now()
        alike = step.tries_alike if step.last_error_kind == report.kind else 0
        failure = Failure(
            kind=report.kind,
            tries_alike=alike + 1,
            failing_since=step.failing_since or now,
            retry_after_s=report.retry_after_s,
        )
        return retry.judge(self.kind.retry, failure, now=now, rng=SystemRandom())

    def _turn_back(self, reason: str, actor: str) -> None:
        moves.move(
            self.job,
            JobState.COMPENSATING,
            reason=reason,
            actor=actor,
            lease=self.claim.lease,
            going_back=True,
        )
        self.job.going_back = True

    def _move(self, to: JobState, reason: str, *, actor: str = "engine") -> None:
        moves.move(self.job, to, reason=reason, actor=actor, lease=self.claim.lease)

    @transaction.atomic(durable=True)
    def _give_back(self) -> None:
        ledger.give_back(self.claim)

    def _note(self, error: Exception | None) -> None:
        if self.job.resource_id is not None:
            limits.note_outcome(self.job.resource_id, error)

    def _context(self, step: Step, attempt: Attempt) -> StepContext:
        outputs: dict[str, dict[str, Any]] = {
            name: row.output for name, row in self.steps.items() if row.state in FINISHED
        }
        return context_of(self.claim, step, attempt, outputs, self._got_on)


@contextmanager
def _no_transaction() -> Iterator[None]:
    """For a single write, which is one by itself; refuses to run inside another."""
    with transaction.atomic(durable=True):
        pass
    yield


def _stays_in_doubt(trying: StepTry, tried: Tried) -> bool:
    if not tried.may_have_sent:
        return trying.was_in_doubt  # the look itself failed: as much in doubt as before
    kind = None if tried.error is None else failure_kind(tried.error)
    return kind in DOUBTFUL or (trying.passed_checkpoint and kind not in REFUSED)


def _leaves_traces(spec: StepSpec) -> bool:
    return spec.find is not None or spec.undo is not None or spec.pivot


def _beginning(spec: StepSpec, step: Step, *, may_send: bool) -> Beginning:
    return Beginning(
        act="do",
        is_sending=may_send and not looks_first(spec, step),
        state=StepState.IN_DOUBT if _leaves_traces(spec) else StepState.OPEN,
    )


def _took_slot(resource_id: int, job: SyncJob) -> bool:
    patient = claims.is_patient(job.lane)
    available = limits.available(clock.now(), spares_first=patient).filter(pk=resource_id).first()
    return available is not None and claims.enter(limits.door_of(available), job)


def begin_first(claim: Claim) -> Begun | None:
    """Begins the first step in the claim's transaction, unless something is to be done before."""
    job, steps = claim.job, {step.name: step for step in claim.steps or ()}
    if job.going_back or job.requested != Request.NONE or signs.is_stopping():
        return None
    for spec in kind_named(job.kind).steps:
        step = steps.get(spec.name)
        if step is None:
            return None
        if step.state not in FINISHED:
            wanted = None if spec.on is None else job.resources.get(spec.on, 0)
            if wanted != job.resource_id:
                return None
            return ledger.begin_with_claim(claim, step, _beginning(spec, step, may_send=True))
    return None


def _rows_of_steps(claim: Claim, names: list[str]) -> dict[str, Step]:
    """The job's step rows by name; steps that a newer declaration added get theirs now."""
    job = claim.job
    known = claim.steps if claim.steps is not None else list(job.steps.all())
    rows = {step.name: step for step in known}
    last = max((step.n for step in rows.values()), default=0)
    missing = [name for name in names if name not in rows]
    for n, name in enumerate(missing, start=last + 1):
        rows[name] = Step.objects.create(job=job, n=n, name=name)
    return rows


def _log(step: Step, report: ErrorReport, verdict: Verdict) -> None:
    logger.log(
        logging.ERROR if report.kind == Kind.BUG else logging.WARNING,
        "step_failed step=%s error=%s connection=%s endpoint=%s status=%s attempt=%s then=%s "
        "due=%s about=%s words=%s",
        step.name,
        report.kind,
        step.job.resource or "-",
        report.endpoint or "-",
        report.http_status or "-",
        step.attempts,
        verdict.action,
        verdict.due_at or "-",
        step.job.key,
        report.text[:300],
    )
