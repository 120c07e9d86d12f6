"""Takes secrets out of what we keep or log. Pure.

Three nets, because each alone has holes: header names, JSON/form key names, and the
literal secret values of the connection (also as they look Base64-encoded in Basic auth).
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

MASK = "•••"
_SECRET_HEADER = re.compile(
    r"authorization|cookie|token|secret|api-?key|signature|password|csrf", re.IGNORECASE
)
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|api_?key|authorization|private_?key|access_?key|credential",
    re.IGNORECASE,
)
_QUERY_SECRET = re.compile(r"(?i)([?&](?:access_token|token|api_?key|key|secret|sig)=)[^&\s\"']+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")


def redact_headers(headers: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Headers with the values of secret ones masked."""
    known = tuple(secrets)
    return {
        name: MASK if _SECRET_HEADER.search(name) else redact_text(value, known)
        for name, value in headers.items()
    }


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Text with known secrets, bearer values and secret query parameters masked."""
    for secret in _forms(secrets):
        text = text.replace(secret, MASK)
    # Bodies have thousands of values, and hardly one of them needs the slow look.
    lowered = text.lower()
    if "bearer" in lowered or "basic" in lowered:
        text = _BEARER.sub(rf"\1 {MASK}", text)
    return _QUERY_SECRET.sub(rf"\1{MASK}", text) if "=" in text else text


def redact_body(body: str, secrets: Iterable[str] = ()) -> str:
    """A body with secret keys masked (where it is JSON) and known secrets masked anywhere."""
    known = tuple(secrets)
    try:
        found = json.loads(body)
    except ValueError:
        return redact_text(body, known)
    if not isinstance(found, (dict, list)):
        return redact_text(body, known)
    return json.dumps(_mask(found, known), ensure_ascii=False)


def _mask(value: Any, secrets: Iterable[str]) -> Any:
    """Masks inside the parsed values: how a text was escaped on the wire does not matter then."""
    if isinstance(value, str):
        return redact_text(value, secrets)
    if isinstance(value, dict):
        return {
            redact_text(key, secrets): MASK
            if _SECRET_KEY.search(key) and isinstance(inner, str) and inner
            else _mask(inner, secrets)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_mask(inner, secrets) for inner in value]
    return value


def _forms(secrets: Iterable[str]) -> tuple[str, ...]:
    return _forms_of(tuple(secrets))


@lru_cache(maxsize=64)
def _forms_of(secrets: tuple[str, ...]) -> tuple[str, ...]:
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) < 4:  # masking "1" everywhere would hide everything and protect nothing
            continue
        forms.add(secret)
        forms.add(json.dumps(secret)[1:-1])
        forms.add(base64.b64encode(secret.encode()).decode().rstrip("="))
        forms.add(base64.b64encode(f"{secret}:".encode()).decode().rstrip("="))
    return tuple(sorted(forms, key=len, reverse=True))
