"""`manage.py jobs`: what the engine works on, why it waits, and what a person can do."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet

from integrations.engine import edits, explain, verbs
from integrations.engine.models import OPEN, Attempt, JobEdit, JobState, SyncJob
from integrations.engine.presses import AT_ONCE, open_press
from integrations.errors import NeedsOperator, PortalError
from integrations.management import bulk
from integrations.management.command import (
    Answer,
    Misused,
    PortalCommand,
    Verb,
    add_verb,
    command_actor,
    sentence,
    table,
)
from integrations.models import Order

# The verbs here, as they are pressed for everything that matches.
BULK = {
    "requeue": "requeue_jobs",
    "cancel": "cancel_jobs",
    "hold": "hold_jobs",
    "release": "release_jobs",
    "skip": "skip_step",
}
FILTERS = ("state", "kind", "order", "error_cause")


class Command(PortalCommand):
    help = "Lists and shows jobs, and does to them what a person can."

    def add_arguments(self, parser: CommandParser) -> None:
        choices = parser.add_subparsers(dest="verb", required=True)
        listing = add_verb(choices, "list", list_some, help="List jobs; open ones by default.")
        listing.add_argument("--state", choices=[*JobState.values, "open", "all"], default="open")
        listing.add_argument("--kind", help="Only this kind, such as push_order.")
        listing.add_argument(
            "--order", help="Only jobs of this order: its number or storefront id."
        )
        listing.add_argument(
            "--limit", type=_positive, default=50, metavar="N", help="How many at most (50)."
        )
        showing = add_verb(choices, "show", show, help="Show one job with all that happened.")
        showing.add_argument("id", type=int)
        editing = add_verb(choices, "edit", edit, help="Edit a stopped job's payload and requeue.")
        editing.add_argument("id", type=int)
        editing.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="May be repeated."
        )
        editing.add_argument("--reason", required=True, help="Kept with the edit.")
        _add_decision(choices, "approve", approve, help="Take an edit that somebody else proposed.")
        _add_decision(choices, "reject", reject, help="End a proposed edit without taking it.")
        bulk.add_verbs(choices)
        _add_press(choices, "requeue", requeue, help="Try again, now.", needs_reason=False)
        _add_press(choices, "cancel", cancel, help="End jobs, undoing what can be.")
        _add_press(choices, "hold", hold, help="Put jobs aside until they are released.")
        _add_press(choices, "release", release, help="Let held jobs go on.", needs_reason=False)
        skipping = _add_press(choices, "skip", skip, help="Go on without a step done by hand.")
        skipping.add_argument("--step", required=True, help="Its name, as `jobs show` tells it.")


def _add_press(
    choices: Any, name: str, run: Verb, *, help: str, needs_reason: bool = True
) -> CommandParser:
    """A verb for the jobs that are named, or for all that match; many go by a bulk press."""
    verb = BULK[name]
    parser = add_verb(choices, name, partial(_press, verb, run), help=help)
    parser.add_argument("ids", type=int, nargs="*", metavar="id")
    parser.add_argument("--state", choices=[*JobState.values, "open"], help="All in this state.")
    parser.add_argument("--kind", help="All of this kind, such as push_order.")
    parser.add_argument("--order", help="All of this order.")
    parser.add_argument("--error-cause", help="All that stopped for this cause.")
    parser.add_argument(
        "--reason", default="", required=needs_reason, help="Kept in the job's history."
    )
    return parser


def _add_decision(choices: Any, name: str, run: Verb, *, help: str) -> None:
    parser = add_verb(choices, name, run, help=help)
    parser.add_argument("id", type=int, help="The job whose edit waits.")
    parser.add_argument("--reason", required=True, help="Kept with the decision.")


def _press(verb: str, run: Verb, options: dict[str, Any]) -> Answer:
    """Named jobs are pressed here; so are few that match, and many by a job of their own."""
    given = {name: options[name] for name in FILTERS if options[name]}
    if bool(options["ids"]) == bool(given):
        raise Misused(
            "name jobs by their numbers, or say which ones with --state, --kind, --order or "
            "--error-cause; not both."
        )
    if not given:
        return run(options)
    if not options["reason"]:
        raise Misused("everything that matches needs a --reason.")
    found = _filtered({"state": "all", **_without_empty(given)})
    ids = list(found.order_by("id").values_list("pk", flat=True)[: AT_ONCE + 1])
    if len(ids) <= AT_ONCE:
        return run({**options, "ids": ids})
    press = open_press(
        verb,
        found,
        matched=", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in given.items()),
        actor=command_actor(),
        reason=options["reason"],
        options={"step_name": options["step"]} if "step" in options else None,
    )
    line = f"{press.total} jobs match. Bulk press {press.pk} is on its way: "
    return Answer(rows=bulk.row(press), lines=[f"{line}`jobs bulk show {press.pk}`."])


def _without_empty(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.get(name) for name in FILTERS if name != "state" or name in given}


def list_some(options: dict[str, Any]) -> Answer:
    found = _filtered(options).select_related("resource").order_by("-id")[: options["limit"]]
    rows = [_row(job) for job in found]
    cells = [
        [row["id"], row["kind"], row["key"], row["state"], _next_try(row), row["why"]]
        for row in rows
    ]
    lines = table(["ID", "KIND", "KEY", "STATE", "NEXT TRY (UTC)", "WHY"], cells)
    return Answer(rows=rows, lines=lines if rows else ["There is no such job."])


def show(options: dict[str, Any]) -> Answer:
    job = _job(options["id"])
    made = job.edits.select_related("decision").order_by("id")
    row = {
        **_row(job),
        "steps": _steps(job),
        "moves": _moves(job),
        "edits": [_edit_row(one) for one in made],
        "editable": [spec.name for spec in edits.fields_of(job)],
    }
    return Answer(rows=row, lines=_told(row))


def edit(options: dict[str, Any]) -> Answer:
    job = _job(options["id"])
    form = edits.form_of(job)
    data = {name: value for name, value in form.before.items() if value not in (None, False)}
    for given in options["set"]:
        name, sign, value = given.partition("=")
        if not sign or name not in form.fields:
            names = ", ".join(form.fields)
            raise NeedsOperator(
                f"{given!r} sets nothing: --set takes NAME=VALUE with one of {names}.",
                reason="unknown_field",
            )
        data[name] = value
    made = edits.edit(job, data, actor=command_actor(), reason=options["reason"])
    said = f"Job {job.pk}: {made.sentence}."
    if made.needs_second:
        said += " It changes an amount: a second person must approve it."
    return Answer(rows=_edit_row(made), lines=[said])


def approve(options: dict[str, Any]) -> Answer:
    proposed = _proposed(options["id"])
    edits.approve(proposed, actor=command_actor(), reason=options["reason"])
    return Answer(
        rows=_edit_row(proposed), lines=[f"Job {options['id']} goes on with: {proposed.sentence}."]
    )


def reject(options: dict[str, Any]) -> Answer:
    proposed = _proposed(options["id"])
    edits.reject(proposed, actor=command_actor(), reason=options["reason"])
    return Answer(
        rows=_edit_row(proposed), lines=[f"Job {options['id']} stays: the edit is not taken."]
    )


def requeue(options: dict[str, Any]) -> Answer:
    def press(job: SyncJob) -> str:
        verbs.requeue(job, actor=command_actor(), reason=options["reason"])
        return "requeued"

    return _each(options["ids"], press)


def cancel(options: dict[str, Any]) -> Answer:
    def press(job: SyncJob) -> str:
        outcome = verbs.cancel(job, actor=command_actor(), reason=options["reason"])
        return {
            verbs.Cancelled.NOW: "cancelled",
            verbs.Cancelled.UNDOING: "being undone",
            verbs.Cancelled.ASKED: "asked to stop after the step at hand",
        }[outcome]

    return _each(options["ids"], press)


def hold(options: dict[str, Any]) -> Answer:
    def press(job: SyncJob) -> str:
        held = verbs.hold(job, actor=command_actor(), reason=options["reason"])
        return "held" if held.state == JobState.WAITING else "held after the step at hand"

    return _each(options["ids"], press)


def release(options: dict[str, Any]) -> Answer:
    def press(job: SyncJob) -> str:
        verbs.release(job, actor=command_actor(), reason=options["reason"])
        return "released"

    return _each(options["ids"], press)


def skip(options: dict[str, Any]) -> Answer:
    def press(job: SyncJob) -> str:
        step, reason = options["step"], options["reason"]
        verbs.skip_step(job, step, actor=command_actor(), reason=reason)
        return f"going on without {step}"

    return _each(options["ids"], press)


def _proposed(job_id: int) -> JobEdit:
    job = _job(job_id)
    proposed = job.edits.undecided().first()
    if proposed is None:
        raise NeedsOperator(f"No edit of job {job_id} waits for anybody.", reason="no_proposal")
    return proposed


def _decision_row(made: JobEdit) -> dict[str, str] | None:
    if not made.needs_second or made.is_undecided:
        return None
    told = made.decision
    return {"verdict": told.verdict, "actor": told.actor, "reason": told.reason}


def _edit_row(made: JobEdit) -> dict[str, Any]:
    return {
        "edit": made.pk,
        "job": made.job_id,
        "what": made.sentence,
        "changes": made.changes,
        "decision": _decision_row(made),
        "actor": made.actor,
        "reason": made.reason,
        "needs_second": made.needs_second,
    }


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _each(ids: list[int], press: Callable[[SyncJob], str]) -> Answer:
    """Presses the verb on every job; one refusal does not keep it from the others."""
    rows, refusals = [], []
    for job_id in ids:
        try:
            rows.append({"id": job_id, "done": press(_job(job_id))})
        except PortalError as exc:
            refusals.append(sentence(exc))
            rows.append({"id": job_id, "refused": refusals[-1]})
    lines = [f"Job {row['id']} is {row['done']}." for row in rows if "done" in row]
    return Answer(rows=rows, lines=lines, refusal=" ".join(refusals))


def _job(job_id: int) -> SyncJob:
    job = SyncJob.objects.select_related("resource").filter(pk=job_id).first()
    if job is None:
        raise NeedsOperator(
            f"There is no job {job_id}.", reason="unknown_job", hint="`jobs list` shows them."
        )
    return job


def _filtered(options: dict[str, Any]) -> QuerySet[SyncJob]:
    jobs = SyncJob.objects.all()
    if options["state"] == "open":
        jobs = jobs.filter(state__in=OPEN)
    elif options["state"] != "all":
        jobs = jobs.filter(state=options["state"])
    if options["kind"]:
        jobs = jobs.filter(kind=options["kind"])
    if options.get("error_cause"):
        jobs = jobs.filter(error_cause=options["error_cause"])
    if options["order"]:
        jobs = jobs.filter(key__in=_keys_of(options["order"]))
    return jobs


def _keys_of(text: str) -> list[str]:
    named = Q(display_id=text.lstrip("#")) | Q(storefront_ref=text) | Q(erp_number=text)
    orders = list(Order.objects.filter(named))
    if not orders:
        raise NeedsOperator(
            f"There is no order {text!r}.",
            reason="unknown_order",
            hint="Name it by its number in the storefront or in the ERP, or by its storefront id.",
        )
    # Shipments of an order run under a key of their own.
    refs = [order.storefront_ref for order in orders]
    return [f"{word}:{ref}" for ref in refs for word in ("order", "shipments")]


def _row(job: SyncJob) -> dict[str, Any]:
    return {
        "id": job.pk,
        "kind": job.kind,
        "key": job.key,
        "lane": job.lane,
        "state": job.state,
        "why": explain.why(job),
        "due_at": job.due_at.isoformat() if job.state == JobState.QUEUED else None,
        "attempts": job.attempts,
        "error": {
            "kind": job.error_kind,
            "reason": job.error_reason,
            "message": job.error_text,
            "hint": job.error_hint,
        },
        "actor": job.actor,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
    }


def _next_try(row: dict[str, Any]) -> str:
    return row["due_at"][:19].replace("T", " ") if row["due_at"] else "-"


def _steps(job: SyncJob) -> list[dict[str, Any]]:
    steps = job.steps.order_by("n").prefetch_related("tries")
    return [
        {
            "n": step.n,
            "name": step.name,
            "state": step.state,
            "attempts": [_attempt(attempt) for attempt in step.tries.all()],
        }
        for step in steps
    ]


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "n": attempt.n,
        "act": attempt.act,
        "outcome": attempt.outcome or "running",
        "actor": attempt.actor,
        "endpoint": attempt.endpoint,
        "http_status": attempt.http_status,
        "message": attempt.message,
        "remote_words": attempt.remote_words,
        "duration_ms": attempt.duration_ms,
        "started_at": attempt.started_at.isoformat(),
    }


def _moves(job: SyncJob) -> list[dict[str, Any]]:
    return [
        {
            "at": move.at.isoformat(),
            "from": move.from_state,
            "to": move.to_state,
            "actor": move.actor,
            "reason": move.reason,
        }
        for move in job.moves.order_by("id")
    ]


def _told(row: dict[str, Any]) -> list[str]:
    lines = [f"Job {row['id']}  {row['kind']}  {row['key']}  {row['state']}"]
    if row["why"]:
        lines.append(row["why"])
    for step in row["steps"]:
        lines.append(f"  {step['n']}. {step['name']}: {step['state']}")
        lines += [f"       {_attempt_line(attempt)}" for attempt in step["attempts"]]
    if row["editable"]:
        lines.append("Can be edited: " + ", ".join(row["editable"]))
    if row["edits"]:
        lines.append("Edits:")
    lines += [f"  {_edit_line(one)}" for one in row["edits"]]
    if row["moves"]:
        lines.append("History:")
    for move in row["moves"]:
        why = f": {move['reason']}" if move["reason"] else ""
        lines.append(f"  {move['at'][:19]}  {move['from']} → {move['to']} by {move['actor']}{why}")
    return lines


def _edit_line(made: dict[str, Any]) -> str:
    said = f"{made['what']} by {made['actor']}: {made['reason']}"
    decision = made["decision"]
    if decision:
        return f"{said} ({decision['verdict']} by {decision['actor']}: {decision['reason']})"
    return f"{said} (waits for a second person)" if made["needs_second"] else said


def _attempt_line(attempt: dict[str, Any]) -> str:
    took = "" if attempt["duration_ms"] is None else f" in {attempt['duration_ms']} ms"
    words = " ".join(filter(None, (attempt["message"], attempt["remote_words"])))
    said = f": {words}" if words else ""
    return (
        f"{attempt['started_at'][:19]}  {attempt['act']} {attempt['n']} {attempt['outcome']}"
        f"{took} by {attempt['actor']}{said}"
    )
