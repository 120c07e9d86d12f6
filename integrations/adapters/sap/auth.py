"""Signing in: Basic, or OAuth client credentials with a token that is kept until it expires."""

import base64
import time
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from integrations.adapters.sap.answers import explain_json, words_of
from integrations.adapters.sap.meanings import refused_client
from integrations.adapters.sap.settings import SapSettings
from integrations.errors import AuthFailed, PortalError
from integrations.http import Reply, Session

EARLY_S = 60  # a token that is about to expire is not used any more


class SignIn:
    """The Authorization header of a connection; fetches an OAuth token when it needs one."""

    def __init__(self, session: Session, settings: SapSettings, password: str) -> None:
        self._session, self._settings = session, settings
        self._basic = _basic(settings.user, password)
        self._token = ""
        self._expires_at = 0.0

    @property
    def may_renew(self) -> bool:
        """Whether a refused call is worth one more sign-in: a token may end before its time."""
        return bool(self._token)

    def header(self) -> str:
        """Raises AuthFailed where the token service refuses the client."""
        if self._settings.auth != "oauth":
            return self._basic
        if not self._token or time.monotonic() >= self._expires_at:
            self._fetch()
        return f"Bearer {self._token}"

    def forget(self) -> None:
        self._token = ""

    def _fetch(self) -> None:
        parts = urlsplit(self._settings.token_url)
        session = replace(
            self._session, base_url=f"{parts.scheme}://{parts.netloc}", headers={}, explain=None
        )
        reply = session.call(
            "POST",
            parts.path,
            writes=False,  # a token more or less: it may be asked for again
            body=urlencode({"grant_type": "client_credentials"}).encode(),
            headers={
                "Authorization": self._basic,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            explain=_explain_token,
        )
        answer = reply.json()
        self._token = str(answer["access_token"])
        lives_s = float(answer.get("expires_in") or 600)
        self._expires_at = time.monotonic() + max(lives_s - EARLY_S, lives_s / 2)


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _explain_token(reply: Reply, writes: bool) -> PortalError | None:
    if reply.status in {400, 401, 403}:
        return refused_client(_words_of_token(reply), reply.status)
    error = explain_json(reply, writes)
    if error is None and not reply.json().get("access_token"):
        return AuthFailed(
            "The token URL answered without a token.",
            status=reply.status,
            hint="Check the token URL of the connection.",
        )
    return error


def _words_of_token(reply: Reply) -> str:
    """`error` and `error_description` (RFC 6749, 5.2), or the text of a page."""
    try:
        body = reply.json()
    except ValueError:
        return words_of(reply)
    parts = (body.get("error"), body.get("error_description")) if isinstance(body, dict) else ()
    return ": ".join(str(part) for part in parts if part)
