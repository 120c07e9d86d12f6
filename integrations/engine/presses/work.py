"""The job that works through a press, batch by batch.

Each batch is one short transaction that holds the press's row: the rows are pressed, their
members say what came of it, and the counts move, all or nothing. A killed worker has done a
batch or not, and a second one waits for the row and then sees what the first did: no member
is pressed twice, and none is left out.
"""

import logging
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integrations.engine import clock, faults
from integrations.engine.declare import JobKind, StepContext, StepSpec
from integrations.engine.declare import register as register_kind
from integrations.engine.models import (
    TERMINAL,
    JobMove,
    JobState,
    Press,
    PressMember,
    SyncJob,
)
from integrations.engine.outage import is_database_away
from integrations.engine.presses.declared import PressVerb, verb_named
from integrations.engine.start import start_job
from integrations.redact import redact_text

logger = logging.getLogger(__name__)

PRESS_ROWS = "press_rows"
BATCH = 50  # rows whose locks are held together
FORGOTTEN_AT_ONCE = 5000

State = PressMember.State


def start_work(press: Press) -> SyncJob:
    """The job of this press, or its open one."""
    return start_job(
        PRESS_ROWS,
        key=f"press:{press.pk}",
        payload={"press": press.pk},
        resources={},
        actor=press.actor,
        dedupe_key=f"{PRESS_ROWS}:{press.pk}",
        parent=press.job,
    )


def press_members(ctx: StepContext) -> dict[str, Any]:
    """Presses batches until the press is done or the time is up."""
    ends, batches = time.monotonic() + settings.ENGINE["press_pass_s"], 0
    while press_batch(ctx.payload["press"]):
        faults.reach("press_committed")
        ctx.checkpoint()
        batches += 1
        if time.monotonic() > ends:
            break
    return {"press": ctx.payload["press"], "batches": batches}


@transaction.atomic
def press_batch(press_id: int, *, at_most: int = BATCH) -> bool:
    """Presses the next members; False when the press is over."""
    press = Press.objects.select_for_update().get(pk=press_id)
    if not press.is_running:
        return False
    waiting = press.members.filter(state=State.WAITING).order_by("row_id")
    members = list(waiting[:at_most])
    if not members:
        _finish(press)
        return False
    began = press.started_at or clock.now()
    _press_all(press, members)
    faults.reach("pressed")
    counts = Counter(member.state for member in members)
    Press.objects.filter(pk=press.pk).update(
        started_at=began,
        worked_at=clock.now(),
        done=F("done") + counts[State.DONE],
        skipped=F("skipped") + counts[State.SKIPPED],
        failed=F("failed") + counts[State.FAILED],
    )
    if len(members) < at_most:
        _finish(press)
        return False
    return True


def _press_all(press: Press, members: list[PressMember]) -> None:
    verb = verb_named(press.verb)
    # All rows first and in one order: what pressing them touches besides is locked after.
    ids = [member.row_id for member in members]
    locked = verb.rows().filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    rows = {row.pk: row for row in locked}
    for member in members:
        row = rows.get(member.row_id)
        member.state, member.message = _pressed(verb, press, row)
    PressMember.objects.bulk_update(members, ["state", "message"])


def _pressed(verb: PressVerb, press: Press, row: Any) -> tuple[State, str]:
    if row is None:
        return State.SKIPPED, "It is not there any more."
    try:
        with transaction.atomic():
            verb.press(row, actor=press.actor, reason=_reason(press), **press.options)
    except verb.refusals as refusal:
        return State.SKIPPED, str(getattr(refusal, "message", refusal))[:500]
    except Exception as exc:  # one row must not keep the press from the others
        if is_database_away(exc):
            raise
        logger.exception("press_failed press=%s row=%s verb=%s", press.pk, row.pk, verb.name)
        return State.FAILED, redact_text(f"Internal error: {exc!r}").replace("\x00", "")[:500]
    return State.DONE, ""


def _reason(press: Press) -> str:
    said = f"bulk press {press.pk}"
    return f"{press.reason} ({said})" if press.reason else said


def _finish(press: Press) -> None:
    Press.objects.filter(pk=press.pk).update(state=Press.State.DONE, finished_at=Now())
    press.refresh_from_db()
    logger.info(
        "press_done press=%s verb=%s actor=%s total=%s done=%s skipped=%s failed=%s",
        press.pk,
        press.verb,
        press.actor,
        press.total,
        press.done,
        press.skipped,
        press.failed,
    )


# ---------------------------------------------------------------- around the job


def resume_left() -> int:
    """Starts the work of presses again whose job ended before them; how many."""
    left = Press.objects.filter(state=Press.State.RUNNING)
    left = left.exclude(job__state__in=[state for state in JobState if state not in TERMINAL])
    presses = list(left[:50])
    for press in presses:
        _go_on(press)
    return len(presses)


def forget_old() -> int:
    """Deletes presses that ended long ago, members first, a bounded number at a time."""
    before = clock.now() - timedelta(days=settings.ENGINE["keep_done_days"])
    old = Press.objects.filter(finished_at__lt=before)
    ids = list(
        PressMember.objects.filter(press__in=old).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]
    )
    if ids:
        PressMember.objects.filter(pk__in=ids).delete()
    else:
        old.delete()
    return len(ids)


def _go_on(press: Press) -> None:
    press.job = start_work(press)
    press.save(update_fields=["job"])


def _follow_up(job: SyncJob) -> None:
    press = Press.objects.filter(pk=job.payload["press"], state=Press.State.RUNNING).first()
    if press is not None:
        _go_on(press)


def _note_move(job: SyncJob, move: JobMove) -> None:
    """A press whose job a person ended is stopped."""
    if move.to_state in (JobState.CANCELLED, JobState.COMPENSATED):
        running = Press.objects.filter(pk=job.payload["press"], state=Press.State.RUNNING)
        running.update(
            state=Press.State.CANCELLED,
            finished_at=Now(),
            stopped_by=move.actor,
            stopped_reason=move.reason[:300],
        )


register_kind(
    JobKind(
        PRESS_ROWS,
        [StepSpec("members", press_members, on=None)],
        lane="batch",
        on_done=_follow_up,
        on_move=_note_move,
    )
)
