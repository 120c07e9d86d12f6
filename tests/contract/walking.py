"""Reading whole windows page by page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.records import Page, Window

MOST_PAGES = 1000  # a cursor that goes round in circles ends here


def now() -> datetime:
    return datetime.now(UTC)


def since(moment: datetime) -> Window:
    """A little longer on both sides: some clocks tell whole seconds."""
    return Window(start=moment - timedelta(seconds=1), end=now() + timedelta(seconds=1))


def everything() -> Window:
    return Window(start=None, end=now() + timedelta(seconds=1))


def pages(read: Callable[[Window, str | None], Page[Any]], window: Window) -> list[Page[Any]]:
    found: list[Page[Any]] = []
    cursor: str | None = None
    while len(found) < MOST_PAGES:
        found.append(read(window, cursor))
        cursor = found[-1].next_cursor
        if cursor is None:
            return found
    raise AssertionError(f"still not at its end after {MOST_PAGES} pages")


def all_rows(read: Callable[[Window, str | None], Page[Any]], window: Window) -> list[Any]:
    return [row for page in pages(read, window) for row in page.rows]
