"""What is wrong after a cell: read from the stand-in's log and the ledger, from nothing else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from integrations.engine import clock
from integrations.engine.declare import kind_named
from integrations.engine.explain import why
from integrations.engine.models import (
    CLAIMABLE,
    OPEN,
    Attempt,
    JobState,
    Slot,
    StepState,
    SyncJob,
)
from integrations.errors import Kind
from integrations.standin import LogEntry
from tests.faults.remote import UNDONE_BY, Effect, effects

# These cost a step no attempt: they say nothing about it.
UNBURNT = (Kind.THROTTLED, Kind.AUTH_FAILED, Attempt.UNSETTLED)
NOT_FAILED = (
    "",
    Attempt.DONE,
    Attempt.ADOPTED,
    Attempt.UNDONE,
    Attempt.ABSENT,
    Attempt.CRASHED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a cell must come to. `jobs` maps references to the states their jobs end in.

    `waits` are the routes that must stay quiet after a 429, for the seconds it asked for.
    """

    jobs: dict[str, str]
    waits: frozenset[str] = frozenset()
    retry_after_s: float = 0.0


@dataclass(slots=True)
class Found:
    """`doubled` names every effect that happened once too often, as often as it did."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def check(log: list[LogEntry], expected: Expected) -> Found:
    """Everything that is wrong, in words."""
    jobs = list(SyncJob.objects.select_related("resource").order_by("key", "seq"))
    happened = effects(log)
    return Found(
        lost=[*_missing_jobs(jobs, expected), *_missing_effects(jobs, happened)],
        doubled=list(_doubled(happened)),
        wrong=[
            *_wrong_ends(jobs, expected),
            *_out_of_order(jobs, happened),
            *_badly_undone(jobs, happened),
            *_unknown_effects(jobs, happened),
            *_silent_waits(jobs),
            *_open_attempts(),
            *_miscounted(jobs),
            *_slots_of_ended_jobs(),
            *_calls_too_early(log, expected),
        ],
    )


def is_at_rest() -> bool:
    """Whether nothing is left that a worker could do, now or later."""
    jobs = list(SyncJob.objects.filter(state__in=OPEN).order_by("key", "seq"))
    return not any(job.is_leased for job in jobs) and all(
        _waits_for_a_person(job, jobs) for job in jobs
    )


def _waits_for_a_person(job: SyncJob, jobs: list[SyncJob]) -> bool:
    if job.state not in CLAIMABLE:
        return True
    older = [one for one in jobs if one.key == job.key and one.seq < job.seq]
    return any(not (one.state == JobState.PARKED and one.coalesces) for one in older)


def _reference(job: SyncJob) -> str:
    return str(job.payload["reference"])


def _missing_jobs(jobs: list[SyncJob], expected: Expected) -> Iterator[str]:
    for reference in set(expected.jobs) - {_reference(job) for job in jobs}:
        yield f"job {reference} was accepted and is gone"


def _missing_effects(jobs: list[SyncJob], happened: list[Effect]) -> Iterator[str]:
    there = {(effect.route, effect.reference) for effect in happened if not effect.is_undo}
    for job in jobs:
        for step in job.steps.filter(state__in=[StepState.DONE, StepState.UNDONE]):
            if (step.name, _reference(job)) not in there:
                yield f"{step.name} of {_reference(job)} is recorded and never happened"


def _doubled(happened: list[Effect]) -> Iterator[str]:
    counted = Counter((effect.route, effect.reference) for effect in happened if not effect.is_undo)
    for (route, reference), times in counted.items():
        yield from [f"{route} of {reference} happened {times} times"] * (times - 1)


def _wrong_ends(jobs: list[SyncJob], expected: Expected) -> Iterator[str]:
    for job in jobs:
        wanted = expected.jobs.get(_reference(job))
        if job.state != wanted:
            yield f"{_reference(job)} is {job.state}, not {wanted}: {why(job) or job.error_text}"


def _out_of_order(jobs: list[SyncJob], happened: list[Effect]) -> Iterator[str]:
    """First effects of one key and route come in the order in which the jobs were asked for."""
    for key in sorted({job.key for job in jobs}):
        places = {_reference(job): job.seq for job in jobs if job.key == key}
        of_key = [effect for effect in happened if effect.reference in places]
        for route in sorted({effect.route for effect in of_key if not effect.is_undo}):
            made = dict.fromkeys(effect.reference for effect in of_key if effect.route == route)
            if sorted(made, key=places.__getitem__) != list(made):
                yield f"{route} of {key} took effect in the order {', '.join(made)}"


def _badly_undone(jobs: list[SyncJob], happened: list[Effect]) -> Iterator[str]:
    for job in jobs:
        own = [effect for effect in happened if effect.reference == _reference(job)]
        undone = [effect.route for effect in own if effect.is_undo]
        wanted = _to_undo(job, own)
        if undone != wanted:
            yield (
                f"{_reference(job)} is {job.state}: undone {undone or 'nothing'}, "
                f"declared {wanted or 'nothing'}"
            )


def _to_undo(job: SyncJob, own: list[Effect]) -> list[str]:
    """What must have been taken back of this job, in that order."""
    if job.state != JobState.COMPENSATED:
        return []
    undoable = {spec.name for spec in kind_named(job.kind).steps if spec.undo}
    done = [effect.route for effect in own if not effect.is_undo and effect.route in undoable]
    return [UNDONE_BY[route] for route in reversed(dict.fromkeys(done))]


def _unknown_effects(jobs: list[SyncJob], happened: list[Effect]) -> Iterator[str]:
    recorded = {
        (step.name, _reference(job))
        for job in jobs
        for step in job.steps.filter(state__in=[StepState.DONE, StepState.UNDONE])
    }
    for effect in happened:
        if not effect.is_undo and (effect.route, effect.reference) not in recorded:
            yield f"{effect.route} of {effect.reference} happened and is not recorded"


def _silent_waits(jobs: list[SyncJob]) -> Iterator[str]:
    """Open jobs without a due time to come, a live lease or a named reason."""
    now = clock.now()
    open_jobs = [job for job in jobs if job.is_open]
    for job in open_jobs:
        named = (job.state == JobState.WAITING and job.wait_reason) or (
            job.state == JobState.PARKED and job.error_text
        )
        leased = job.lease_until is not None and job.lease_until > now
        due = job.state in CLAIMABLE and job.due_at is not None and job.due_at > now
        blocked = job.state in CLAIMABLE and _waits_for_a_person(job, open_jobs)
        if not (named or leased or due or blocked) or not why(job):
            yield f"{_reference(job)} is {job.state} without due time, lease or reason"


def _open_attempts() -> Iterator[str]:
    for attempt in Attempt.objects.filter(outcome="").select_related("step__job"):
        yield f"try {attempt.n} of {attempt.step.name} of job {attempt.step.job_id} has no outcome"


def _miscounted(jobs: list[SyncJob]) -> Iterator[str]:
    """A throttled or unsettled try burns no attempt, every other does."""
    for job in jobs:
        outcomes = []
        for step in job.steps.all():
            tries = list(step.tries.exclude(outcome__in=UNBURNT).values_list("outcome", flat=True))
            outcomes += tries
            if step.attempts != len(tries):
                yield f"{step.name} of {_reference(job)} counts {step.attempts} of {len(tries)}"
        failures = sum(outcome not in NOT_FAILED for outcome in outcomes)
        if job.attempts != failures:
            yield f"{_reference(job)} counts {job.attempts} failures of {failures}"


def _slots_of_ended_jobs() -> Iterator[str]:
    for slot in Slot.objects.exclude(job=None).select_related("job"):
        if slot.job is not None and not slot.job.is_leased:
            yield f"slot {slot} is held by job {slot.job_id}, which is {slot.job.state}"


def _calls_too_early(log: list[LogEntry], expected: Expected) -> Iterator[str]:
    for answer in (entry for entry in log if entry.status == 429):
        until = answer.at + timedelta(seconds=expected.retry_after_s)
        for call in log:
            if answer.at < call.at < until and call.route in expected.waits:
                early_s = (until - call.at).total_seconds()
                yield f"{call.route} was called {early_s:.3f} s before Retry-After was over"
