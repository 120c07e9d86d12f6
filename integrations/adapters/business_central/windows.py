"""Reading what changed: a fixed time window, walked along the links of the answers.

A walk may have several stages, one after the other; the cursor is `stage|link`, where an
empty link is the first page of a stage.
"""

from collections.abc import Sequence

from integrations.adapters.business_central.wire import time_text
from integrations.records import Window


def in_window(window: Window, name: str = "lastModifiedDateTime") -> str:
    """A filter; both ends belong to the window."""
    upto = f"{name} le {time_text(window.end)}"
    if window.start is None:
        return upto
    return f"{name} ge {time_text(window.start)} and {upto}"


def place_of(cursor: str | None, stages: Sequence[str]) -> tuple[str, str | None]:
    """(stage, link) of a cursor."""
    stage, _, link = (cursor or f"{stages[0]}|").partition("|")
    return stage, link or None


def next_place(stage: str, link: str | None, stages: Sequence[str]) -> str | None:
    """The cursor after a page of `stage` whose answer named `link`."""
    if link:
        return f"{stage}|{link}"
    following = list(stages).index(stage) + 1
    return f"{stages[following]}|" if following < len(stages) else None


def chunks(texts: Sequence[str], size: int = 40) -> list[list[str]]:
    """Filters go into an address, which must not become too long."""
    return [list(texts[at : at + size]) for at in range(0, len(texts), size)]
