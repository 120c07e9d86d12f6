"""Switching flows between off, shadow, assisted and live; the only place that does.

Any mode may follow any other: turning a flow down must always be possible at once, and what
a higher mode needs is checked by the guards here, not by the mode it comes from.
"""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.errors import NeedsOperator
from integrations.flows import schedules
from integrations.flows.ends import refuse_wrong_roles
from integrations.flows.orders.working import FLOW_NOT_WRITING, WRITING
from integrations.flows.runs import is_batch
from integrations.flows.runs.clean import objection
from integrations.models import Flow, StateChange

SWEEP_PLACE = {"swept_until", "place"}
LONGEST_REASON = 500


@transaction.atomic
def set_mode(
    flow: Flow,
    mode: str,
    *,
    actor: str,
    reason: str = "",
    live_from: datetime | None = None,
    despite_plan: bool = False,
    now: datetime | None = None,
) -> Flow:
    """Switches the flow and writes history; the mode it has already changes nothing.

    A batch flow goes live when its newest plan is clean (`runs.clean.objection`), or with
    `despite_plan`: the person has read what speaks against it, which history keeps.

    An order flow that begins to write gets a start instant: `live_from` (aware), or now;
    orders placed earlier are never pushed by themselves, also not those from before a pause.
    Jobs that stopped because the flow did not write go on. Raises NeedsOperator when the flow
    may not have that mode.
    """
    now = now or timezone.now()
    locked = Flow.objects.select_for_update().get(pk=flow.pk)
    wanted = _known(mode)
    if wanted in WRITING:
        refuse_wrong_roles(locked.kind, locked.source, locked.target)
        _refuse_second_owner(locked)
    reason = _with_objection(locked, wanted, reason, despite_plan=despite_plan, now=now)
    before, start_before = locked.mode, locked.live_from
    locked.mode = wanted
    _set_start(locked, live_from, now, before)
    if (before, start_before) != (locked.mode, locked.live_from):
        locked.next_run_at = schedules.next_run_at(locked, now=now)
        locked.save(update_fields=["mode", "live_from", "next_run_at", "cursor"])
        _note(locked, before=before, actor=actor, reason=reason, now=now)
    if wanted in WRITING and before not in WRITING:
        _requeue_waiting(locked, actor)
    flow.refresh_from_db()
    return flow


def _known(mode: str) -> Flow.Mode:
    try:
        return Flow.Mode(mode)
    except ValueError as exc:
        known = ", ".join(Flow.Mode.values)
        raise NeedsOperator(
            f"There is no mode {mode!r}; a flow is one of: {known}.", reason="mode_unknown"
        ) from exc


def _with_objection(
    flow: Flow, wanted: Flow.Mode, reason: str, *, despite_plan: bool, now: datetime
) -> str:
    """The reason, with what spoke against going live and was read."""
    if wanted != Flow.Mode.LIVE or flow.is_live or not is_batch(flow.kind):
        return reason
    against = objection(flow, now=now)
    if against is None:
        return reason
    if not despite_plan:
        raise NeedsOperator(
            f"{flow} does not go live: {against.sentence}",
            reason="no_clean_plan",
            hint="Run it in shadow and look at its plan, or go live nevertheless: "
            "“I have read it” here, --despite-plan at the command line.",
            ids={"flow": flow.pk},
        )
    return f"{reason} Went live despite: {against.sentence}".strip()


def _refuse_second_owner(flow: Flow) -> None:
    """The flows are the matrix of who owns what: nothing may be owned twice."""
    others = Flow.objects.filter(kind=flow.kind, mode__in=WRITING).exclude(pk=flow.pk)
    # Orders belong to their storefront; everything else is owned in the target.
    rival = (
        others.filter(source=flow.source)
        if flow.kind == Flow.Kind.ORDERS
        else others.filter(target=flow.target)
    ).first()
    if rival is not None:
        raise NeedsOperator(
            f"{rival} is {rival.get_mode_display()} already; two flows would write the same data.",
            reason="flow_owned",
            hint="Switch that flow to shadow or off first.",
        )


def _set_start(flow: Flow, live_from: datetime | None, now: datetime, before: str) -> None:
    if live_from is not None and live_from.tzinfo is None:
        raise ValueError("live_from needs a time zone.")
    if flow.kind != Flow.Kind.ORDERS or flow.mode not in WRITING:
        return
    known = flow.live_from if before in WRITING else None
    start = live_from or known or now
    if flow.live_from is None or start < flow.live_from:
        # What the sweep has passed already must be looked at again.
        flow.cursor = {
            name: value for name, value in flow.cursor.items() if name not in SWEEP_PLACE
        }
    flow.live_from = start


def _requeue_waiting(flow: Flow, actor: str) -> None:
    """Jobs that parked because this flow did not write."""
    cause = f"{FLOW_NOT_WRITING}:{flow.source_id}"
    for job in SyncJob.objects.filter(state=JobState.PARKED, error_cause=cause):
        with suppress(MoveRefused):  # its edit waits for a second person, or it went on already
            verbs.requeue(job, actor=actor, reason="the flow writes again")


def _note(flow: Flow, *, before: str, actor: str, reason: str, now: datetime) -> None:
    StateChange.objects.create(
        subject="flow",
        subject_id=flow.pk,
        before=before,
        after=flow.mode,
        actor=actor,
        reason=reason[:LONGEST_REASON],
        at=now,
    )
