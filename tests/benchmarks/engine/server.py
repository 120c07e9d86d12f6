"""The HTTP server of both sides: answers any POST at once and remembers when it came.

    python server.py serve                prints its address, until SIGTERM
    python server.py load URL SECONDS     sends as fast as it can; prints POSTs per second

A process of its own on asyncio with next to no parsing, so that it takes little from what is
measured. What it counted is the truth about what was sent.
"""

import asyncio
import contextlib
import json
import socket
import sys
import time
from urllib.parse import urlsplit

_kept: list[tuple[float, bytes]] = []


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            length = _content_length(head)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._transport.write(self._answer(head, rest[:length]))

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"POST /_reset"):
            _kept.clear()
            return _reply(b"{}")
        if head.startswith(b"GET /_count"):
            return _reply(json.dumps(len(_kept)).encode())
        if head.startswith(b"GET /_report"):
            return _reply(json.dumps([(came, json.loads(body)) for came, body in _kept]).encode())
        _kept.append((time.time(), body))
        return _reply(b'{"ref":"SO-%d"}' % len(_kept))


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _reply(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def _load(url: str, seconds: float) -> float:
    """Sends POSTs one after the other over one connection; how many per second."""
    address = urlsplit(url)
    body = b'{"job":"load","step":1,"began":0,"pid":0}'
    request = b"POST /do HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    sent, began = 0, time.monotonic()
    with socket.create_connection((address.hostname, address.port)) as client:
        while time.monotonic() - began < seconds:
            client.sendall(request)
            client.recv(4096)
            sent += 1
    return sent / (time.monotonic() - began)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve())
    else:
        sys.stdout.write(str(_load(sys.argv[2], float(sys.argv[3]))))
