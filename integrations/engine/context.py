"""Which job, step and attempt this thread works on right now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    job_id: int
    step_id: int
    attempt_id: int


_current: ContextVar[Current | None] = ContextVar("engine_current", default=None)


def current() -> Current | None:
    """The ids of what runs in this thread, or None outside a step."""
    return _current.get()


@contextmanager
def working_on(ids: Current) -> Iterator[None]:
    token = _current.set(ids)
    try:
        yield
    finally:
        _current.reset(token)
