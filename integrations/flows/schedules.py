"""Flows that run by the clock: cron expressions in UTC."""

import logging
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from croniter import croniter
from django.db import transaction
from django.db.models import Q

from integrations.errors import NeedsOperator
from integrations.flows.runs import is_batch, request_run
from integrations.models import Flow, StateChange

logger = logging.getLogger(__name__)

EVERY_S = 5.0
ACTOR = "schedule"
LOOKED_AHEAD = 300  # runs of a schedule, to know how far apart they lie
# How often a new flow runs, in UTC; the catalogue at night, one after the other.
USUAL: dict[str, str] = {
    Flow.Kind.CUSTOMERS: "30 1 * * *",
    Flow.Kind.PRODUCTS: "0 2 * * *",
    Flow.Kind.PRICES: "10 * * * *",
    Flow.Kind.STOCK: "*/5 * * * *",
}


def next_run_at(flow: Flow, *, now: datetime) -> datetime | None:
    """When the flow runs next by its schedule; None without one, while it is off or paused.

    Runs that fell into a time when nothing ran are not made up for one by one.
    """
    if not flow.schedule or flow.mode == Flow.Mode.OFF or flow.is_paused:
        return None
    check_schedule(flow.schedule)
    found: datetime = croniter(flow.schedule, now.astimezone(UTC)).get_next(datetime)
    return found


def check_schedule(schedule: str) -> None:
    """Raises NeedsOperator unless it is a cron expression of five fields, or empty."""
    if schedule and (len(schedule.split()) != 5 or not croniter.is_valid(schedule)):
        raise NeedsOperator(
            f"{schedule!r} is not a schedule.",
            reason="schedule_invalid",
            hint="Five fields in UTC: minute hour day month weekday, as in '*/15 * * * *'.",
        )


def set_schedule(flow: Flow, schedule: str, *, now: datetime) -> None:
    """Gives the flow a schedule, or none; it counts from now."""
    flow.schedule = schedule.strip()
    check_schedule(flow.schedule)
    flow.next_run_at = next_run_at(flow, now=now)
    flow.save(update_fields=["schedule", "next_run_at"])


def interval(schedule: str, *, now: datetime) -> timedelta | None:
    """The longest time between two runs in the coming days; None without a schedule."""
    if not schedule or not croniter.is_valid(schedule):
        return None
    return _longest_gap(
        schedule, now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    )


@lru_cache(maxsize=256)
def _longest_gap(schedule: str, day: datetime) -> timedelta:
    clock = croniter(schedule, day)
    times: list[datetime] = [clock.get_next(datetime) for _ in range(LOOKED_AHEAD)]
    return max(later - earlier for earlier, later in pairwise(times))


@transaction.atomic
def pause(flow: Flow, *, actor: str, reason: str, now: datetime) -> None:
    """Neither the clock nor an event starts a run until `resume`; a press does, and a run that
    is open goes on. Kept in history. A paused flow stays paused."""
    _set_paused(flow, True, actor=actor, reason=reason, now=now)


@transaction.atomic
def resume(flow: Flow, *, actor: str, reason: str, now: datetime) -> None:
    """The clock and events start runs again, from now. Kept in history."""
    _set_paused(flow, False, actor=actor, reason=reason, now=now)


def _set_paused(flow: Flow, paused: bool, *, actor: str, reason: str, now: datetime) -> None:
    locked = Flow.objects.select_for_update().get(pk=flow.pk)
    if locked.is_paused == paused:
        return
    locked.is_paused = paused
    locked.next_run_at = next_run_at(locked, now=now)
    locked.save(update_fields=["is_paused", "next_run_at"])
    StateChange.objects.create(
        subject="flow",
        subject_id=flow.pk,
        after="paused" if paused else "resumed",
        actor=actor,
        reason=reason,
        at=now,
    )
    flow.is_paused, flow.next_run_at = locked.is_paused, locked.next_run_at


def run_due_schedules(now: datetime) -> int:
    """Starts a run of every flow that is due; returns how many. Called by the beat.

    Safe in several processes at once: the row is locked, and a flow has one open run.
    """
    due = Flow.objects.exclude(schedule="").exclude(mode=Flow.Mode.OFF).filter(is_paused=False)
    due = due.filter(Q(next_run_at=None) | Q(next_run_at__lte=now))
    ids = [flow.pk for flow in due if is_batch(flow.kind)]
    return sum(_run_if_due(flow_id, now) for flow_id in ids)


@transaction.atomic
def _run_if_due(flow_id: int, now: datetime) -> bool:
    rows = Flow.objects.select_for_update(skip_locked=True)
    flow = rows.filter(pk=flow_id).first()
    if flow is None:
        return False
    is_due = flow.next_run_at is not None and flow.next_run_at <= now
    try:
        flow.next_run_at = next_run_at(flow, now=now)
    except NeedsOperator as exc:
        logger.warning("schedule_invalid flow=%s error=%s", flow.pk, exc.message)
        return False
    Flow.objects.filter(pk=flow.pk).update(next_run_at=flow.next_run_at)
    if is_due:
        request_run(flow, actor=ACTOR, trigger=ACTOR, now=now)
    return is_due
