"""Access tokens of Entra, kept for the process: an adapter lives shorter than a token."""

import hashlib
import threading
import time
from dataclasses import dataclass

EARLY_S = 300.0  # asked for anew so long before its end
SHORTEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    ends: float  # on the monotonic clock


class TokenStore:
    """Tokens by who signs in where. Thread-safe; the keys hold no secret in clear."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}

    def get(self, key: str) -> str:
        """A token that lives long enough to be used, or an empty text."""
        with self._lock:
            token = self._tokens.get(key)
        return token.value if token and token.ends > time.monotonic() else ""

    def put(self, key: str, value: str, *, lives_s: float) -> None:
        usable_s = max(lives_s - EARLY_S, min(lives_s, SHORTEST_S))
        with self._lock:
            self._tokens[key] = Token(value, time.monotonic() + usable_s)

    def drop(self, key: str, value: str) -> None:
        """Forgets a token that was refused, unless another thread has a newer one."""
        with self._lock:
            if key in self._tokens and self._tokens[key].value == value:
                del self._tokens[key]


def key_of(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


TOKENS = TokenStore()
