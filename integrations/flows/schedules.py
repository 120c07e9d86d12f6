"""Flows that run by the clock: cron expressions in UTC."""

import logging
from datetime import UTC, datetime

from croniter import croniter
from django.db import transaction
from django.db.models import Q

from integrations.errors import NeedsOperator
from integrations.flows.runs import is_batch, request_run
from integrations.models import Flow

logger = logging.getLogger(__name__)

EVERY_S = 5.0
ACTOR = "schedule"


def next_run_at(flow: Flow, *, now: datetime) -> datetime | None:
    """When the flow runs next by its schedule; None without one or while it is off.

    Runs that fell into a time when nothing ran are not made up for one by one.
    """
    if not flow.schedule or flow.mode == Flow.Mode.OFF:
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


def run_due_schedules(now: datetime) -> int:
    """Starts a run of every flow that is due; returns how many. Called by the beat.

    Safe in several processes at once: the row is locked, and a flow has one open run.
    """
    due = Flow.objects.exclude(schedule="").exclude(mode=Flow.Mode.OFF)
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
