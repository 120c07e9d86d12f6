"""Who may come in: access tokens for signed assertions, and OAuth 1.0a headers.

Checked as NetSuite documents it: PS256 and ES256 to ES512 only, `exp` less than an hour after
`iat`, tokens for an hour; HMAC-SHA256, a nonce once, five minutes of clock difference.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from integrations.standin import Request

_HASHES = {"ES256": hashes.SHA256(), "ES384": hashes.SHA384(), "ES512": hashes.SHA512()}
TOKEN_LIFE_S = 3600
CLOCK_S = 300


class NotLetIn(Exception):
    """The words of `invalid_grant`, or the reason that only the audit trail shows."""


@dataclass
class SignIn:
    """`certificates` are those of the M2M page: (client id, public key) by certificate id."""

    realm: str = "1234567_SB1"
    certificates: dict[str, tuple[str, str]] = field(default_factory=dict)
    consumer: tuple[str, str] = ("", "")
    token: tuple[str, str] = ("", "")
    clock_ahead_s: float = 0.0
    tokens: dict[str, float] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    audit_trail: list[str] = field(default_factory=list)

    def now(self) -> float:
        return time.time() + self.clock_ahead_s

    # -- OAuth 2.0

    def give_token(self, request: Request, *, audience: str) -> str:
        """A new access token. Raises NotLetIn."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            raise NotLetIn("unsupported_grant_type")
        if not form.get("client_assertion_type", "").endswith(":jwt-bearer"):
            raise NotLetIn("invalid_request")
        self._check_assertion(form.get("client_assertion", ""), audience)
        token = secrets.token_urlsafe(32)
        self.tokens[token] = self.now() + TOKEN_LIFE_S
        return token

    def _check_assertion(self, assertion: str, audience: str) -> None:
        try:
            head, body, signature = assertion.split(".")
            header, claims = _json(head), _json(body)
        except ValueError as exc:
            raise NotLetIn("invalid_request") from exc
        client_id, key = self.certificates.get(str(header.get("kid")), ("", ""))
        if not key or claims.get("iss") != client_id:
            raise NotLetIn("invalid_client")
        if not _is_signed(key, str(header.get("alg")), f"{head}.{body}", _raw(signature)):
            raise NotLetIn("invalid_grant")
        issued, expires = float(claims.get("iat") or 0), float(claims.get("exp") or 0)
        is_timely = issued - CLOCK_S <= self.now() < expires and expires - issued < 3600
        if not is_timely or claims.get("aud") != audience:
            raise NotLetIn("invalid_grant")
        if "rest_webservices" not in claims.get("scope", ()):
            raise NotLetIn("invalid_scope")

    # -- every request

    def lets_in(self, request: Request, url: str) -> bool:
        header = request.headers.get("authorization", "")
        if header.lower().startswith("bearer "):
            return self.tokens.get(header[7:], 0) > self.now()
        if header.startswith("OAuth "):
            reason = self._oauth_problem(header, request, url)
            if reason:
                self.audit_trail.append(reason)
            return not reason
        return False

    def _oauth_problem(self, header: str, request: Request, url: str) -> str:
        given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}
        realm, signature = given.pop("realm", ""), given.pop("oauth_signature", "")
        if realm != self.realm:
            return "InvalidAccount"
        if given.get("oauth_signature_method") != "HMAC-SHA256":
            return "InvalidSignatureMethod"
        if abs(self.now() - float(given.get("oauth_timestamp") or 0)) > CLOCK_S:
            return "InvalidTimestamp"
        use = (given.get("oauth_nonce", ""), given.get("oauth_timestamp", ""))
        if len(use[0]) < 6 or use in self.nonces:
            return "NonceUsed"
        self.nonces.add(use)
        known = (given.get("oauth_consumer_key"), given.get("oauth_token"))
        if known != (self.consumer[0], self.token[0]) or not known[0]:
            return "TokenUnknown"
        signed = _oauth_signature(
            request, url, given, f"{_pct(self.consumer[1])}&{_pct(self.token[1])}"
        )
        return "" if hmac.compare_digest(signed, signature) else "InvalidSignature"


def _oauth_signature(request: Request, url: str, given: dict[str, str], key: str) -> str:
    pairs = [*given.items(), *request.params]
    told = "&".join(
        f"{name}={value}" for name, value in sorted((_pct(a), _pct(b)) for a, b in pairs)
    )
    base = f"{request.method}&{_pct(url)}&{_pct(told)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha256)).decode()


def _is_signed(pem: str, algorithm: str, content: str, signature: bytes) -> bool:
    key = load_pem_public_key(pem.encode())
    try:
        if algorithm == "PS256" and isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
            key.verify(signature, content.encode(), pss, hashes.SHA256())
            return True
        if algorithm in _HASHES and isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            numbers = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            der = encode_dss_signature(*numbers)
            key.verify(der, content.encode(), ec.ECDSA(_HASHES[algorithm]))
            return True
    except InvalidSignature:
        return False
    return False  # RS256 and the like are not taken


def _json(part: str) -> dict[str, Any]:
    found = json.loads(_raw(part))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _raw(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _pct(text: str) -> str:
    return quote(str(text), safe="-._~")
