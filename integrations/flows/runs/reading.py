"""Where a reading of the source stands: in its window, behind it, or at what is gone. Pure.

A complete window has an end, and the ERP leaves out what changes after it: a record that is
edited while the others are read comes on no page of the window. So everything that changed
since shortly before that end is read too ("late:"), before anything is taken for gone.
"""

from dataclasses import dataclass
from datetime import timedelta

from integrations.flows.runs.batch import GONE
from integrations.records import Window

LATE = "late:"
# Changes of the last moments of the window may appear later, see `runs.windows`.
OVERLAP = timedelta(minutes=15)
FAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`window` and `cursor` are what to ask the ERP for; at what is gone the cursor is ours."""

    window: Window
    cursor: str | None
    is_complete: bool
    is_late: bool = False
    is_gone: bool = False

    def following(self, next_cursor: str | None, *, gone: str = f"{GONE}0") -> str | None:
        """The cursor after the page that named `next_cursor`; `gone` is the first of those that
        are the flow's own."""
        if not self.is_complete:
            return next_cursor
        if self.is_late:
            return gone if next_cursor is None else f"{LATE}{next_cursor}"
        return LATE if next_cursor is None else next_cursor


def place_of(window: Window, cursor: str | None) -> Place:
    is_complete = window.start is None
    if is_complete and cursor is not None and cursor.startswith(GONE):
        after = cursor.removeprefix(GONE)
        return Place(window=window, cursor=after, is_complete=True, is_gone=True)
    if is_complete and cursor is not None and cursor.startswith(LATE):
        late = Window(start=window.end - OVERLAP, end=window.end + FAR)
        inner = cursor.removeprefix(LATE) or None
        return Place(window=late, cursor=inner, is_complete=True, is_late=True)
    return Place(window=window, cursor=cursor, is_complete=is_complete)
