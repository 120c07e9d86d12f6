"""The key of the certificate, and what is signed with it. Pure, but for reading the key.

NetSuite takes PS256 (RSA) and ES256 to ES512 (EC); RS256, which most libraries default to,
is refused.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from integrations.errors import NeedsOperator

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)
_CURVES: dict[int, tuple[str, hashes.HashAlgorithm]] = {
    256: ("ES256", hashes.SHA256()),
    384: ("ES384", hashes.SHA384()),
    521: ("ES512", hashes.SHA512()),
}
SMALLEST_RSA_BITS = 3072
_TBA = ("client_secret", "token_id", "token_secret")


def check_secrets(secrets: Mapping[str, str]) -> None:
    """Raises NeedsOperator unless there is a usable key, or all that token-based sign-in takes."""
    if secrets.get("private_key"):
        read_key(secrets["private_key"])
    elif not all(secrets.get(name) for name in _TBA):
        raise _bad(
            "Neither 'private_key' (for oauth2) nor 'client_secret', 'token_id' and "
            "'token_secret' (for tba) are entered."
        )


def read_key(text: str) -> PrivateKey:
    """The key of a PEM text, also of one whose line breaks were lost in a form."""
    found = _PEM.search(text)
    if found is None:
        raise _bad("The private key must be PEM text: -----BEGIN PRIVATE KEY----- and so on.")
    body = "\n".join(re.findall(r".{1,64}", re.sub(r"\s+", "", found[2])))
    pem = f"-----BEGIN {found[1]}-----\n{body}\n-----END {found[1]}-----\n"
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise _bad("The private key cannot be read; enter it without a passphrase.") from exc
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size in _CURVES:
        return key
    raise _bad("NetSuite takes RSA keys of 3072 or 4096 bits and EC keys P-256, P-384, P-521.")


def assertion(
    key: PrivateKey, *, client_id: str, certificate_id: str, audience: str, now_s: int, life_s: int
) -> str:
    """A signed JWT that asks for an access token. `now_s` and `life_s` in seconds."""
    header = {"typ": "JWT", "alg": _algorithm(key), "kid": certificate_id}
    payload = {
        "iss": client_id,
        "scope": ["rest_webservices"],
        "aud": audience,
        "iat": now_s,
        "exp": now_s + life_s,
    }
    signed = f"{_part(header)}.{_part(payload)}"
    return f"{signed}.{_encoded(_signature(key, signed.encode()))}"


def _algorithm(key: PrivateKey) -> str:
    return "PS256" if isinstance(key, rsa.RSAPrivateKey) else _CURVES[key.curve.key_size][0]


def _signature(key: PrivateKey, signed: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        return key.sign(signed, pss, hashes.SHA256())
    bits = key.curve.key_size
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(_CURVES[bits][1])))
    size = (bits + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _part(content: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(content, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bad(message: str) -> NeedsOperator:
    return NeedsOperator(
        message,
        reason="bad_secret",
        cause="bad_secret:private_key",
        hint="Enter the secret again on the connection.",
    )
