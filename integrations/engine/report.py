"""What is kept of an error: words for an operator, machine words for grouping."""

import traceback
from dataclasses import dataclass
from typing import Any

from integrations.engine.outage import is_database_away
from integrations.errors import (
    Kind,
    NeedsOperator,
    PortalError,
    RemoteError,
    Throttled,
    kind_of,
)
from integrations.redact import redact_text

LONGEST_TEXT, LONGEST_TRACE = 2000, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    kind: Kind
    text: str
    hint: str
    reason: str
    cause: str
    ids: dict[str, str | int]
    trace: str
    http_status: int | None
    endpoint: str
    remote_words: str
    retry_after_s: float
    is_our_database: bool

    def job_fields(self) -> dict[str, Any]:
        return {
            "error_kind": self.kind,
            "error_text": self.text,
            "error_hint": self.hint,
            "error_reason": self.reason,
            "error_cause": self.cause,
            "error_ids": self.ids,
            "error_trace": self.trace,
        }

    def attempt_fields(self) -> dict[str, Any]:
        return {
            "http_status": self.http_status,
            "endpoint": self.endpoint,
            "message": self.text,
            "remote_words": self.remote_words,
            "retry_after_s": self.retry_after_s or None,
        }


def report_of(error: Exception, *, job_id: int) -> ErrorReport:
    """The report of any exception that a step raised."""
    kind = failure_kind(error)
    expected = isinstance(error, PortalError)
    remote = error if isinstance(error, RemoteError) else None
    operator = error if isinstance(error, NeedsOperator) else None
    words = remote.remote_words if remote else ""
    return ErrorReport(
        kind=kind,
        text=_text(error, kind, job_id),
        hint=error.hint if isinstance(error, PortalError) else "",
        reason=operator.reason if operator else str(kind),
        cause=_cause(error, kind),
        ids=error.ids if isinstance(error, PortalError) else {},
        trace="" if expected and kind != Kind.BUG else _trace(error),
        http_status=remote.status if remote else None,
        endpoint=remote.endpoint[:300] if remote else "",
        remote_words=redact_text(words)[:LONGEST_TEXT],
        retry_after_s=error.retry_after_s if isinstance(error, Throttled) else 0.0,
        is_our_database=is_database_away(error),
    )


def failure_kind(error: Exception) -> Kind:
    """The kind, where our own database being away is an outage and not a bug of the step."""
    if is_database_away(error):
        return Kind.UNAVAILABLE
    return kind_of(error)


def _text(error: Exception, kind: Kind, job_id: int) -> str:
    if isinstance(error, PortalError):
        words = getattr(error, "remote_words", "")
        said = "" if words in error.message else f" {words}"
        return redact_text(f"{error.message}{said}")[:LONGEST_TEXT]
    if kind == Kind.UNAVAILABLE:
        return "Our own database did not answer."
    return redact_text(f"Internal error in job {job_id}: {error!r}")[:LONGEST_TEXT]


def _cause(error: Exception, kind: Kind) -> str:
    if isinstance(error, NeedsOperator):
        return error.cause[:300]
    if isinstance(error, RemoteError):
        return f"{kind}:{error.endpoint}"[:300]
    return f"{kind}:{type(error).__name__}"


def _trace(error: Exception) -> str:
    return redact_text("".join(traceback.format_exception(error)))[-LONGEST_TRACE:]
