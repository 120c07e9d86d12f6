"""The faults of a stand-in that runs beside the portal, set from the console of a demo.

Offered only where it cannot be a real system: the portal runs with a sandbox key (a demo makes
one for each run, a production start refuses it), the connection points to this very machine,
and the server there proves that it has the same key. The key itself is never sent.
"""

import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from integrations.errors import PortalError
from integrations.http import Limits, Session
from integrations.models import Connection

logger = logging.getLogger(__name__)

QUICK = Limits(connect_s=0.5, read_s=2, deadline_s=3)
_HERE = {"127.0.0.1", "::1", "localhost"}

# What each fault is called, and what it does; the order is that of the form.
FAULTS: Mapping[str, tuple[str, str]] = {
    "delay": ("Slow answers", "The work is done at once, the answer comes after the seconds."),
    "throttle": ("429, too many calls", "Nothing is done; Retry-After names the seconds."),
    "busy": ("503 with Retry-After", "Nothing is done; Retry-After names the seconds."),
    "fail": ("500, internal error", "Nothing is done."),
    "maintenance": ("Maintenance page", "503 with a page of HTML; nothing is done."),
    "lose_answer": ("Answer lost after commit", "The work is done, then the line goes dead."),
    "slow_commit": ("Slow commit", "The work is done only after the seconds."),
    "stall": ("No answer at all", "Nothing is done; the line goes dead after the seconds."),
    "truncate": ("Half an answer", "The work is done, the body of the answer is cut."),
    "expire_token": ("Expired token", "Every token given out so far is refused."),
    "skew": ("Wrong clock", "The server's clock is the seconds ahead of ours (or behind)."),
    "shrink_pages": ("Smaller pages", "At most so many rows on a page as “Rows or copies” says."),
    "drop_field": ("A field is gone", "As after an upgrade; choose the field below."),
    "rename_field": ("A field has another name", "As after an upgrade; choose the field below."),
    "retype_field": ("A field has another type", "As after an upgrade; choose the field below."),
    "repeat_callbacks": (
        "Callbacks come again",
        "Each message is sent so many times more as “Rows or copies” says.",
    ),
    "reorder_callbacks": (
        "Callbacks last first",
        "Messages of so many seconds are gathered and sent in reverse.",
    ),
    "delay_callbacks": ("Late callbacks", "Each message is sent the seconds late."),
    "lose_callbacks": ("Lost callbacks", "No message is sent."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dials:
    """What a stand-in can do wrong (`known`), which fields it can lose, what is set now."""

    known: tuple[str, ...]
    fields: tuple[str, ...]
    is_set: tuple[dict[str, Any], ...]


def is_standin(connection: Connection) -> bool:
    """Whether one of our own stand-ins answers there. Asks it, where it could be one at all."""
    if not _could_be(connection):
        return False
    nonce = secrets.token_hex(16)
    try:
        found = _session(connection).call(
            "GET", "/_standin/proof", writes=False, params={"nonce": nonce}
        )
        proof = found.json().get("proof", "")
    except (PortalError, AttributeError):
        return False
    expected = hmac.new(settings.SANDBOX_KEY.encode(), nonce.encode(), "sha256").hexdigest()
    return hmac.compare_digest(str(proof), expected)


def read_dials(connection: Connection) -> Dials:
    """Raises RemoteError when the stand-in has gone."""
    found = _session(connection).call("GET", "/_standin/dials", writes=False).json()
    return Dials(
        known=tuple(name for name in FAULTS if name in found["known"]),
        fields=tuple(found["fields"]),
        is_set=tuple(found["dials"]),
    )


def set_dial(connection: Connection, dial: Mapping[str, Any], *, actor: str) -> None:
    """One more fault, beside those that are set; `dial` as the stand-in's `Dials.set`."""
    _session(connection).call("POST", "/_standin/dials", writes=True, json=dict(dial))
    logger.info("standin_dial_set connection=%s dial=%s actor=%s", connection.pk, dial, actor)


def clear_dials(connection: Connection, *, actor: str) -> None:
    """All is well again; callbacks that were held go out. Repeatable."""
    _session(connection).call("DELETE", "/_standin/dials", writes=True)
    logger.info("standin_dials_cleared connection=%s actor=%s", connection.pk, actor)


def _could_be(connection: Connection) -> bool:
    """Answered from our own settings and the address; nobody is asked."""
    is_here = urlsplit(connection.base_url).hostname in _HERE
    return bool(settings.DEBUG and settings.SANDBOX_KEY) and is_here


def _session(connection: Connection) -> Session:
    parts = urlsplit(connection.base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Session(base_url=origin, allow_private=True, limits=QUICK)
