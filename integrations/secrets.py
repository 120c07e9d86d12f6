"""Credentials at rest: sealed with Fernet under `CREDENTIAL_KEYS`, newest key first.

Rotation: put a new key in front, restart, run `manage.py rotate_keys`, drop the old key.
"""

import base64
import hashlib
import json
import secrets as randomness
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from integrations.errors import NeedsOperator

SIGNING_SECRET_BYTES = 24  # the least that Standard Webhooks allows


def _fernet() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
    except ValueError as exc:
        raise ImproperlyConfigured(
            "CREDENTIAL_KEYS must hold Fernet keys separated by commas "
            "(`python manage.py generate_key` prints one)."
        ) from exc


def seal(values: Mapping[str, str]) -> str:
    """The values as one encrypted text."""
    return _fernet().encrypt(json.dumps(dict(values)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """What `seal` was given. Raises NeedsOperator when no known key opens it."""
    opened: dict[str, str] = json.loads(_opened(sealed, tuple(settings.CREDENTIAL_KEYS)))
    return opened


@lru_cache(maxsize=64)  # each call to a remote begins with this
def _opened(sealed: str, keys: tuple[str, ...]) -> bytes:
    if not sealed:
        return b"{}"
    try:
        return _fernet().decrypt(sealed.encode())
    except InvalidToken as exc:
        raise NeedsOperator(
            "The stored credentials cannot be decrypted.",
            reason="credentials_unreadable",
            hint="Put the key that sealed them back into CREDENTIAL_KEYS, or enter them again.",
        ) from exc


def reseal(sealed: str) -> str:
    """The same values under the newest key."""
    return _fernet().rotate(sealed.encode()).decode() if sealed else ""


def generate_key() -> str:
    """A new Fernet key."""
    return Fernet.generate_key().decode()


def new_token() -> str:
    """A random token for a URL: 32 bytes, URL-safe."""
    return randomness.token_urlsafe(32)


def new_signing_secret() -> str:
    """A secret for signing webhooks, in the form of Standard Webhooks: whsec_ and base64."""
    return "whsec_" + base64.b64encode(randomness.token_bytes(SIGNING_SECRET_BYTES)).decode()


def token_hash(token: str) -> str:
    """What is stored of a token: it is random, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
