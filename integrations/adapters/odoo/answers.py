"""What an answer of Odoo means, as our errors. Pure.

The status alone decides little: Odoo answers a caller's mistake with 500, a missing database
with an HTML 404, and over /jsonrpc every failure with 200. The name of the exception decides.
`debug` (a stack trace with paths and hosts) is never read here and is cut out of what is kept.
"""

import json
import re
from dataclasses import replace
from typing import Any

from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    OutcomeUnknown,
    PortalError,
    Rejected,
    RemoteError,
    Unavailable,
)
from integrations.http import Recorder, Reply, status_error
from integrations.records import ExchangeRecord

WORDS_CHARS = 500

_AUTH = {
    "odoo.exceptions.AccessDenied",
    "odoo.http.SessionExpiredException",
    "werkzeug.exceptions.Unauthorized",
}
_REFUSED = {
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.MissingError",
}
# Caller mistakes that Odoo lets fall through as a 500: our request is wrong, whoever repeats it.
_OUR_MISTAKE = {
    "builtins.ValueError",
    "builtins.TypeError",
    "builtins.KeyError",
    "builtins.IndexError",
    "builtins.AttributeError",
    "psycopg2.errors.InvalidTextRepresentation",
    "psycopg2.errors.NumericValueOutOfRange",
    "psycopg2.errors.StringDataRightTruncation",
    "werkzeug.exceptions.BadRequest",
    "werkzeug.exceptions.NotFound",
    "werkzeug.exceptions.UnprocessableEntity",
}
_LOST_RACE = re.compile(
    r"could not serialize access|deadlock detected|could not obtain lock|TransactionRollback"
    r"|SerializationFailure|DeadlockDetected|LockNotAvailable",
    re.IGNORECASE,
)
_NEVER_CONNECTED = re.compile(
    r"connection to server|could not connect|Connection refused|too many (clients|connections)"
    r"|starting up|shutting down",
    re.IGNORECASE,
)
_DEBUG = re.compile(r'"debug"\s*:\s*"(?:[^"\\]|\\.)*("|\Z)', re.DOTALL)


def explain_json2(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer of /json/2, or None for a good one."""
    if 200 <= reply.status < 300:
        return explain_plain(reply, writes)
    fault = _fault(reply)
    if fault is None:
        return _page_instead(reply, writes)
    return fault_error(fault, writes=writes, status=reply.status)


def explain_plain(reply: Reply, writes: bool) -> PortalError | None:
    """The error of a good status that carries no JSON; other statuses keep their usual meaning."""
    is_good = 200 <= reply.status < 300
    return _page_instead(reply, writes) if is_good and not _is_readable(reply) else None


def explain_pdf(reply: Reply, writes: bool) -> PortalError | None:
    """The error in what came for a document. A token that is wrong leads to the sign-in page."""
    if reply.status == 404:
        return _page_instead(reply, writes)
    if 300 <= reply.status < 400:
        return Rejected(
            "Odoo did not take its own link to the document.",
            hint="A proxy before Odoo may drop what stands behind the question mark.",
        )
    if not 200 <= reply.status < 300:
        return None
    if reply.media_type == "application/pdf" and reply.content.startswith(b"%PDF-"):
        return None
    return Unavailable(
        "What came from Odoo is not a PDF.",
        remote_words=_plain(reply.text),
        hint="Odoo prints with wkhtmltopdf, which must be installed on its server.",
    )


def explain_jsonrpc(reply: Reply, writes: bool) -> PortalError | None:
    """The error in an answer of /jsonrpc (nearly always HTTP 200), or None for a good one."""
    body = _body(reply)
    if not isinstance(body, dict):
        return _page_instead(reply, writes)
    if "error" not in body:
        return None if 200 <= reply.status < 300 else status_error(reply, writes)
    fault = body["error"].get("data") or {"name": "", "message": body["error"].get("message", "")}
    return fault_error(fault, writes=writes, status=reply.status)


def fault_error(fault: dict[str, Any], *, writes: bool, status: int | None = None) -> PortalError:
    """An exception of Odoo ({"name", "message", …}) as one of ours."""
    name = str(fault.get("name") or "")
    words = str(fault.get("message") or "").strip()[:WORDS_CHARS]
    # over /jsonrpc a user that was deleted is a missing record like any other
    if name in _AUTH or "(Record: res.users(" in words:
        return AuthFailed(
            "Odoo refused the credentials.",
            status=status,
            remote_words=words,
            hint="The API key is wrong or has expired: Odoo answers both alike.",
        )
    if name == "odoo.exceptions.AccessError":
        return access_error(words, status=status)
    if name in _REFUSED:
        return Rejected(f"Odoo refused: {words}", status=status, remote_words=words)
    if name in _OUR_MISTAKE:
        return Rejected(
            f"Odoo did not understand the request: {words}",
            status=status,
            remote_words=f"{name}: {words}",
            hint="The portal's request does not fit this Odoo; a module may be missing there.",
        )
    return _server_error(name, words, writes=writes, status=status)


def access_error(words: str, *, status: int | None) -> PortalError:
    """A missing right: an administrator of Odoo must grant it. A private method is our mistake."""
    if words.startswith("Private methods"):
        return Rejected(f"Odoo refused: {words}", status=status, remote_words=words)
    first = words.splitlines()[0] if words else "access denied"
    return NeedsOperator(
        f"The service user may not do this in Odoo: {words}",
        reason="erp_access_denied",
        cause=f"erp_access_denied:{first}",
        hint="Give the service user the right in Odoo, then requeue.",
    )


def load_error(answer: Any) -> PortalError | None:
    """The error in the answer of `load`: HTTP 200 with `ids` false; nothing was stored then.

    Warnings come beside ids, for names that match twice; only numbers are ever sent.
    """
    if answer.get("ids"):
        return None
    messages = answer.get("messages") or []
    words = " ".join(str(message.get("message", "")).strip() for message in messages)[:WORDS_CHARS]
    if _LOST_RACE.search(words):
        return Conflict("Somebody else wrote this order just now.", status=200, remote_words=words)
    return Rejected(f"Odoo refused: {words}", status=200, remote_words=words)


def _server_error(name: str, words: str, *, writes: bool, status: int | None) -> RemoteError:
    said = f"{name}: {words}".strip(": ")
    if _LOST_RACE.search(said):
        # the database rolled the transaction back: nothing was written
        return Conflict("Somebody else wrote at the same time.", status=status, remote_words=words)
    if not writes or (name.startswith("psycopg2.") and _NEVER_CONNECTED.search(words)):
        return Unavailable(
            "Odoo or its database is not available.",
            status=status,
            remote_words=_without_host(said),
            hint="Check that the database name of the connection is right.",
        )
    return OutcomeUnknown(
        "Odoo failed after a write was sent.", status=status, remote_words=_without_host(said)
    )


def _without_host(words: str) -> str:
    return re.sub(r'server at "[^"]*"(, port \d+)?', "server", words)


def _page_instead(reply: Reply, writes: bool) -> PortalError | None:
    """No JSON where it was due: a proxy's page, a missing database, an answer cut short."""
    words = _plain(reply.text)
    if reply.status == 404:
        # Odoo answers so when it finds no database (wrong name, or PostgreSQL is away): the
        # request reached no model, so a write did nothing either. Never "record not found".
        return Unavailable(
            "Odoo or its database is not available.",
            status=404,
            remote_words=words,
            hint="Check the address and the database name of the connection.",
        )
    if 200 <= reply.status < 300:
        # a proxy that lost the answer behind a page of its own: the write may have taken effect
        error = OutcomeUnknown if writes else Unavailable
        return error(
            "What came is not an answer of Odoo.",
            status=reply.status,
            remote_words=words,
            hint="Check that the address of the connection is that of Odoo itself.",
        )
    return status_error(reply, writes, words)


def _plain(page: str) -> str:
    without_style = re.sub(r"(?is)<(script|style).*?</\1>", " ", page)
    return " ".join(re.sub(r"<[^>]*>", " ", without_style).split())[:WORDS_CHARS]


def _body(reply: Reply) -> Any:
    try:
        return reply.json() if reply.is_json else None
    except ValueError:
        return None


def _is_readable(reply: Reply) -> bool:
    try:
        reply.json()
    except ValueError:
        return False
    return reply.is_json


def _fault(reply: Reply) -> dict[str, Any] | None:
    body = _body(reply)
    return body if isinstance(body, dict) and "name" in body else None


class WithoutDebug:
    """A recorder that keeps exchanges without Odoo's stack traces."""

    def __init__(self, inner: Recorder) -> None:
        self._inner = inner

    def record(self, exchange: ExchangeRecord) -> None:
        kept = _DEBUG.sub(f'"debug":{json.dumps("removed")}', exchange.response_body)
        self._inner.record(replace(exchange, response_body=kept))
