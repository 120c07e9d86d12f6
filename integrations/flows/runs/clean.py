"""Whether the newest plan of a flow speaks for going live."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from integrations.flows.runs.basis import is_outdated
from integrations.flows.runs.guard import needs_permission
from integrations.flows.runs.reasons import Reason, in_words, reasons_of
from integrations.looks.written import duration
from integrations.models import Flow, Run

LOOKED = (Flow.Mode.SHADOW, Flow.Mode.ASSISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What speaks against going live. Where it is records that were left out, `reasons` are those
    of most of them, in the plan of run `run_id`, and `others` are left out for others."""

    text: str
    run_id: int | None = None
    action: str = ""
    reasons: tuple[Reason, ...] = ()
    others: int = 0

    @property
    def sentence(self) -> str:
        if not self.action:
            return self.text
        return f"{self.text.removesuffix('.')}: {in_words(self.reasons, self.others)}."


def objection(flow: Flow, *, now: datetime) -> Objection | None:
    """What speaks against going live; None when a clean plan speaks for it.

    Clean is the newest run that looked at everything there is, if it came to its end not long
    ago, by the rules of now, without a failed or skipped record and without removals that nobody
    has allowed.
    """
    looked = flow.runs.filter(mode__in=LOOKED, applies=None).exclude(state=Run.State.RUNNING)
    newest = looked.filter(window_start=None).order_by("-id").first() or looked.first()
    if newest is None:
        return Objection(
            text="It has never been run in shadow or assisted mode: nobody knows what it would do."
        )
    name = f"Run {newest.pk}, its newest plan,"
    if newest.state != Run.State.DONE or newest.finished_at is None:
        return Objection(text=f"{name} did not end: it is {newest.get_state_display().lower()}.")
    age, most = now - newest.finished_at, timedelta(seconds=settings.PLAN_FRESH_S)
    if age > most:
        return Objection(text=f"{name} is {duration(age)} old; it may be {duration(most)} old.")
    return _content(flow, newest, name)


def _content(flow: Flow, newest: Run, name: str) -> Objection | None:
    if not newest.is_complete:
        complete = f"`manage.py flow run {flow.pk} --complete`"
        return Objection(
            text=f"{name} is of what changed only; {complete} looks at everything.",
        )
    if is_outdated(flow, newest.basis):
        return Objection(
            text=f"{name} was made with other settings, connections or mappings than there are "
            "now: run it again."
        )
    if newest.failed:
        return _left_out(newest, "failed", f"{name} has {_records(newest.failed, 'failed ')}.")
    if needs_permission(newest):
        text = f"{name} removes {newest.removed:,} records, and nobody has allowed that."
        return Objection(text=text)
    if newest.skipped:
        return _left_out(newest, "skip", f"{name} leaves out {_records(newest.skipped)}.")
    return None


def _left_out(run: Run, action: str, text: str) -> Objection:
    reasons, others = reasons_of(run, action)
    return Objection(text=text, run_id=run.pk, action=action, reasons=tuple(reasons), others=others)


def _records(count: int, what: str = "") -> str:
    return f"{count:,} {what}record{'' if count == 1 else 's'}"
