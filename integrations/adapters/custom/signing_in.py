"""How the portal shows who it is: headers made of the connection's secrets."""

import base64
import hashlib
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from integrations.adapters.custom.mapping.shapes import Entry
from integrations.errors import AuthFailed, NeedsOperator, PortalError, Rejected
from integrations.http import Reply, Session

EARLY_S = 30.0  # a token is renewed before it ends
USUAL_LIFE_S = 300.0  # of a token whose answer does not say

NEEDED: dict[str, tuple[str, ...]] = {
    "none": (),
    "basic": ("username", "password"),
    "bearer": ("token",),
    "api_key": ("api_key",),
    "oauth_client_credentials": ("client_id", "client_secret"),
}


class SignIn:
    """Makes the headers of one connection. `renew` gives up a token that was refused."""

    def __init__(self, session: Session, auth: Entry, secrets: Mapping[str, str]) -> None:
        self._session, self._auth, self._secrets = session, auth, secrets
        self._refuse_missing()

    def headers(self) -> dict[str, str]:
        """May ask for a token first. Raises AuthFailed when that is refused."""
        kind, secrets = self._auth["kind"], self._secrets
        if kind == "basic":
            return {"Authorization": _basic(secrets["username"], secrets["password"])}
        if kind == "bearer":
            return {"Authorization": f"Bearer {secrets['token']}"}
        if kind == "api_key":
            return {self._auth["header"]: secrets["api_key"]}
        if kind == "oauth_client_credentials":
            return {"Authorization": f"Bearer {self._token()}"}
        return {}

    def renew(self) -> bool:
        """Whether another try may go better than the one that was refused."""
        return _TOKENS.drop(self._token_key())

    def _refuse_missing(self) -> None:
        lacks = [name for name in NEEDED[self._auth["kind"]] if not self._secrets.get(name)]
        if lacks:
            raise NeedsOperator(
                f"{self._auth['kind']} needs the secret {' and the secret '.join(map(repr, lacks))}"
                ", which this connection does not have.",
                reason="secret_missing",
                cause=f"secret_missing:{','.join(lacks)}",
                hint="Enter it among the secrets of the connection, or correct its mapping's auth.",
            )

    # -- OAuth

    def _token_key(self) -> str:
        """Of everything that a token depends on, without holding the secret itself."""
        secrets = self._secrets
        parts = [self._session.base_url, str(self._auth["token_path"]), self._auth["scope"]]
        parts += [secrets.get("client_id", ""), secrets.get("client_secret", "")]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _token(self) -> str:
        token = _TOKENS.find(self._token_key()) or self._ask()
        if token not in self._session.secrets:
            self._session.secrets = (*self._session.secrets, token)
        return token

    def _ask(self) -> str:
        secrets, form = self._secrets, {"grant_type": "client_credentials"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._auth["scope"]:
            form["scope"] = self._auth["scope"]
        if self._auth["client_in"] == "basic":
            headers["Authorization"] = _basic(secrets["client_id"], secrets["client_secret"])
        else:
            form |= {"client_id": secrets["client_id"], "client_secret": secrets["client_secret"]}
        reply = self._session.call(
            "POST",
            self._auth["token_path"],
            writes=False,
            body=urlencode(form).encode(),
            headers=headers,
            explain=_explain_token,
        )
        answer = reply.json()
        life_s = float(answer.get("expires_in") or USUAL_LIFE_S)
        _TOKENS.keep(self._token_key(), str(answer["access_token"]), life_s)
        return str(answer["access_token"])


def _explain_token(reply: Reply, writes: bool) -> PortalError | None:
    """RFC 6749: a refused client is a 400 or a 401, with `error` in its body."""
    if reply.status in {400, 401, 403}:
        return AuthFailed(
            "The ERP gave no token.",
            status=reply.status,
            remote_words=reply.text[:200],
            hint="Client id or secret is wrong or has expired, or the scope of the mapping is "
            "not allowed.",
        )
    if 200 <= reply.status < 300 and not reply.json().get("access_token"):
        return Rejected(
            "The answer to the request for a token holds no 'access_token'.",
            hint="Check 'token_path' in the mapping.",
        )
    return None


class _Tokens:
    """Tokens of this process, so that not every call asks for one. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def find(self, key: str) -> str:
        with self._lock:
            token, ends = self._kept.get(key, ("", 0.0))
            return token if ends > time.monotonic() else ""

    def keep(self, key: str, token: str, life_s: float) -> None:
        with self._lock:
            self._kept[key] = (token, time.monotonic() + max(0.0, life_s - EARLY_S))

    def drop(self, key: str) -> bool:
        with self._lock:
            return self._kept.pop(key, None) is not None


_TOKENS = _Tokens()


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
