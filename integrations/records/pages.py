"""Reading in pages: a fixed time window, walked from a cursor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Changes from `start` (None: from the beginning) to `end`, both aware UTC, inclusive."""

    start: datetime | None
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows and where the next page begins; `next_cursor` None means that was the last."""

    rows: tuple[Row, ...]
    next_cursor: str | None
