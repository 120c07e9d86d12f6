"""Access tokens by client credentials: one per account and certificate, shared in the process.

A token lives for an hour, an adapter for one step of a job: asking each time would double the
requests of a pool that is small.
"""

import hashlib
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from integrations.adapters.netsuite.answers import explain_token
from integrations.adapters.netsuite.keys import assertion, read_key
from integrations.http import Session

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 an address
ASSERTION_LIFE_S = 300  # NetSuite takes less than an hour
RENEW_BEFORE_S = 600
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float  # of the monotonic clock


_kept: dict[str, _Token] = {}
_lock = threading.Lock()


class AccessTokens:
    """The tokens of one connection's credentials."""

    def __init__(self, *, client_id: str, certificate_id: str, private_key: str, url: str) -> None:
        self._client_id, self._certificate_id = client_id, certificate_id
        self._private_key = private_key
        told = "\n".join((url, client_id, certificate_id, private_key))
        self._name = hashlib.sha256(told.encode()).hexdigest()

    def current(self, session: Session) -> str:
        """A token that is still good, asked for where there is none."""
        with _lock:
            token = _kept.get(self._name)
        if token is None or token.good_until <= time.monotonic():
            token = self._ask(session)
            with _lock:
                _kept[self._name] = token
        _mask(session, token.value)
        return token.value

    def forget(self) -> None:
        with _lock:
            _kept.pop(self._name, None)

    def _ask(self, session: Session) -> _Token:
        signed = assertion(
            read_key(self._private_key),
            client_id=self._client_id,
            certificate_id=self._certificate_id,
            audience=f"{session.base_url}{TOKEN_PATH}",
            now_s=int(time.time()),
            life_s=ASSERTION_LIFE_S,
        )
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _JWT_BEARER,
            "client_assertion": signed,
        }
        _mask(session, signed)
        reply = session.call(
            "POST",
            TOKEN_PATH,
            writes=False,  # asking twice harms nothing
            body=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            explain=explain_token,
        )
        found = reply.json()
        lives_s = max(float(found.get("expires_in") or 0) - RENEW_BEFORE_S, 0)
        return _Token(str(found["access_token"]), time.monotonic() + lives_s)


def _mask(session: Session, secret: str) -> None:
    """Kept exchanges must not hold it."""
    if secret not in session.secrets:
        session.secrets = (*session.secrets, secret)
