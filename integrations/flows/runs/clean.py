"""Whether the newest plan of a flow speaks for going live."""

from datetime import datetime, timedelta

from django.conf import settings

from integrations.flows.runs.basis import is_outdated
from integrations.flows.runs.guard import needs_permission
from integrations.looks.written import duration
from integrations.models import Flow, Run

LOOKED = (Flow.Mode.SHADOW, Flow.Mode.ASSISTED)


def objection(flow: Flow, *, now: datetime) -> str:
    """What speaks against going live, as a sentence; empty when a clean plan speaks for it.

    Clean is the newest run that looked at everything there is, if it came to its end not long
    ago, by the rules of now, without a failed or skipped record and without removals that nobody
    has allowed.
    """
    looked = flow.runs.filter(mode__in=LOOKED, applies=None).exclude(state=Run.State.RUNNING)
    newest = looked.filter(window_start=None).order_by("-id").first() or looked.first()
    if newest is None:
        return "It has never been run in shadow or assisted mode: nobody knows what it would do."
    name = f"Run {newest.pk}, its newest plan,"
    if newest.state != Run.State.DONE or newest.finished_at is None:
        return f"{name} did not end: it is {newest.get_state_display().lower()}."
    age, most = now - newest.finished_at, timedelta(seconds=settings.PLAN_FRESH_S)
    if age > most:
        return f"{name} is {duration(age)} old; it may be {duration(most)} old."
    return _content(flow, newest, name)


def _content(flow: Flow, newest: Run, name: str) -> str:
    if not newest.is_complete:
        complete = f"`manage.py flow run {flow.pk} --complete`"
        return f"{name} is of what changed only; {complete} looks at everything."
    if is_outdated(flow, newest.basis):
        return (
            f"{name} was made with other settings, connections or mappings than there are now: "
            "run it again."
        )
    if newest.failed:
        return f"{name} has {newest.failed:,} failed record{'' if newest.failed == 1 else 's'}."
    if needs_permission(newest):
        return f"{name} removes {newest.removed:,} records, and nobody has allowed that."
    if newest.skipped:
        left_out = f"{newest.skipped:,} record{'' if newest.skipped == 1 else 's'}"
        return f"{name} leaves out {left_out}: its plan says why of each."
    return ""
