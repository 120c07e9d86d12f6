"""The one way HTTP leaves the house: a session over `requests` for one remote system.

Timeouts and a total deadline always (kept in `integrations.wire`); no redirects, no retries;
response size limited; private addresses refused unless the connection allows them; every
call handed to a recorder with secrets already removed; transport failures and statuses
mapped to `integrations.errors` in one place, `_error_for`.

No model is imported here: the recorder and the limiter are handed in by `gateways`.
"""

import json as jsonlib
import logging
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests
import simplejson
import urllib3
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar

from integrations import redact, wire
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    NotSent,
    OutcomeUnknown,
    PortalError,
    Rejected,
    RemoteError,
    Throttled,
    Unavailable,
)
from integrations.records import ExchangeRecord

logger = logging.getLogger(__name__)

# What reading an answer of an unexpected shape raises.
_MISREAD = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

OUR_HEADERS = {"User-Agent": "erp-portal", "Accept-Encoding": "gzip, deflate"}
KEPT_BODY_CHARS = 20_000
WORDS_CHARS = 500


class Recorder(Protocol):
    def record(self, exchange: ExchangeRecord) -> None: ...


class Limiter(Protocol):
    def before(self) -> None:
        """Takes one rate token; raises Throttled when there is none or the remote said wait."""
        ...

    def after(self, error: PortalError | None) -> None:
        """Told how the call ended, for the breaker and for "not before"."""
        ...


class Nothing:
    """Recorder and limiter of a session that is not bound to a connection (tests, probes)."""

    def record(self, exchange: ExchangeRecord) -> None: ...
    def before(self) -> None: ...
    def after(self, error: PortalError | None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and bytes. `deadline_s` bounds the whole call, also an answer that drips."""

    connect_s: float = 5
    read_s: float = 15
    deadline_s: float = 45
    max_bytes: int = 50_000_000


@dataclass(frozen=True)
class Reply:
    """An answer as text. `json()` parses numbers with a fraction as Decimal, never float; it is
    parsed once, and what comes of it is not to be changed.

    `content` holds the bytes instead where a file was asked for and came.
    """

    status: int
    headers: Mapping[str, str]
    text: str
    content: bytes = b""

    @property
    def media_type(self) -> str:
        """Without its parameters, in small letters: `application/pdf`."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return "json" in self.media_type

    def json(self) -> Any:
        return self._parsed

    @cached_property
    def _parsed(self) -> Any:
        return jsonlib.loads(self.text, parse_float=Decimal)


# What an adapter adds to the mapping of statuses: the vendor's own words and special cases.
# It returns None to leave a reply to the general rules (also for a 200 it is content with).
Explain = Callable[[Reply, bool], PortalError | None]


def check_address(base_url: str) -> None:
    """Raises NeedsOperator, which never repeats a password, unless a Session can use it."""
    if "@" in base_url.rpartition("://")[2].partition("/")[0]:
        raise NeedsOperator(
            "The address must not hold a user name or password.",
            reason="bad_base_url",
            hint="Put credentials into the connection's secrets; they are encrypted there.",
        )
    if not _is_usable(base_url):
        raise NeedsOperator(
            f"The address {base_url!r} is not usable.",
            reason="bad_base_url",
            hint="Enter it as https://host or https://host:port/path.",
        )


def _is_usable(base_url: str) -> bool:
    try:
        parts = urlsplit(base_url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket that does not close
        return False


@dataclass(kw_only=True)
class Session:
    """Talks to one base URL. Not shared between threads.

    `headers` go with every call; `secrets` are masked wherever they appear in what is kept.
    `ends_at` (monotonic clock) bounds all calls together: somebody waits for them.
    """

    base_url: str
    recorder: Recorder = field(default_factory=Nothing)
    limiter: Limiter = field(default_factory=Nothing)
    limits: Limits = field(default_factory=Limits)
    allow_private: bool = False
    verify_tls: bool = True
    secrets: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    explain: Explain | None = None
    ends_at: float | None = None

    def __post_init__(self) -> None:
        check_address(self.base_url)
        self.base_url = self.base_url.rstrip("/")
        # Cookies are this session's own; open connections are the thread's. No session of
        # `requests`, which would look for proxies, redirects and hooks that there are not.
        self._cookies = RequestsCookieJar()
        self._wire = wire.kept_adapter(self.base_url, allow_private=self.allow_private)

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        json: Any = None,
        body: bytes | None = None,
        params: Mapping[str, Any] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain | None = None,
        file_up_to: int | None = None,
    ) -> Reply:
        """One HTTP call; returns a good reply or raises one of our errors.

        `writes` decides what a lost answer means: OutcomeUnknown (a write) or Unavailable
        (a read). `json` may hold Decimals; they are sent as JSON numbers, digit for digit.
        With `file_up_to` an answer that is no text is a file of at most so many bytes, of which
        no copy is kept with the exchange.
        """
        endpoint = redact.redact_text(f"{method}:{urlsplit(path).path}", self.secrets)
        self.limiter.before()
        call = _Call(self, method, path, params, json, body, headers, writes, endpoint)
        call.file_up_to = file_up_to
        reply, error = call.run(explain or self.explain)
        self.recorder.record(call.exchange(reply, error))
        self.limiter.after(error)
        _log(call, reply, error)
        if error is not None:
            raise error
        assert reply is not None
        return reply

    def send(self, request: requests.Request) -> requests.Response:
        """The answer, its body unread. Raises what `requests` and urllib3 raise."""
        request.headers = {**OUR_HEADERS, **request.headers}
        request.cookies = self._cookies
        prepared = request.prepare()
        answer = self._wire.send(
            prepared,
            stream=True,
            timeout=(self._bounded(self.limits.connect_s), self._bounded(self.limits.read_s)),
            verify=self.verify_tls,
        )
        extract_cookies_to_jar(self._cookies, prepared, answer.raw)
        return answer

    def deadline(self, began: float) -> float:
        """When the answer of a call must be here, by the monotonic clock."""
        own = began + self.limits.deadline_s
        return own if self.ends_at is None else min(own, self.ends_at)

    def _bounded(self, seconds: float) -> float:
        """No longer than what is left of the session's time. Raises NotSent when nothing is."""
        if self.ends_at is None:
            return seconds
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise NotSent("The time for this is used up; the remote was not asked.")
        return min(seconds, left)

    def close(self) -> None:
        """Ends the session; open connections stay for the next one of this thread."""
        self._cookies.clear()


class _Call:
    """One call from request to exchange record; exists so that both outcomes are kept alike."""

    def __init__(
        self,
        session: Session,
        method: str,
        path: str,
        params: Any,
        json: Any,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        writes: bool,
        endpoint: str,
    ) -> None:
        self.session, self.method, self.writes, self.endpoint = session, method, writes, endpoint
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        self.url = f"{session.base_url}/{path.lstrip('/')}{query}"
        self.headers = {"Accept": "application/json", **session.headers, **dict(headers or {})}
        self.body = body
        if json is not None:
            self.body = dumps(json).encode()
            self.headers.setdefault("Content-Type", "application/json")
        self.file_up_to: int | None = None
        self.started_at = datetime.now(UTC)
        self.duration_ms = 0

    def run(self, explain: Explain | None) -> tuple[Reply | None, PortalError | None]:
        began = time.monotonic()
        reply: Reply | None = None
        try:
            reply = self._send(self.session.deadline(began))
            error = self._judge(reply, explain)
        except PortalError as exc:
            error = exc
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
            error = _transport_error(exc, self.writes, self.endpoint)
            error.__cause__ = exc
        self.duration_ms = int((time.monotonic() - began) * 1000)
        if error is not None:
            _scrub(error, self.session.secrets)
        return reply, error

    def _judge(self, reply: Reply, explain: Explain | None) -> PortalError | None:
        try:
            return _error_for(reply, self.writes, self.endpoint, explain)
        except _MISREAD as exc:
            # The answer has another shape than the adapter knows. It is kept like any other:
            # whoever looks into it needs to see what came.
            error = _unreadable(reply, self.writes, self.endpoint)
            error.__cause__ = exc
            return error

    def _send(self, deadline: float) -> Reply:
        request = requests.Request(self.method, self.url, self.headers, data=self.body)
        with wire.answered_by(deadline), self.session.send(request) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            received = self._received(answer)
            told = Reply(answer.status_code, headers, "")
            if self.file_up_to is not None and not _is_text(told.media_type):
                return replace(told, content=received)
            return replace(told, text=received.decode("utf-8", "replace"))

    def _received(self, answer: requests.Response) -> bytes:
        most, received = self.session.limits.max_bytes, bytearray()
        if self.file_up_to is not None:
            most = min(most, self.file_up_to)
        for chunk in answer.iter_content(64 * 1024):
            received += chunk
            if len(received) > most:
                raise Rejected(
                    f"The answer is larger than {most} bytes.",
                    endpoint=self.endpoint,
                    status=answer.status_code,
                    hint="Ask for smaller pages or files, or raise HTTP_MAX_RESPONSE_BYTES.",
                )
        return bytes(received)

    def exchange(self, reply: Reply | None, error: PortalError | None) -> ExchangeRecord:
        secrets = self.session.secrets
        sent = self.body.decode("utf-8", "replace") if self.body else ""
        return ExchangeRecord(
            method=self.method,
            url=redact.redact_text(self.url, secrets),
            endpoint=self.endpoint,
            started_at=self.started_at,
            duration_ms=self.duration_ms,
            status=reply.status if reply else None,
            error_kind=str(error.kind) if error else "",
            request_headers=redact.redact_headers(self.headers, secrets),
            request_body=redact.redact_body(sent, secrets, up_to=KEPT_BODY_CHARS),
            response_headers=redact.redact_headers(reply.headers, secrets) if reply else {},
            response_body=self._kept_body(reply) if reply else "",
        )

    def _kept_body(self, reply: Reply) -> str:
        if reply.content:
            return f"({len(reply.content)} bytes of {reply.media_type})"
        return redact.redact_body(reply.text, self.session.secrets, up_to=KEPT_BODY_CHARS)


def _is_text(media_type: str) -> bool:
    """Also where the remote does not say what it sends."""
    return not media_type or media_type.startswith("text/") or media_type.endswith(("json", "xml"))


def dumps(value: Any) -> str:
    """JSON with Decimals as numbers, digit for digit. Raises ValueError for NaN and infinity."""
    return simplejson.dumps(
        value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


# ---------------------------------------------------------------- errors, in one place


def _transport_error(exc: Exception, writes: bool, endpoint: str) -> RemoteError:
    if isinstance(exc, requests.exceptions.ConnectTimeout) or _never_sent(exc):
        why = "TLS failed" if isinstance(exc, requests.exceptions.SSLError) else "no connection"
        return NotSent(f"{endpoint} was not sent: {why}.", endpoint=endpoint)
    if writes:
        return OutcomeUnknown(f"{endpoint} was sent but its answer was lost.", endpoint=endpoint)
    return Unavailable(f"{endpoint} was not answered in time.", endpoint=endpoint)


def _never_sent(exc: BaseException | None) -> bool:
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        if isinstance(
            exc,
            (
                urllib3.exceptions.NewConnectionError,
                urllib3.exceptions.NameResolutionError,
                wire.HandshakeFailed,
                wire.AddressRefused,
                ConnectionRefusedError,
                socket.gaierror,
            ),
        ):
            return True
        reasons: Iterable[Any] = (getattr(exc, "reason", None), *exc.args, exc.__context__)
        exc = next((reason for reason in reasons if isinstance(reason, BaseException)), None)
    return False


def _error_for(
    reply: Reply, writes: bool, endpoint: str, explain: Explain | None
) -> PortalError | None:
    error = explain(reply, writes) if explain else None
    if error is None:
        error = status_error(reply, writes)
    if isinstance(error, RemoteError):
        error.endpoint = error.endpoint or endpoint
        error.status = error.status or reply.status
    return error


def _unreadable(reply: Reply, writes: bool, endpoint: str) -> RemoteError:
    kind = OutcomeUnknown if writes else Unavailable
    return kind(
        f"{endpoint} was answered with something that cannot be read.",
        endpoint=endpoint,
        status=reply.status,
        remote_words=reply.text[:WORDS_CHARS],
    )


def _scrub(error: PortalError, secrets: Iterable[str]) -> None:
    """Some remotes repeat a bad credential in their words; those reach logs and pages."""
    error.message = redact.redact_text(error.message, secrets)
    error.args = (error.message,)
    if isinstance(error, RemoteError):
        error.remote_words = redact.redact_text(error.remote_words, secrets)


def status_error(reply: Reply, writes: bool, words: str = "") -> RemoteError | None:
    """What an HTTP status means when the vendor has no better word; None for 2xx.

    `words` is the remote's own message where the adapter could read one.
    """
    status = reply.status
    said = (words or reply.text).strip()[:WORDS_CHARS]
    if 200 <= status < 300:
        return None
    waits = retry_after_s(reply.headers, now=datetime.now(UTC))
    if status == 429 or (status == 503 and waits is not None):
        return Throttled(
            "The remote asks to slow down.",
            retry_after_s=waits or 5,
            status=status,
            remote_words=said,
        )
    if status == 401:
        return AuthFailed("The remote refused the credentials.", status=status, remote_words=said)
    if status in {409, 412}:
        return Conflict(f"Changed by somebody else: {said}", status=status, remote_words=said)
    if status >= 500 or status == 408:
        if writes:
            return OutcomeUnknown(
                f"The remote failed with {status} after a write.", status=status, remote_words=said
            )
        return Unavailable(f"The remote failed with {status}.", status=status, remote_words=said)
    if 300 <= status < 400:
        return Rejected(
            f"Unexpected redirect to {reply.headers.get('location', '?')}.",
            status=status,
            remote_words=said,
            hint="Check the base URL of the connection.",
        )
    return Rejected(f"The remote refused: {said}", status=status, remote_words=said)


def retry_after_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds from a Retry-After header in either of its forms, or None."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _log(call: _Call, reply: Reply | None, error: PortalError | None) -> None:
    logger.log(
        logging.WARNING if error else logging.INFO,
        "http_call endpoint=%s status=%s ms=%s error=%s",
        call.endpoint,
        reply.status if reply else "-",
        call.duration_ms,
        error.kind if error else "-",
    )
