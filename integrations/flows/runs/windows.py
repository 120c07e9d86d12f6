"""Which span of changes a run reads. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.records import Window

# A row becomes visible when its transaction commits: the last moments are not complete yet.
SETTLE = timedelta(seconds=2)
COMPLETE_EVERY_H = 24


def next_window(
    covered_until: datetime | None, *, now: datetime, overlap: timedelta, is_complete: bool
) -> Window:
    """From where the last run ended, less an overlap, to just before now.

    The overlap outlasts the longest transaction of the source: a row carries the time at
    which its transaction began and appears later. Everything, if nothing was covered yet or
    a complete pull is asked for.
    """
    if covered_until is None or is_complete:
        return Window(start=None, end=now - SETTLE)
    return Window(start=covered_until - overlap, end=now - SETTLE)


def is_complete_due(
    cursor: Mapping[str, Any], settings: Mapping[str, Any], *, now: datetime
) -> bool:
    """Whether the last complete pull is too long ago.

    Sources do not tell of every change (a renamed category, an attribute's extra price), so
    a flow reads everything once a day; `complete_every_h` of its settings changes that, 0
    turns it off.
    """
    hours = int(settings.get("complete_every_h", COMPLETE_EVERY_H))
    if hours <= 0:
        return False
    last = cursor.get("complete_at")
    return last is None or now - datetime.fromisoformat(last) >= timedelta(hours=hours)
