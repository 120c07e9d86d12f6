"""What an answer of NetSuite means, as our errors. Pure.

    {"title": "Bad Request", "status": 400, "o:errorDetails": [
        {"detail": "…", "o:errorCode": "INVALID_CONTENT", "o:errorPath": "item.items[0].item"}]}

The code decides before the status: one and the same 400 means a duplicate, a missing right or
a bad value. Where NetSuite has no code of its own, its words decide.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.troubles import ACCESS_DENIED, CLOSED_PERIOD, CUSTOMER_BLOCKED
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    PortalError,
    Rejected,
    RemoteError,
    Throttled,
)
from integrations.http import Reply, retry_after_s, status_error

WORDS_CHARS = 500
THROTTLED_S = 2.0  # NetSuite documents no Retry-After; the engine lengthens it

_TOO_MANY = {
    "CONCURRENCY_LIMIT_EXCEEDED",
    "SSS_REQUEST_LIMIT_EXCEEDED",
    "WS_REQUEST_BLOCKED",
    "WS_CONCUR_SESSION_DISALLWD",
}
_NOT_ALLOWED = {"INSUFFICIENT_PERMISSION", "USER_ERROR_PERMISSION", "FEATURE_DISABLED"}
_PERMISSION = re.compile(r"permission|not (?:been )?(?:granted|authorized)", re.IGNORECASE)
_DUPLICATE = re.compile(r"already exists|duplicate", re.IGNORECASE)
_STALE = re.compile(r"record has been changed", re.IGNORECASE)
_PERIOD = re.compile(r"(?:posting|accounting) period|period is (?:closed|locked)", re.IGNORECASE)
_CREDIT = re.compile(r"credit (?:limit|hold)|on hold", re.IGNORECASE)


class AlreadyThere(Rejected):
    """A record with this external id exists: the create was done before."""


class Missing(Rejected):
    """There is no record with this id."""


class TokenRefused(Conflict):
    """The access token is no longer taken; nothing was done. Ask for a new one and go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first error that NetSuite names; `words` holds them all."""

    code: str
    path: str
    words: str


def fault_of(reply: Reply) -> Fault:
    details = _details(reply)
    words = " ".join(str(one.get("detail") or "") for one in details).strip()
    first = details[0] if details else {}
    return Fault(
        code=str(first.get("o:errorCode") or ""),
        path=str(first.get("o:errorPath") or ""),
        words=(words or reply.text.strip())[:WORDS_CHARS],
    )


def explain(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer, or None for a good one."""
    if 200 <= reply.status < 300:
        return _page_instead(reply, writes)
    fault = fault_of(reply)
    for meaning in (_of_code, _of_status, _of_words):
        error = meaning(fault, reply)
        if error is not None:
            return error
    if reply.status in {400, 404, 409, 412, 422}:
        return Rejected(
            f"NetSuite refused: {fault.words}",
            status=reply.status,
            remote_words=f"{fault.code} {fault.path}: {fault.words}".strip(),
        )
    return status_error(reply, writes, words=fault.words)


def explain_cached_token(reply: Reply, writes: bool) -> PortalError | None:
    """As `explain`; a refused sign-in is worth one more try, with fresh credentials."""
    if reply.status == 401:
        return TokenRefused("The sign-in has to be renewed.", status=401)
    return explain(reply, writes)


def explain_token(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer of the token endpoint: {"error": "invalid_grant", …}."""
    if 200 <= reply.status < 300:
        return _page_instead(reply, writes)
    if reply.status in {400, 401, 403}:
        return AuthFailed(
            "NetSuite gives no access token to these credentials.",
            status=reply.status,
            remote_words=fault_of(reply).words,
            hint="Check client id, certificate id and private key, and that the certificate is "
            "mapped and not expired in OAuth 2.0 Client Credentials (M2M) Setup. A sandbox "
            "refresh clears that page.",
        )
    return explain(reply, writes)


def _details(reply: Reply) -> list[dict[str, Any]]:
    if not reply.is_json:
        return []
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        return []
    found = body.get("o:errorDetails") if isinstance(body, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _of_code(fault: Fault, reply: Reply) -> PortalError | None:
    words, status = fault.words, reply.status
    if fault.code in _TOO_MANY or status == 429:
        return Throttled(
            "NetSuite has no free place for another request.",
            retry_after_s=_waits(reply),
            status=status,
            remote_words=words,
        )
    if fault.code in {"DUP_RCRD", "DUP_ENTITY", "DUP_ITEM"}:
        return AlreadyThere(f"NetSuite has it already: {words}", status=status, remote_words=words)
    if fault.code == "RCRD_HAS_BEEN_CHANGED":
        return Conflict(f"Changed by somebody else: {words}", status=status, remote_words=words)
    if fault.code in {"NONEXISTENT_ID", "RCRD_DSNT_EXIST"}:
        return Missing(f"NetSuite does not have it: {words}", status=status, remote_words=words)
    if fault.code in _NOT_ALLOWED:
        return _missing_right(words)
    return None


def _of_status(fault: Fault, reply: Reply) -> PortalError | None:
    if reply.status == 401:
        return AuthFailed(
            "NetSuite refused the credentials.",
            status=401,
            remote_words=fault.words,
            hint="The reason is in Setup > Users/Roles > View Login Audit Trail. Five failed "
            "sign-ins lock the user for 30 minutes.",
        )
    if reply.status == 403:
        return _missing_right(fault.words)
    return None


def _of_words(fault: Fault, reply: Reply) -> PortalError | None:
    if reply.status not in {400, 409}:
        return None
    if _DUPLICATE.search(fault.words):
        return AlreadyThere(fault.words, status=reply.status, remote_words=fault.words)
    if _STALE.search(fault.words):
        return Conflict(fault.words, status=reply.status, remote_words=fault.words)
    if _PERIOD.search(fault.words):
        return NeedsOperator(
            f"The accounting period is closed in NetSuite: {fault.words}",
            reason=CLOSED_PERIOD,
            hint="Open the period in Setup > Accounting > Manage Accounting Periods, then requeue.",
        )
    if _CREDIT.search(fault.words):
        return NeedsOperator(
            f"NetSuite takes no order of this customer: {fault.words}",
            reason=CUSTOMER_BLOCKED,
            hint="Raise the limit or lift the hold on the customer in NetSuite, then requeue.",
        )
    return _missing_right(fault.words) if _PERMISSION.search(fault.words) else None


def _missing_right(words: str) -> NeedsOperator:
    return NeedsOperator(
        f"The role of the portal lacks a permission in NetSuite: {words}",
        reason=ACCESS_DENIED,
        cause=f"{ACCESS_DENIED}:{words[:80]}",
        hint="Add it to the role in Setup > Users/Roles > Manage Roles, then requeue.",
    )


def _waits(reply: Reply) -> float:
    return retry_after_s(reply.headers, now=datetime.now(UTC)) or THROTTLED_S


def _page_instead(reply: Reply, writes: bool) -> RemoteError | None:
    """A good status with a page in it: a log-in or maintenance page of something in between."""
    if reply.is_json or not reply.text.strip():
        return None
    return status_error(Reply(503, {}, reply.text), writes, words="A page came instead of data.")
