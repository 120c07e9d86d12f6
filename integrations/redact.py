"""Takes secrets out of what we keep or log. Pure.

Three nets, because each alone has holes: header names, JSON/form key names, and the
literal secret values of the connection (also as they look Base64-encoded in Basic auth).
"""

import base64
import itertools
import json
import re
import sys
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
# Whatever one of the nets might catch, in the raw text of a body.
_SUSPECT = re.compile(
    r"pass(?:word|wd|phrase)?\"|secret|token|api_?key|authorization|private_?key|access_?key"
    r"|credential|bearer|basic|\\",
    re.IGNORECASE,
)
_BEHIND = 4096  # what begins within the kept part may have to be known further on
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


def redact_body(body: str, secrets: Iterable[str] = (), *, up_to: int = sys.maxsize) -> str:
    """A body with secret keys masked (where it is JSON) and known secrets masked anywhere.

    At most its first `up_to` characters: a page of hundreds of records is not masked to its end
    for the little of it that is kept.
    """
    known = tuple(secrets)
    if not _is_suspect(body, known, up_to):
        return body[:up_to]
    try:
        found = json.loads(body)
    except ValueError:
        return redact_text(body, known)[:up_to]
    if not isinstance(found, (dict, list)):
        return redact_text(body, known)[:up_to]
    return json.dumps(_Masker(known, up_to).masked(found), ensure_ascii=False)[:up_to]


def _is_suspect(body: str, secrets: tuple[str, ...], up_to: int) -> bool:
    """Whether there may be something to mask in what is kept. Most bodies are plain, and a look
    at their text is far cheaper than one at each of their values; one with a backslash may write
    anything in another way."""
    forms = _forms_of(secrets)
    text = body[: up_to + max([_BEHIND, *map(len, forms)])]
    if any(form in text for form in forms) or _SUSPECT.search(text):
        return True
    return "=" in text and _QUERY_SECRET.search(text) is not None


class _Masker:
    """Masks inside the parsed values: how a text was escaped on the wire does not matter then.

    What follows after `up_to` characters is left out. They are counted low, without quotes and
    brackets: what is left out would stand behind them.
    """

    def __init__(self, secrets: tuple[str, ...], up_to: int) -> None:
        self._secrets, self._left = secrets, up_to

    def masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._counted(redact_text(value, self._secrets))
        if isinstance(value, dict):
            shown = itertools.takewhile(self._has_room, value.items())
            return {
                self._counted(redact_text(key, self._secrets)): self._value(key, inner)
                for key, inner in shown
            }
        if isinstance(value, list):
            return [self.masked(inner) for inner in itertools.takewhile(self._has_room, value)]
        return value

    def _value(self, key: str, inner: Any) -> Any:
        is_secret = _SECRET_KEY.search(key) and isinstance(inner, str) and inner
        return MASK if is_secret else self.masked(inner)

    def _counted(self, text: str) -> str:
        self._left -= len(text)
        return text

    def _has_room(self, _: Any) -> bool:
        return self._left > 0


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
