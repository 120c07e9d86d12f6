"""Reads the source's next page while this one is worked on.

Most of a run is waiting: for the source's pages, then for the target to take them. One page
ahead, in one thread, both wait at the same time; memory holds one page more.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from django.db import connection

from integrations.errors import PortalError
from integrations.records import Page, Window

ReadPage = Callable[[Window, str | None], Page[Any]]
Place = tuple[Window, str | None]


@contextmanager
def reading_ahead(source: Any, method: str) -> Iterator[Any]:
    """The source with its `method` reading ahead. Call nothing else of it inside the block.

    Not on SQLite, where a second connection would wait for this one, and not within a
    transaction, which it could not see.
    """
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        yield source
        return
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        pages = _PagesAhead(getattr(source, method), thread)
        try:
            yield _Source({method: pages.page})
        finally:
            thread.submit(lambda: connection.close()).result()  # noqa: PLW0108 the thread's own


class _Source:
    def __init__(self, methods: dict[str, ReadPage]) -> None:
        self.__dict__.update(methods)


class _PagesAhead:
    def __init__(self, read: ReadPage, thread: ThreadPoolExecutor) -> None:
        self._read, self._thread = read, thread
        self._coming: tuple[Place, Future[Page[Any]]] | None = None

    def page(self, window: Window, cursor: str | None) -> Page[Any]:
        """The page; the one after it is begun."""
        page = self._taken(window, cursor) or self._read(window, cursor)
        if page.next_cursor is not None:
            place, step = (window, page.next_cursor), copy_context()
            # With the ids of the step that this is done for.
            reading = self._thread.submit(lambda: step.run(self._read, *place))
            self._coming = (place, reading)
        return page

    def _taken(self, window: Window, cursor: str | None) -> Page[Any] | None:
        """What was read ahead; None where that is another page, or could not be read: then it
        is read again, and fails where its turn has come."""
        coming, self._coming = self._coming, None
        if coming is None:
            return None
        place, reading = coming
        try:
            page = reading.result()
        except PortalError:
            return None
        return page if place == (window, cursor) else None
