"""Reading what changed: a fixed time window, walked by id.

`write_date` is the start of the writing transaction, in whole seconds, and shared by all rows
of it: a cursor on (write_date, id) loses rows. So the window stands still, pages go by id,
and the flow overlaps its windows by more than the longest transaction takes.
"""

from typing import Any

from integrations.adapters.odoo.wire import time_text
from integrations.records import Window


def in_window(window: Window, *, after_id: int) -> list[list[Any]]:
    """Domain terms; both ends belong to the window."""
    terms: list[list[Any]] = []
    if window.start is not None:
        terms.append(["write_date", ">=", time_text(window.start)])
    terms.append(["write_date", "<=", time_text(window.end)])
    terms.append(["id", ">", after_id])
    return terms
