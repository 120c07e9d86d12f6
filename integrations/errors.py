"""What can go wrong, as one tree. The class decides what the engine does next.

    PortalError
    ├── RemoteError
    │   ├── NotSent          the request never left: repeat with backoff
    │   ├── Unavailable      a read failed on their side: repeat with backoff
    │   ├── OutcomeUnknown   a write was sent and its answer lost: look first, then repeat
    │   ├── Throttled        they asked us to wait: the connection waits, no attempt is burnt
    │   ├── AuthFailed       credentials refused: the connection pauses
    │   ├── Conflict         somebody else changed it: read again, decide again, bounded
    │   └── Rejected         they refused this content: stop, undo or park
    ├── Misread              an answer has not the shape we know: a bug, of ours or of theirs
    ├── NeedsOperator        something only a person can decide or supply: park with a hint
    └── Fenced               this worker lost its lease: stop at once, write nothing

Anything else that is raised is our own bug: three tries, then parked with its traceback.
Adapters and services raise; the engine's runner is the one place that catches.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """Stable names of the error classes, as stored on attempts and shown to operators."""

    NOT_SENT = "not_sent"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    THROTTLED = "throttled"
    AUTH_FAILED = "auth_failed"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    NEEDS_OPERATOR = "needs_operator"
    FENCED = "fenced"
    BUG = "bug"


class PortalError(Exception):
    """Base of all expected failures.

    `message` is one sentence an operator can act on, without secrets. `hint` says what to
    do, `ids` names what it is about (order, sku, endpoint …).
    """

    kind: ClassVar[Kind] = Kind.BUG

    def __init__(
        self, message: str, *, hint: str = "", ids: Mapping[str, str | int] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.ids: dict[str, str | int] = dict(ids or {})


class RemoteError(PortalError):
    """A remote system answered badly or not at all.

    `endpoint` is METHOD:/path without query, `status` the HTTP status if one came,
    `remote_words` what the remote itself said (trimmed, redacted).
    """

    def __init__(
        self,
        message: str,
        *,
        endpoint: str = "",
        status: int | None = None,
        remote_words: str = "",
        hint: str = "",
        ids: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, ids=ids)
        self.endpoint = endpoint
        self.status = status
        self.remote_words = remote_words


class NotSent(RemoteError):
    """Refused, DNS, TLS, no route: nothing reached the remote."""

    kind = Kind.NOT_SENT


class Unavailable(RemoteError):
    """A read met a 5xx, a timeout or a maintenance page."""

    kind = Kind.UNAVAILABLE


class OutcomeUnknown(RemoteError):
    """A write was sent and its answer was lost or was a 5xx: it may have taken effect."""

    kind = Kind.OUTCOME_UNKNOWN


class Throttled(RemoteError):
    """The remote asked us to slow down; `retry_after_s` is how long, bounded by the engine."""

    kind = Kind.THROTTLED

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float,
        endpoint: str = "",
        status: int | None = None,
        remote_words: str = "",
    ) -> None:
        super().__init__(message, endpoint=endpoint, status=status, remote_words=remote_words)
        self.retry_after_s = retry_after_s


class AuthFailed(RemoteError):
    """The credentials were refused."""

    kind = Kind.AUTH_FAILED


class Conflict(RemoteError):
    """The record changed under us, or somebody else is writing it right now."""

    kind = Kind.CONFLICT


class Rejected(RemoteError):
    """The remote understood and refused this content; repeating it will not help."""

    kind = Kind.REJECTED


class NeedsOperator(PortalError):
    """A person must act. `reason` is a stable machine word, `cause` groups equal failures.

    Two failures with the same `cause` are one Issue: "customer cus_1 has no counterpart".
    """

    kind = Kind.NEEDS_OPERATOR

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        cause: str = "",
        hint: str = "",
        ids: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, ids=ids)
        self.reason = reason
        self.cause = cause or reason


class Misread(PortalError):
    """A remote's answer has not the shape that its adapter knows; the cause is kept.

    Who asked treats it like any other failure; the engine like a bug: three tries, then parked
    with its traceback. A write that it comes of may have taken effect.
    """


class Fenced(PortalError):
    """The lease of this worker is gone; another one owns the job."""

    kind = Kind.FENCED


def kind_of(error: BaseException) -> Kind:
    """The kind of any exception; what is not ours is a bug."""
    return error.kind if isinstance(error, PortalError) else Kind.BUG
