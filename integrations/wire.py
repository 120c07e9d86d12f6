"""What lies below an HTTP session: who it connects to, how TLS fails, how long an answer takes.

Connections of `requests`, with three rules added: no peer inside the house unless that is
allowed; a failed TLS handshake can be told from TLS that breaks later; and the answer as a
whole keeps a deadline, where the library's timeout begins anew with every byte.
"""

import http.client
import io
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

_answered_by: ContextVar[float | None] = ContextVar("answered_by", default=None)


class AddressRefused(urllib3.exceptions.HTTPError):
    """The name resolved to an address inside the house and the connection does not allow that."""


class HandshakeFailed(urllib3.exceptions.SSLError):
    """TLS failed before anything of the request was written."""


@contextmanager
def answered_by(deadline: float) -> Iterator[None]:
    """Calls in this block get their whole answer until then (monotonic clock), or time out."""
    token = _answered_by.set(deadline)
    try:
        yield
    finally:
        _answered_by.reset(token)


class WireAdapter(HTTPAdapter):
    """Mounts the connections below on a session of `requests`; never retries."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._used_at = time.monotonic()
        super().__init__(max_retries=0)

    @property
    def idle_s(self) -> float:
        """How long ago something was last sent."""
        return time.monotonic() - self._used_at

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        self._used_at = time.monotonic()
        return super().send(*args, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        open_pools = {"http": _HTTPPool, "https": _HTTPSPool}
        guarded_pools = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}
        pools = open_pools if self._allow_private else guarded_pools
        self.poolmanager.pool_classes_by_scheme = pools


# A connection that lay idle for longer is not used again: what lies between here and the remote
# may have forgotten it without a word, and a write into it would be in doubt.
KEPT_S = 10.0
_kept = threading.local()


def kept_adapter(base_url: str, *, allow_private: bool) -> WireAdapter:
    """This thread's adapter for one remote; the next session goes on with its connections."""
    kept: dict[tuple[str, bool], WireAdapter] = _kept.__dict__.setdefault("adapters", {})
    for known in [one for one, adapter in kept.items() if adapter.idle_s > KEPT_S]:
        kept.pop(known).close()
    remote = (urlsplit(base_url).netloc, allow_private)
    if remote not in kept:
        kept[remote] = WireAdapter(allow_private=allow_private)
    return kept[remote]


# ---------------------------------------------------------------- answers by the clock


class _Clocked(io.RawIOBase):
    """Reads a socket, each time no longer than what is left until the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer took too long")
        usual_s = self._sock.gettimeout()
        self._sock.settimeout(left_s if usual_s is None else min(usual_s, left_s))
        try:
            return self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(usual_s)  # the next call on this connection has its own time

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose status line, headers and body share one deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        deadline = _answered_by.get()
        if deadline is not None:
            self.fp = io.BufferedReader(_Clocked(self.fp.detach(), sock, deadline))


# ---------------------------------------------------------------- connections


class _HTTPConnection(urllib3.connection.HTTPConnection):
    response_class = _Answer


class _HTTPSConnection(urllib3.connection.HTTPSConnection):
    response_class = _Answer

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, urllib3.exceptions.SSLError) as exc:
            # Reaching the peer raises other errors, so this was the handshake.
            raise HandshakeFailed(str(exc)) from exc


def _refuse_private(sock: socket.socket) -> None:
    # The peer of the open socket is checked, not a look-up before it: a name that answers
    # differently the second time (DNS rebinding) gains nothing.
    address = ipaddress.ip_address(sock.getpeername()[0].split("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global:
        sock.close()
        raise AddressRefused(f"{address} is a private address")


class _GuardedHTTPConnection(_HTTPConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _refuse_private(sock)
        return sock


class _GuardedHTTPSConnection(_HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _refuse_private(sock)
        return sock


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _GuardedHTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection
