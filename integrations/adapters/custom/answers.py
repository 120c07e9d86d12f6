"""What an answer means, by the section `errors` of the mapping: also a failure inside a 200."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paths import MISSING, plain
from integrations.adapters.troubles import (
    ACCESS_DENIED,
    CLOSED_PERIOD,
    CUSTOMER_BLOCKED,
    UNKNOWN_PRODUCT,
)
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    OutcomeUnknown,
    PortalError,
    Rejected,
    RemoteError,
    Throttled,
    Unavailable,
)
from integrations.http import Explain, Reply, retry_after_s, status_error

WAIT_S = 5.0


class Duplicate(Conflict):
    """The ERP has an order under this reference already."""


class NotThere(Rejected):
    """The ERP has no such record (any more)."""


def explainer(errors: Entry | None) -> Explain:
    """For `Session.call`: the error in an answer, None for a good one."""

    def explain(reply: Reply, writes: bool) -> PortalError | None:
        is_good = 200 <= reply.status < 300
        body = _body(reply)
        if is_good and body is MISSING and reply.text.strip():
            return _page_instead(reply, writes)
        if is_good and not _says_failed(errors, body):
            return None
        meaning, code, words = _told(errors, body)
        if meaning == "ok":
            return None
        if meaning:
            return _MEANT[meaning](reply, writes, code, words)
        return _by_status(reply, writes, code, words)

    return explain


def _body(reply: Reply) -> Any:
    try:
        return reply.json()
    except ValueError:
        return MISSING


def _says_failed(errors: Entry | None, body: Any) -> bool:
    rule = errors["failed_if"] if errors else None
    if rule is None or body is MISSING:
        return False
    found = rule["path"].find(body)
    if rule.has("present"):
        is_there = found is not MISSING and found not in (None, "", [], {})
        return is_there == bool(rule["present"])
    if rule.has("is"):
        return found is not MISSING and plain(found) in rule["is"]
    return found is MISSING or plain(found) not in rule["is_not"]


def _told(errors: Entry | None, body: Any) -> tuple[str, str, str]:
    """(meaning, code, words), each "" where the answer or the mapping is silent."""
    if errors is None or body is MISSING:
        return "", "", ""
    code, words = (_text_at(errors[key], body) for key in ("code", "message"))
    meanings: Mapping[str, str] = errors["meanings"] or {}
    return meanings.get(code, ""), code, words


def _text_at(path: Any, body: Any) -> str:
    found = path.find(body) if path is not None else MISSING
    return "" if found is MISSING or found is None else plain(found)


def _by_status(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
    said = ": ".join(filter(None, (code, words)))
    if 200 <= reply.status < 300:
        return _MEANT["rejected"](reply, writes, code, words)
    if reply.status == 404:
        return _MEANT["not_found"](reply, writes, code, words)
    if reply.status == 403:
        return _MEANT["access_denied"](reply, writes, code, words or reply.text[:200])
    error = status_error(reply, writes, said)
    if isinstance(error, Throttled):
        return _throttled(reply, writes, code, words)
    return error if error is not None else _MEANT["rejected"](reply, writes, code, words)


def _page_instead(reply: Reply, writes: bool) -> RemoteError:
    """A 200 that is no JSON: a page of maintenance, or of a sign-in, before the ERP."""
    kind = OutcomeUnknown if writes else Unavailable
    return kind(
        "The ERP answered with a page instead of JSON.",
        status=reply.status,
        remote_words=reply.text[:200],
        hint="It may be in maintenance; or the address of the connection is that of a page.",
    )


# ---------------------------------------------------------------- meanings

_Meant = Callable[[Reply, bool, str, str], PortalError]


def _remote(kind: type[RemoteError], sentence: str) -> _Meant:
    def made(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
        said = ": ".join(filter(None, (code, words))) or "no reason given"
        return kind(sentence.format(said), status=reply.status, remote_words=said)

    return made


def _throttled(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
    waits = retry_after_s(reply.headers, now=_their_time(reply))
    return Throttled(
        "The ERP asks to slow down.",
        retry_after_s=WAIT_S if waits is None else waits,
        status=reply.status,
        remote_words=words or code,
    )


def _their_time(reply: Reply) -> datetime:
    """When the answer was sent, by the clock that also named the moment to come again."""
    try:
        told = parsedate_to_datetime(reply.headers.get("date", ""))
    except (TypeError, ValueError):
        return datetime.now(UTC)
    return told.replace(tzinfo=told.tzinfo or UTC)


def _unavailable(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
    kind = OutcomeUnknown if writes else Unavailable
    said = words or code
    return kind(f"The ERP failed: {said}", status=reply.status, remote_words=said)


def _needs_operator(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
    return NeedsOperator(
        f"The ERP asks for a person: {words or code}",
        reason="erp_refused",
        cause=f"erp_refused:{code}",
        hint="Settle it in the ERP, then requeue.",
    )


def _for_a_person(reason: str, sentence: str, hint: str) -> _Meant:
    def made(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
        said = ": ".join(filter(None, (code, words))) or "no reason given"
        return NeedsOperator(
            sentence.format(said), reason=reason, cause=f"{reason}:{said[:120]}", hint=hint
        )

    return made


def _auth(reply: Reply, writes: bool, code: str, words: str) -> PortalError:
    return AuthFailed(
        "The ERP refused the credentials.",
        status=reply.status,
        remote_words=words or code,
        hint="Enter the credentials anew on the connection; they are wrong or have expired.",
    )


_MEANT: dict[str, _Meant] = {
    "rejected": _remote(Rejected, "The ERP refused: {}"),
    "conflict": _remote(Conflict, "Changed in the ERP by somebody else: {}"),
    "duplicate": _remote(Duplicate, "The ERP has this reference already: {}"),
    "not_found": _remote(NotThere, "The ERP does not have it: {}"),
    "throttled": _throttled,
    "unavailable": _unavailable,
    "needs_operator": _needs_operator,
    "access_denied": _for_a_person(
        ACCESS_DENIED,
        "The user of this connection may not do this in the ERP: {}",
        "Give that user the right in the ERP, then requeue.",
    ),
    "customer_blocked": _for_a_person(
        CUSTOMER_BLOCKED,
        "The customer is blocked in the ERP: {}",
        "Take the block off the customer in the ERP, or cancel the order; then requeue.",
    ),
    "unknown_product": _for_a_person(
        UNKNOWN_PRODUCT,
        "The ERP does not sell a product of the order: {}",
        "Link the variant to a product that the ERP sells, or bring it back there; then requeue.",
    ),
    "closed_period": _for_a_person(
        CLOSED_PERIOD,
        "The period is closed in the ERP: {}",
        "Have accounting open the period in the ERP, then requeue.",
    ),
    "auth": _auth,
}
