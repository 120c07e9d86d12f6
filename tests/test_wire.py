"""What happens below HTTP, against sockets that drip, break off and speak bad TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations import wire
from integrations.errors import NotSent, OutcomeUnknown, PortalError, Unavailable
from integrations.http import Limits, Session

Talk = Callable[[socket.socket], None]
DEADLINE_S = 1.0


@contextmanager
def listening(talk: Talk) -> Iterator[int]:
    """The port of a server that has one conversation after another."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, talk), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, talk: Talk) -> None:
    with suppress(OSError):  # closed by the test, or the caller has gone
        while True:
            caller, _ = server.accept()
            with caller, suppress(OSError):
                talk(caller)


def dripping(head: bytes, drop: bytes) -> Talk:
    """Answers with the head at once, and then with one drop every tenth of a second."""

    def talk(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(head)
        for _ in range(100):
            caller.sendall(drop)
            time.sleep(0.1)

    return talk


def session_for(port: int, scheme: str = "http") -> Session:
    return Session(
        base_url=f"{scheme}://127.0.0.1:{port}",
        allow_private=True,
        verify_tls=False,
        limits=Limits(connect_s=1, read_s=0.5, deadline_s=DEADLINE_S),
    )


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
        (b"", b"H"),
    ],
    ids=["body", "chunks", "headers", "status line"],
)
@pytest.mark.parametrize(("writes", "error"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_an_answer_that_drips_is_given_up_at_the_deadline(
    head: bytes, drop: bytes, writes: bool, error: type[PortalError]
) -> None:
    began = time.monotonic()

    with listening(dripping(head, drop)) as port, pytest.raises(error):
        session_for(port).call("POST", "/orders", writes=writes)

    assert time.monotonic() - began < DEADLINE_S + 0.5


def test_a_call_after_a_slow_one_has_its_own_time() -> None:
    def talk(caller: socket.socket) -> None:
        for wait_s in (0.45, 0.45, 0.45):  # together longer than one call may take
            caller.recv(65536)
            time.sleep(wait_s)
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with listening(talk) as port:
        session = session_for(port)
        replies = [session.call("GET", "/orders", writes=False) for _ in range(3)]
        session.close()

    assert [reply.status for reply in replies] == [200, 200, 200]


# ---------------------------------------------------------------- TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    file = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def breaking_off(certificate: Path, received: list[bytes]) -> Talk:
    """Takes the request over TLS and then goes on in clear text."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def talk(caller: socket.socket) -> None:
        raw = caller.dup()
        with raw, context.wrap_socket(caller, server_side=True) as secured:
            received.append(secured.recv(65536))
            raw.sendall(b"this is not TLS")

    return talk


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_tls_that_breaks_after_the_request_leaves_a_write_in_doubt(certificate: Path) -> None:
    received: list[bytes] = []

    with (
        listening(breaking_off(certificate, received)) as port,
        pytest.raises(OutcomeUnknown),
    ):
        session_for(port, "https").call("POST", "/orders", writes=True, json={})

    assert received[0].startswith(b"POST /orders")


def test_a_certificate_that_nobody_vouches_for_means_not_sent(certificate: Path) -> None:
    received: list[bytes] = []

    with listening(breaking_off(certificate, received)) as port:
        session = session_for(port, "https")
        session.verify_tls = True
        with pytest.raises(NotSent, match="TLS failed"):
            session.call("POST", "/orders", writes=True, json={})

    assert received == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_handshake_that_is_not_answered_means_not_sent() -> None:
    with listening(lambda caller: time.sleep(2)) as port, pytest.raises(NotSent):
        session_for(port, "https").call("POST", "/orders", writes=True, json={})


def test_connections_are_kept_for_their_own_remote_and_for_a_while() -> None:
    first = wire.kept_adapter("https://one.example/api", allow_private=False)

    assert wire.kept_adapter("https://one.example/other", allow_private=False) is first
    assert wire.kept_adapter("https://two.example", allow_private=False) is not first
    assert wire.kept_adapter("https://one.example", allow_private=True) is not first

    first._used_at -= wire.KEPT_S + 1  # as if so much time went by
    assert wire.kept_adapter("https://one.example", allow_private=False) is not first
