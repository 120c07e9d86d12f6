"""Looks through the pages of removals before the first one writes.

What a source no longer has is known after its last page; whether that is believable is a
question about all of it. So these pages are handled once without writing, and counted.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import Fenced
from integrations.flows.runs.batch import Work, batch_of, is_gone_page
from integrations.flows.runs.guard import refuse_mass_removal
from integrations.models import Flow
from integrations.records import Window

AHEAD = "ahead"


def is_through(work: Work) -> bool:
    """Whether the pages of removals may be worked on."""
    if not work.writes or work.run.removals_allowed_by:
        return True
    return bool((work.flow.cursor.get(AHEAD) or {}).get("through"))


def look_ahead(work: Work, window: Window, page: str, *, until: datetime) -> None:
    """Counts what would be removed, from where an earlier look stopped, until it is through or
    the time is up. Raises NeedsOperator when it is too much to be believed."""
    seen: dict[str, Any] = work.flow.cursor.get(AHEAD) or {"page": page, "removed": 0}
    with batch_of(work.flow.kind)(replace(work, is_dry=True)) as handle:
        while True:
            outcome = handle(window, seen["page"])
            removed = seen["removed"] + outcome.count("remove")
            refuse_mass_removal(work.run, removed)
            work.checkpoint()
            is_last = not is_gone_page(outcome.next_cursor)
            seen = {"page": outcome.next_cursor, "removed": removed, "through": is_last}
            _remember(work, page, seen)
            if is_last or timezone.now() > until:
                return


@transaction.atomic
def _remember(work: Work, page: str, seen: dict[str, Any]) -> None:
    flow = Flow.objects.select_for_update().get(pk=work.flow.pk)
    if (flow.cursor.get("run"), flow.cursor.get("page")) != (work.run.pk, page):
        raise Fenced(f"Another worker went on with run {work.run.pk}.", ids={"run": work.run.pk})
    flow.cursor = {**flow.cursor, AHEAD: seen}
    flow.save(update_fields=["cursor"])
    work.flow.cursor = flow.cursor
