"""What an answer of Business Central means, as our errors. Pure.

The code decides, not the message, which is in the language of the caller; where one code says
many things (`Application_DialogException`), the English words are looked at, since every
request asks for English.
"""

import re
from datetime import UTC, datetime

from integrations.adapters.troubles import (
    ACCESS_DENIED,
    BAD_SETTING,
    CLOSED_PERIOD,
    CUSTOMER_BLOCKED,
)
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    OutcomeUnknown,
    PortalError,
    Rejected,
    Throttled,
    Unavailable,
)
from integrations.http import Reply, retry_after_s, status_error

WORDS_CHARS = 500
# What to wait where the remote names no time: requests count over a window of five minutes.
UNNAMED_WAIT_S = 30.0

_CORRELATION = re.compile(r"\s*CorrelationId:\s+[0-9a-fA-F-]{36}\.?\s*$")
_CHANGED = {"Request_EntityChanged", "BadRequest_InvalidToken", "Internal_RecordChanged"}
_UNKNOWN_THERE = {
    "Internal_InvalidTableRelation",
    "Internal_RecordNotFound",
    "Internal_DataNotFoundFilter",
}
_OURS = {
    "BadRequest",
    "BadRequest_InvalidOperation",
    "BadRequest_RequiredParamNotProvided",
    "BadRequest_MethodNotAllowed",
    "BadRequest_InvalidRequestUrl",
    "BadRequest_MethodNotImplemented",
}
_MISFIT = "The portal's request does not fit this version of Business Central."
_CHECK_LINKS = "What the order names does not exist there (any more): check the links."
_GONE = ("BadRequest_NotFound", "Internal_RecordNotFound")
_BLOCKED = re.compile(r"\bblocked\b", re.IGNORECASE)
_CLOSED = re.compile(r"range of allowed posting dates", re.IGNORECASE)


def explain(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer of the API, or None for a good one."""
    if 200 <= reply.status < 300:
        return _page_instead(reply, writes)
    code, words = _said(reply)
    return (
        _by_status(reply, words)
        or _by_code(code, words, reply.status)
        or status_error(reply, writes, words)
    )


def explain_pdf(reply: Reply, writes: bool) -> PortalError | None:
    """The error in what came for a document."""
    if not 200 <= reply.status < 300:
        return explain(reply, writes)
    if reply.content.startswith(b"%PDF-"):
        return None
    return Unavailable(
        "What came from Business Central is not a PDF.",
        status=reply.status,
        remote_words=_plain(reply.text),
        hint="Its report layout may print another kind of file: choose a layout for PDF.",
    )


def is_gone(error: Rejected) -> bool:
    """Whether the API itself says that there is no such record; a proxy's 404 says nothing."""
    return error.status == 404 and error.remote_words.startswith(_GONE)


def explain_sign_in(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer of Entra to a sign-in, or None for a token."""
    if reply.status in {400, 401}:
        body = reply.json() if reply.is_json else {}
        words = str(body.get("error_description") or body.get("error") or "")
        return AuthFailed(
            "Microsoft Entra refused the sign-in.",
            status=reply.status,
            remote_words=words.splitlines()[0][:WORDS_CHARS] if words else "",
            hint="Check tenant id, client id and client secret: a secret that has expired is "
            "refused like a wrong one.",
        )
    return explain(reply, writes)


def _by_status(reply: Reply, words: str) -> PortalError | None:
    if reply.status == 429:
        waits = retry_after_s(reply.headers, now=datetime.now(UTC))
        return Throttled(
            "Business Central asks to slow down.",
            retry_after_s=UNNAMED_WAIT_S if waits is None else waits,
            status=429,
            remote_words=words,
        )
    if reply.status == 401:
        return AuthFailed(
            "Business Central refused the sign-in.",
            status=401,
            remote_words=words,
            hint="Open “Microsoft Entra applications” in Business Central: the client id must "
            "be there, with State = Enabled.",
        )
    if reply.status == 403:
        return access_error(words)
    return None


def access_error(words: str) -> NeedsOperator:
    first = words.splitlines()[0] if words else "access denied"
    return NeedsOperator(
        f"The app may not do this in Business Central: {words}",
        reason=ACCESS_DENIED,
        cause=f"{ACCESS_DENIED}:{first[:120]}",
        hint="Give its card under “Microsoft Entra applications” the permission set that is "
        "missing, then requeue.",
    )


def _by_code(code: str, words: str, status: int) -> PortalError | None:
    if code.startswith("Authorization_"):
        return access_error(words)
    if code in _CHANGED:
        return Conflict("Somebody else changed this record.", status=status, remote_words=words)
    if code == "Internal_CompanyNotFound":
        return NeedsOperator(
            "There is no such company in this environment of Business Central.",
            reason=BAD_SETTING,
            cause=f"{BAD_SETTING}:company_id",
            hint="“Test connection” lists the companies; correct the setting 'company_id'.",
        )
    if code == "NoEnvironment":
        return NeedsOperator(
            "There is no such environment of Business Central in this tenant.",
            reason=BAD_SETTING,
            cause=f"{BAD_SETTING}:environment",
            hint="Correct the setting 'environment', as the admin center names it.",
        )
    if code == "BadRequest_ResourceNotFound":
        return NeedsOperator(
            f"Business Central does not serve this page: {words}",
            reason="page_missing",
            cause=f"page_missing:{words[:120]}",
            hint="Check the environment and, for a page of the companion extension, that it is "
            "installed under the name in 'extension_api'.",
        )
    return _by_rule(code, words, status)


def _by_rule(code: str, words: str, status: int) -> PortalError | None:
    """What a business rule refused."""
    if status >= 500 or not code:
        return None
    if code in _OURS:
        # before any words: the name of a field may sound like a rule
        return _refused(code, words, status, hint=_MISFIT)
    if _CLOSED.search(words):
        return NeedsOperator(
            f"The posting period is closed in Business Central: {words}",
            reason=CLOSED_PERIOD,
            hint="Accounting opens the period (General Ledger Setup, or User Setup of the app), "
            "then requeue.",
        )
    if _BLOCKED.search(words) and "customer" in words.lower():
        return NeedsOperator(
            f"The customer is blocked in Business Central: {words}",
            reason=CUSTOMER_BLOCKED,
            cause=f"{CUSTOMER_BLOCKED}:{words[:120]}",
            hint="Take the block off the customer card, or cancel the order; then requeue.",
        )
    is_unknown = code in _UNKNOWN_THERE
    return _refused(code, words, status, hint=_CHECK_LINKS if is_unknown else "")


def _refused(code: str, words: str, status: int, *, hint: str) -> Rejected:
    return Rejected(
        f"Business Central refused: {words or code}",
        status=status,
        remote_words=f"{code}: {words}"[:WORDS_CHARS],
        hint=hint,
    )


def _said(reply: Reply) -> tuple[str, str]:
    """(code, message without its correlation id); empty where the answer is a proxy's."""
    try:
        body = reply.json() if reply.is_json else None
    except ValueError:
        body = None
    fault = body.get("error") if isinstance(body, dict) else None
    if not isinstance(fault, dict):
        return "", _plain(reply.text)
    words = _CORRELATION.sub("", str(fault.get("message") or ""))
    return str(fault.get("code") or ""), words.strip()[:WORDS_CHARS]


def _page_instead(reply: Reply, writes: bool) -> PortalError | None:
    """A good status without JSON: a proxy that lost the answer behind a page of its own."""
    if reply.status == 204 or "xml" in reply.headers.get("content-type", ""):
        return None
    if reply.is_json:
        reply.json()  # raises for one that was cut short, which is told as unreadable
        return None
    error = OutcomeUnknown if writes else Unavailable
    return error(
        "What came is not an answer of Business Central.",
        status=reply.status,
        remote_words=_plain(reply.text),
        hint="Check that the address of the connection is that of Business Central itself.",
    )


def _plain(page: str) -> str:
    without_style = re.sub(r"(?is)<(script|style).*?</\1>", " ", page)
    return " ".join(re.sub(r"<[^>]*>", " ", without_style).split())[:WORDS_CHARS]
