"""Log lines that carry what they are about: `event key=value …` plus bound ids.

`bind(job=812, order="order_01")` adds those ids to every line logged inside the block.
"""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_bound: ContextVar[dict[str, str]] = ContextVar("bound", default={})  # noqa: B039 never mutated
_TOKEN = re.compile(r"(/api/hooks/|/portal/hand-over/)[^/?#\s\"']+")


@contextmanager
def bind(**ids: object) -> Iterator[None]:
    """Adds ids to every log line inside; None values are left out."""
    added = {name: str(value) for name, value in ids.items() if value is not None}
    token = _bound.set({**_bound.get(), **added})
    try:
        yield
    finally:
        _bound.reset(token)


def bound() -> dict[str, str]:
    """The ids bound right now."""
    return dict(_bound.get())


class ContextFilter(logging.Filter):
    """Puts the bound ids on the record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.bound = bound()
        return True


class HookTokenFilter(logging.Filter):
    """Cuts the token out of addresses: who knows one can send us events, or be somebody.

    Django logs the path of every request that it answers with an error.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _TOKEN.search(record.getMessage()):
            record.msg, record.args = _TOKEN.sub(r"\1•••", record.getMessage()), ()
        return True


class PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in getattr(record, "bound", {}).items())
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        line = f"{moment} {record.levelname} {record.getMessage()}{' ' if ids else ''}{ids}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "bound", {}),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
