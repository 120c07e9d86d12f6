"""Wakes lanes, and while many jobs are pressed each lane only once."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from integrations.engine import queue

_collected: ContextVar[set[str] | None] = ContextVar("lanes_to_wake", default=None)


def wake(lane: str) -> None:
    """Tells the lane's cluster that there is something to claim, once this transaction commits."""
    collected = _collected.get()
    if collected is None:
        queue.wake(lane)
    else:
        collected.add(lane)


@contextmanager
def once() -> Iterator[None]:
    """Wakes within it are kept back, and sent once per lane at its end.

    Stand inside the transaction whose commit they wait for. When it fails nobody is woken.
    """
    lanes: set[str] = set()
    token = _collected.set(lanes)
    try:
        yield
    finally:
        _collected.reset(token)
    for lane in sorted(lanes):
        queue.wake(lane)
