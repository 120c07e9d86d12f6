"""Edit-and-requeue: a person changes a payload in a checked form, and the job goes on with it.

An edit that touches money is only proposed: the job stays where it is until a second person
approves or rejects it. Everything is decided under the job's row lock, so of two people who
press at once one is second, and what is stale is refused.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from integrations.engine import verbs
from integrations.engine.declare import JobKind, is_known, kind_named
from integrations.engine.editable import EditableField, EditForm, digest
from integrations.engine.models import (
    Attempt,
    EditDecision,
    JobEdit,
    JobState,
    Step,
    StepState,
    SyncJob,
)
from integrations.engine.moves import MoveRefused
from integrations.errors import Kind

EDITABLE = (JobState.PARKED, JobState.WAITING)
Verdict = EditDecision.Verdict
# Tries that may have reached the remote, though nobody knows.
DOUBTFUL = ("", Attempt.CRASHED, Kind.OUTCOME_UNKNOWN, Kind.BUG)


class EditRefused(MoveRefused):
    """The edit, or what was decided about it, is not taken; the message says why."""


def fields_of(job: SyncJob) -> list[EditableField]:
    """What may be edited of this job now; nothing while it runs, ended, or is past it."""
    return [] if _why_not(job) else list(_open_fields(job))


def form_of(job: SyncJob, data: Mapping[str, Any] | None = None) -> EditForm:
    """The form of this job; `data` as a browser posts it, a text per field.

    Raises EditRefused where nothing can be edited.
    """
    why = _why_not(job)
    if why:
        raise _refused(job, why)
    return EditForm(job, _open_fields(job), data)


def undecided() -> QuerySet[JobEdit]:
    """Proposals that wait for a second person, oldest first; not those of jobs that went on."""
    waiting = JobEdit.objects.undecided().filter(job__state__in=EDITABLE)
    return waiting.select_related("job").order_by("id")


@transaction.atomic
def edit(
    job: SyncJob, data: Mapping[str, Any], *, actor: str, reason: str, seen: str = ""
) -> JobEdit:
    """Takes the edit and has the job go on; one that touches money becomes a proposal.

    `data` holds the whole form. `seen` is the digest of the payload that the person looked at:
    the edit is refused when it changed meanwhile.
    """
    job = _locked(job)
    form = form_of(job, data)
    if seen and seen != digest(job.payload):
        raise _refused(job, "it was edited meanwhile; look at it again")
    _refuse_undecided(job)
    if not form.is_valid():
        raise EditRefused(form.sentences(), ids={"job": job.pk})
    changes = _changes(form)
    if not changes:
        raise _refused(job, "nothing was changed")
    made = JobEdit.objects.create(
        job=job,
        changes=changes,
        writes=_writes(job, form, {change["name"] for change in changes}),
        reason=reason[:300],
        actor=actor,
        needs_second=any(change["is_money"] for change in changes),
        seen_digest=digest(job.payload),
        seen_token=job.lease_token,
        waited_for=job.wait_reason,
    )
    if made.needs_second:
        _propose(job, made)
    else:
        _apply(job, made, actor=actor, why=reason)
    return made


@transaction.atomic
def approve(proposed: JobEdit, *, actor: str, reason: str) -> SyncJob:
    """Takes a proposal of somebody else into the payload and has the job go on.

    Refused for the proposer, for one that is decided already, and for one whose job was
    worked on or edited since it was proposed.
    """
    job, proposed = _locked_with(proposed)
    if same_person(actor, proposed.actor):
        raise _refused(job, f"{proposed.actor} proposed it, so somebody else must approve it")
    why = _why_stale(job, proposed)
    if why:
        raise _refused(job, f"{why}; reject this proposal and edit the job anew")
    _decide(proposed, Verdict.APPROVED, actor=actor, reason=reason)
    _apply(job, proposed, actor=actor, why=reason)
    job.refresh_from_db()
    return job


@transaction.atomic
def reject(proposed: JobEdit, *, actor: str, reason: str) -> SyncJob:
    """Ends a proposal without taking it; the proposer withdraws it this way."""
    job, proposed = _locked_with(proposed)
    is_own = same_person(actor, proposed.actor)
    verdict = Verdict.WITHDRAWN if is_own else Verdict.REJECTED
    _decide(proposed, verdict, actor=actor, reason=reason)
    if job.wait_reason == _waits_for(proposed):
        SyncJob.objects.filter(pk=job.pk).update(wait_reason=proposed.waited_for)
    job.refresh_from_db()
    return job


def same_person(one: str, other: str) -> bool:
    """Whether two actors are one person, in the console or at the command line."""
    return _person(one) == _person(other)


def _person(actor: str) -> str:
    return actor.partition(" (")[0].strip().casefold()


# ---------------------------------------------------------------- what may be edited


def _why_not(job: SyncJob) -> str:
    """Why nothing of this job can be edited; empty when something can."""
    if not is_known(job.kind) or not kind_named(job.kind).editable:
        return "nothing of this kind of job can be edited"
    if job.state not in EDITABLE or job.is_leased or job.going_back:
        return "a job can be edited while it is parked or held"
    if not _open_fields(job):
        return "what could be edited was sent already, or may have been"
    return ""


def _open_fields(job: SyncJob) -> list[EditableField]:
    kind = kind_named(job.kind)
    steps = {step.name: step for step in job.steps.all()}
    return [spec for spec in kind.editable if _is_open(kind, spec, steps)]


def _is_open(kind: JobKind, spec: EditableField, steps: Mapping[str, Step]) -> bool:
    """Whether the step that uses the field can still run with it, and nothing later has begun."""
    names = [step.name for step in kind.steps]
    n = names.index(spec.feeds)
    fed, declared = steps.get(spec.feeds), kind.steps[n]
    # What was sent is found again and adopted as it was: such a step cannot run anew.
    can_run_anew = not (declared.find or declared.undo or declared.pivot)
    fresh = (StepState.OPEN, StepState.DONE) if can_run_anew else (StepState.OPEN,)
    if fed is not None and fed.state not in fresh:
        return False
    if fed is not None and spec.sends and _may_have_arrived(fed):
        return False
    later = [steps[name].state for name in names[n + 1 :] if name in steps]
    return all(state == StepState.OPEN for state in later)


def _may_have_arrived(step: Step) -> bool:
    return Attempt.objects.filter(step=step, outcome__in=DOUBTFUL).exists()


# ---------------------------------------------------------------- the difference


def _changes(form: EditForm) -> list[dict[str, Any]]:
    after = form.written()
    return [
        {
            "name": spec.name,
            "label": spec.label,
            "before": form.before[spec.name],
            "after": after[spec.name],
            "is_money": spec.is_money,
        }
        for spec in form.specs
        if not _alike(form.before[spec.name], after[spec.name])
    ]


def _alike(before: Any, after: Any) -> bool:
    return _is_blank(before) and _is_blank(after) or before == after


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or value is False


def _writes(job: SyncJob, form: EditForm, changed: set[str]) -> dict[str, Any]:
    after = form.written()
    writes: dict[str, Any] = {}
    for spec in form.specs:
        if spec.name in changed:
            value = after[spec.name]
            writes[spec.name] = value
            for name, pin in spec.pins.items():
                writes[name] = None if value is None else pin(job)
    return writes


# ---------------------------------------------------------------- taking it


def _propose(job: SyncJob, made: JobEdit) -> None:
    SyncJob.objects.filter(pk=job.pk).update(wait_reason=_waits_for(made))


def _waits_for(made: JobEdit) -> str:
    return f"a second person must approve the edit of {made.labels} by {made.actor}"[:200]


def _apply(job: SyncJob, made: JobEdit, *, actor: str, why: str) -> None:
    """Writes the payload, has the fed steps run again, and lets the job go on."""
    payload = {**job.payload, **made.writes}
    job.payload = {name: value for name, value in payload.items() if value is not None}
    job.wait_reason = made.waited_for if made.needs_second else job.wait_reason
    job.save(update_fields=["payload", "wait_reason"])
    kind = kind_named(job.kind)
    if kind.on_edited is not None:
        kind.on_edited(job, made.writes)
    fed = {spec.feeds for spec in kind.editable if spec.name in made.writes}
    job.steps.filter(name__in=fed, state=StepState.DONE).update(
        state=StepState.OPEN, output={}, finished_at=None
    )
    _repoint(job)
    said = f"edited: {made.sentence} ({why})"
    if job.state == JobState.WAITING:
        verbs.release(job, actor=actor, reason=said)
    else:
        verbs.requeue(job, actor=actor, reason=said)


def _repoint(job: SyncJob) -> None:
    """The next step may be an earlier one than before, on another resource."""
    SyncJob.objects.filter(pk=job.pk).update(resource_id=verbs.next_resource(job))


def _why_stale(job: SyncJob, proposed: JobEdit) -> str:
    why = _why_not(job)
    if why:
        return why
    if job.lease_token != proposed.seen_token or digest(job.payload) != proposed.seen_digest:
        return "the job changed since the edit was proposed"
    open_names = {spec.name for spec in _open_fields(job)}
    if not {change["name"] for change in proposed.changes} <= open_names:
        return "what it edits was sent already, or may have been"
    form = EditForm(job, _open_fields(job), _data_with(job, proposed))
    return "" if form.is_valid() else form.sentences().rstrip(".")


def _data_with(job: SyncJob, proposed: JobEdit) -> dict[str, Any]:
    """The form as it was posted, from what holds now and the proposal."""
    held = {spec.name: spec.value_now(job) for spec in _open_fields(job)}
    merged = {**held, **proposed.writes}
    return {name: value for name, value in merged.items() if value not in (None, False)}


def _decide(proposed: JobEdit, verdict: Verdict, *, actor: str, reason: str) -> None:
    EditDecision.objects.create(
        edit=proposed, verdict=verdict, proposer=proposed.actor, actor=actor, reason=reason[:300]
    )


# ---------------------------------------------------------------- under the lock


def _locked(job: SyncJob) -> SyncJob:
    return SyncJob.objects.select_for_update().get(pk=job.pk)


def _locked_with(proposed: JobEdit) -> tuple[SyncJob, JobEdit]:
    """The job under its lock and the proposal as it is now; refused when it is decided."""
    job = SyncJob.objects.select_for_update().get(pk=proposed.job_id)
    proposed = JobEdit.objects.select_related("decision").get(pk=proposed.pk)
    if not proposed.needs_second:
        raise _refused(job, "this edit needed nobody's approval")
    if not proposed.is_undecided:
        decision = proposed.decision
        verdict = Verdict(decision.verdict).label.lower()
        raise _refused(job, f"this edit was {verdict} by {decision.actor}")
    return job, proposed


def _refuse_undecided(job: SyncJob) -> None:
    waiting = JobEdit.objects.undecided().filter(job=job).first()
    if waiting is not None:
        raise _refused(job, f"an edit by {waiting.actor} waits for a second person already")


def _refused(job: SyncJob, why: str) -> EditRefused:
    return EditRefused(f"Job {job.pk}: {why}.", ids={"job": job.pk})
