"""Talks to Medusa's Admin API: credentials, lists in pages, and what its refusals mean."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from integrations.errors import (
    AuthFailed,
    OutcomeUnknown,
    PortalError,
    Rejected,
    RemoteError,
    Unavailable,
)
from integrations.http import Reply, Session, status_error

# Node takes request lines of 16 kB, a proxy in between often 8 kB. Every call of the Admin API
# costs Medusa some 35 ms for the secret key alone (measured, 2.21.2): as many as fit go at once.
CHARACTERS_PER_CALL = 6_500
_OF_A_NAME = len("&external_id%5B%5D=")
ROWS_PER_CALL = 200

RIGHTS_HINT = (
    "Roles are in use in Medusa (rbac): give the key's role the right to read and write orders, "
    "payments and products, and to read the settings, or make a secret key without limits."
)
_ADDRESS_HINT = "Enter the address of the Medusa server, without /app or /admin."

Params = list[tuple[str, str]]


class NoSuchRoute(Rejected):
    """Medusa does not know the address: 404 without JSON, unlike the one for a missing record."""


class Client:
    """One Medusa server. Wraps a session, whose credentials and error words it sets up."""

    def __init__(self, session: Session, secret_key: str) -> None:
        self._session = session
        self.has_publishable_key = secret_key.startswith("pk_")
        # A secret key works as HTTP Basic only (user name: the key, no password);
        # as a Bearer token Medusa 2.21 refuses it.
        basic = base64.b64encode(f"{secret_key}:".encode()).decode()
        session.headers["Authorization"] = f"Basic {basic}"
        session.explain = explain

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """The JSON object at `path`."""
        return _object(self._session.call("GET", path, writes=False, params=params))

    def post(
        self, path: str, body: Mapping[str, Any], params: Params | None = None
    ) -> dict[str, Any]:
        """Sends a change; raises OutcomeUnknown when its answer is lost."""
        return _object(self._session.call("POST", path, writes=True, json=body, params=params))

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Reads what takes a body to ask for. Changes nothing, so a lost answer is no doubt."""
        return _object(self._session.call("POST", path, writes=False, json=body))

    def delete(self, path: str) -> dict[str, Any]:
        """Removes what is at `path`; raises OutcomeUnknown when the answer is lost."""
        return _object(self._session.call("DELETE", path, writes=True))

    def rows(self, path: str, key: str, params: Params) -> Iterator[dict[str, Any]]:
        """All rows of a list that does not change while it is walked (settings, look-ups)."""
        offset = 0
        while True:
            page = self.get(path, [*params, ("limit", str(ROWS_PER_CALL)), ("offset", str(offset))])
            found = page.get(key) or []
            yield from found
            offset += len(found)
            if not found or offset >= int(page.get("count") or 0):
                return


def in_chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids or keys in groups that fit into one request line."""
    some: list[str] = []
    length = 0
    for value in values:
        more = len(quote_plus(value)) + _OF_A_NAME
        if some and length + more > CHARACTERS_PER_CALL:
            yield some
            some, length = [], 0
        some.append(value)
        length += more
    if some:
        yield some


def _object(reply: Reply) -> dict[str, Any]:
    found: dict[str, Any] = reply.json()
    return found


# ---------------------------------------------------------------- what an answer means


def explain(reply: Reply, writes: bool) -> PortalError | None:
    """Medusa's answers in our errors; every other status means what it means everywhere."""
    body = _json_object(reply)
    if 200 <= reply.status < 300:
        return None if body is not None else _not_medusa(reply, writes)
    if reply.status == 404 and body is None:
        return _no_such_route(reply)
    words = str((body or {}).get("message") or "")
    error = status_error(reply, writes, words)
    if isinstance(error, AuthFailed):
        error.hint = _key_hint(words)
    elif isinstance(error, Rejected) and reply.status == 403:
        error.hint = RIGHTS_HINT
    elif isinstance(error, Rejected) and reply.status == 413:
        error.hint = "Send fewer rows at once: Medusa takes 100 kB, and 2 MB on batch routes."
    return error


def is_refused_with(error: RemoteError, words: str) -> bool:
    """Medusa has no machine code for most refusals; its sentence is all there is."""
    return isinstance(error, Rejected) and words.lower() in error.remote_words.lower()


def _json_object(reply: Reply) -> dict[str, Any] | None:
    if not reply.is_json:
        return None
    try:
        found = reply.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _not_medusa(reply: Reply, writes: bool) -> PortalError:
    # A login page or a proxy's notice with status 200. A truncated answer to a write looks
    # the same, and that write may have taken effect.
    error = OutcomeUnknown if writes else Unavailable
    return error(
        "What came is not an answer of Medusa.",
        remote_words=reply.text[:200],
        hint="" if reply.is_json else _ADDRESS_HINT,
    )


def _no_such_route(reply: Reply) -> NoSuchRoute:
    return NoSuchRoute(
        "This Medusa does not know the address that was called.",
        remote_words=reply.text[:200],
        hint="Check the base URL (without /app or /admin) and that Medusa is 2.21 or newer.",
    )


def _key_hint(words: str) -> str:
    if "Bearer" in words:
        return "Something between us and Medusa turns Basic authentication into Bearer."
    return "Enter a secret API key (sk_…) that is not revoked: Settings > Secret API keys."
