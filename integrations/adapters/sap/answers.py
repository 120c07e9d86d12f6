"""What an answer of SAP means, as our errors. Pure.

A gateway answers in its error shape, `{"error": {"code", "message": {"value"}, "innererror"}}`;
what stands in front of it (a load balancer, an expired sign-in) answers with pages.
"""

import re
from collections.abc import Mapping
from json import loads
from typing import Any

from integrations.adapters.sap.meanings import access_denied, meaning_of, refused_sign_in
from integrations.errors import (
    Conflict,
    NeedsOperator,
    OutcomeUnknown,
    PortalError,
    Rejected,
    Unavailable,
)
from integrations.http import Reply, status_error

WORDS_CHARS = 500
_LOCKED = re.compile(
    r"currently being processed|being processed by|is locked by|locked by user|"
    r"wird (gerade|zur Zeit) .*bearbeitet|gesperrt durch",
    re.IGNORECASE,
)
# a set that the service does not have (observed words), which is not an entity that is not there
_NO_SET = re.compile(r"invalid resource path", re.IGNORECASE)
_NO_SERVICE = re.compile(r"no service found|/IWFND/MED/170", re.IGNORECASE)


class TokenExpired(Rejected):
    """The CSRF token or its session is gone; nothing was executed. Known to the client only."""


class NotThere(Rejected):
    """No entity has this key."""


def explain_json(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer that should carry JSON (or nothing, after a change)."""
    if 200 <= reply.status < 300:
        if reply.status == 204 or _is_json(reply):
            return None
        return _page_instead(reply, writes)
    return explain_status(reply, writes)


def explain_status(reply: Reply, writes: bool) -> PortalError | None:
    """The error of a status; None for a good one, whatever it carries."""
    status, words = reply.status, words_of(reply)
    if 200 <= status < 300:
        return None
    if status == 401:
        return refused_sign_in(words, status)
    if status == 403:
        return _forbidden(reply, words)
    if status == 404:
        return _not_found(reply, words)
    if status in {409, 412, 423} or (status == 400 and _LOCKED.search(words)):
        return Conflict(
            f"SAP: somebody else works on it: {words}", status=status, remote_words=words
        )
    if status < 500 and status not in {408, 429}:
        meant = meaning_of(codes_of(reply), words)
        return meant or Rejected(f"SAP refused: {words}", status=status, remote_words=words)
    return status_error(reply, writes, words)


def _forbidden(reply: Reply, words: str) -> PortalError:
    asks = reply.headers.get("x-csrf-token", "").lower() == "required"
    if asks or "CSRF token" in words:
        return TokenExpired("The CSRF token has expired.", status=403, remote_words=words)
    return access_denied(words, said_of(reply))


def _not_found(reply: Reply, words: str) -> PortalError:
    if _NO_SERVICE.search(f"{code_of(reply)} {words}") or not _is_json(reply):
        return NeedsOperator(
            f"SAP does not offer this service at the address: {words[:120]}",
            reason="erp_service_missing",
            cause="erp_service_missing",
            hint="Check the address, and activate the service (cloud: the communication "
            "arrangement; on-premise: transaction /IWFND/MAINT_SERVICE).",
        )
    if _NO_SET.search(words):
        return Rejected(f"SAP refused: {words}", status=404, remote_words=words)
    return NotThere(f"SAP knows no such entry: {words}", status=404, remote_words=words)


def _page_instead(reply: Reply, writes: bool) -> PortalError:
    """A good status without JSON: the sign-in page of a proxy, say. A write may have worked."""
    kind = OutcomeUnknown if writes else Unavailable
    return kind(
        "What came is not an answer of SAP.",
        status=reply.status,
        remote_words=_without_tags(reply.text),
        hint="Check that the address of the connection is that of the API host.",
    )


def words_of(reply: Reply) -> str:
    """What SAP says, each message once, with the number its administrator can look up."""
    error = _error(reply)
    if error is None:
        return _without_tags(reply.text)
    code, number = str(error.get("code") or ""), str(_inner(error).get("transactionid") or "")
    tail = "; ".join(filter(None, [code, f"transaction {number}" if number else ""]))
    words = said_of(reply)
    return f"{words} ({tail})" if tail else words


def said_of(reply: Reply) -> str:
    """SAP's messages without the numbers that differ from call to call."""
    error = _error(reply)
    if error is None:
        return _without_tags(reply.text)
    said = [_message(error), *(_message(one) for one in _details(error) if _is_error(one))]
    return " ".join(dict.fromkeys(filter(None, said)))[:WORDS_CHARS]


def codes_of(reply: Reply) -> set[str]:
    """Message classes and numbers (CLASS/nnn) of all that SAP says."""
    error = _error(reply) or {}
    found = (error, *(one for one in _details(error) if isinstance(one, dict)))
    return {str(one.get("code") or "") for one in found} - {""}


def remarks_of(reply: Reply) -> tuple[str, ...]:
    """What SAP says beside a good answer: the header `sap-message`."""
    try:
        told = loads(reply.headers.get("sap-message") or "null")
    except ValueError:
        return ()
    details = told.get("details") if isinstance(told, dict) else None
    ones = [told, *(details if isinstance(details, list) else [])]
    return tuple(dict.fromkeys(filter(None, map(_message, ones))))


def code_of(reply: Reply) -> str:
    return str((_error(reply) or {}).get("code") or "")


def _error(reply: Reply) -> dict[str, Any] | None:
    if not _is_json(reply):
        return None
    body = reply.json()
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _inner(error: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = error.get("innererror")
    return inner if isinstance(inner, dict) else {}


def _details(error: Mapping[str, Any]) -> list[Any]:
    """Some gateways put them at the error itself (observed in the parts of $batch)."""
    found = _inner(error).get("errordetails") or error.get("errordetails")
    return list(found) if isinstance(found, list) else []


def _message(one: Any) -> str:
    message = one.get("message") if isinstance(one, dict) else None
    return str(message.get("value") or "") if isinstance(message, dict) else str(message or "")


def _is_error(detail: Any) -> bool:
    return isinstance(detail, dict) and detail.get("severity", "error") in {"error", "warning"}


def _is_json(reply: Reply) -> bool:
    if not reply.is_json:
        return False
    try:
        reply.json()
    except ValueError:
        return False
    return True


def _without_tags(page: str) -> str:
    bare = re.sub(r"(?is)<(script|style).*?</\1>", " ", page)
    return " ".join(re.sub(r"<[^>]*>", " ", bare).split())[:WORDS_CHARS]
