"""Begins a press for many rows, and stops one."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from integrations.engine import verbs
from integrations.engine.models import Press, PressMember
from integrations.engine.moves import MoveRefused
from integrations.engine.presses.declared import verb_named
from integrations.engine.presses.work import start_work

AT_ONCE = 50  # so many rows may be pressed where somebody waits for the answer


@transaction.atomic
def open_press(
    verb: str,
    rows: QuerySet[Any],
    *,
    matched: str,
    actor: str,
    reason: str,
    options: Mapping[str, Any] | None = None,
) -> Press:
    """Freezes what matches now as the members of a press and starts its job.

    A fixed number of queries, whatever matches. `matched` tells people what that was. Raises
    MoveRefused when nothing matches.
    """
    verb_named(verb)
    press = Press.objects.create(
        verb=verb,
        options=dict(options or {}),
        matched=matched[:500],
        actor=actor,
        reason=reason[:300],
    )
    press.total = _freeze(press, rows)
    if not press.total:
        raise MoveRefused("Nothing matches, so nothing was pressed.")
    press.job = start_work(press)
    press.save(update_fields=["total", "job"])
    return press


def stop_press(press: Press, *, actor: str, reason: str) -> Press:
    """Ends a press after the batch at hand; what it has pressed stays. MoveRefused if it ended."""
    stopped = Press.objects.filter(pk=press.pk, state=Press.State.RUNNING).update(
        state=Press.State.CANCELLED,
        finished_at=Now(),
        stopped_by=actor,
        stopped_reason=reason[:300],
    )
    press.refresh_from_db()
    if not stopped:
        state = press.get_state_display().lower()
        raise MoveRefused(f"Bulk press {press.pk} cannot be stopped: it is {state}.")
    # Its job would find that out by itself, unless it is parked or held.
    if press.job is not None and press.job.is_open:
        with suppress(MoveRefused):
            verbs.cancel(press.job, actor=actor, reason=f"bulk press stopped: {reason}")
    return press


def _freeze(press: Press, rows: QuerySet[Any]) -> int:
    """Writes the members in the database itself; how many they are."""
    ids = rows.order_by().annotate(member_id=F("pk")).values("member_id").distinct()
    try:
        found, params = ids.query.sql_with_params()
    except EmptyResultSet:
        return 0
    table = connection.ops.quote_name(PressMember._meta.db_table)
    with connection.cursor() as cursor:
        # Django wrote both names and the query; every value is a parameter.
        insert = f"INSERT INTO {table} (press_id, row_id, state, message) "
        select = f"SELECT %s, found.member_id, %s, '' FROM ({found}) found"  # noqa: S608
        cursor.execute(insert + select, [press.pk, PressMember.State.WAITING.value, *params])
        return int(cursor.rowcount)
