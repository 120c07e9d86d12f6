"""Base of every stand-in server: a real HTTP server on a free port, routing, a recording
log that is the truth of what the "remote" did, and fault dials.

A stand-in speaks its vendor's wire protocol; this base knows none. It shares no code with
the logic under test: it imports nothing of ours.

Dials (`dials.set(...)`, or POST /_standin/dials with the same JSON) hit calls whose route
name matches `only` (glob, default all) and count down `times` (None: until cleared):

    lose_answer   do the work, then close the socket without an answer
    slow_commit   do the work, but only after `seconds` (the caller may have gone)
    stall         do nothing, keep the socket open for `seconds`, then close it
    throttle      429 with Retry-After: `seconds`, no work
    fail          500, no work
    maintenance   503 with an HTML page, no work
    truncate      do the work, send half of the answer, then close the socket
    expire_token  tokens given out so far count no more, see `StandIn.expire_tokens`
    skew          a Date header that is `seconds` off
    shrink_pages  at most `size` rows on a page, see `StandIn.page_of`
"""

import contextlib
import fnmatch
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

FAULTS = (
    "lose_answer",
    "slow_commit",
    "stall",
    "throttle",
    "fail",
    "maintenance",
    "truncate",
    "expire_token",
    "skew",
    "shrink_pages",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `params` keeps repeated names, `path_values` are the route's placeholders."""

    method: str
    path: str
    params: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    path_values: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body; numbers with a fraction are Decimals. Raises ValueError when it is not JSON."""
        return json.loads(self.body.decode("utf-8"), parse_float=Decimal)

    def param(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.params if key == name), default)


@dataclass(frozen=True, slots=True)
class Response:
    """`json` (Decimals allowed, sent as numbers), `text` or `content`; `headers` override the
    defaults."""

    status: int = 200
    json: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None

    def body(self) -> tuple[bytes, str]:
        if self.content is not None:
            return self.content, "application/octet-stream"
        if self.text is not None:
            return self.text.encode(), "text/html; charset=utf-8"
        return json.dumps(self.json, default=_number).encode(), "application/json; charset=utf-8"


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What really happened: kept by the stand-in, read by tests and by the demo."""

    at: datetime
    route: str
    method: str
    path: str
    body: str
    status: int | None
    fault: str
    did_work: bool


@dataclass
class _Dial:
    fault: str
    seconds: float
    times: int | None
    only: str
    size: int


class Dials:
    """The faults that are switched on. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dials: list[_Dial] = []

    def set(
        self,
        fault: str,
        *,
        seconds: float = 1,
        times: int | None = None,
        only: str = "*",
        size: int = 1,
    ) -> None:
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}; known: {', '.join(FAULTS)}")
        with self._lock:
            self._dials.append(_Dial(fault, seconds, times, only, size))

    def clear(self) -> None:
        with self._lock:
            self._dials.clear()

    def take(self, route: str) -> _Dial | None:
        """The first dial that fits this route; one with `times` is used up by one."""
        with self._lock:
            for dial in self._dials:
                if fnmatch.fnmatch(route, dial.only):
                    if dial.times is not None:
                        dial.times -= 1
                        if dial.times <= 0:
                            self._dials.remove(dial)
                    return dial
        return None


Handler = Callable[[Any, Request], Response]


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    pattern: re.Pattern[str]
    name: str
    handler: Handler


def route(method: str, path: str, name: str) -> Callable[[Handler], Handler]:
    """Marks a method as the handler of METHOD path; `{x}` matches one path segment."""

    def mark(handler: Handler) -> Handler:
        marks = getattr(handler, "_routes", [])
        handler._routes = [*marks, (method, path, name)]  # type: ignore[attr-defined]
        return handler

    return mark


class StandIn:
    """A vendor's stand-in derives from this, adds its state and its `@route` methods.

    Handlers run one at a time under `self.lock` (a transaction, as far as callers can see);
    stalls and slow answers wait outside it. Use as a context manager, or start()/stop().
    """

    routes: ClassVar[list[_Route]] = []
    # What a vendor has: tokens that run out (expire_token), pages it cuts itself (shrink_pages).
    vendor_dials: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.routes = []
        for name in dir(cls):
            handler = getattr(cls, name)
            for method, path, route_name in getattr(handler, "_routes", []):
                escaped = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
                cls.routes.append(_Route(method, re.compile(f"^{escaped}$"), route_name, handler))

    def __init__(self, *, port: int = 0) -> None:
        self.lock = threading.RLock()
        self.log: list[LogEntry] = []
        self.dials = Dials()
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._page_size: int | None = None

    # -- life

    def start(self) -> "StandIn":
        handler = type("Handler", (_HttpHandler,), {"standin": self})
        self._server = _Server(("127.0.0.1", self._port), handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Closes the port: callers get "connection refused". start() takes the same port again."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    # -- what the vendor overrides

    def unknown_route(self, request: Request) -> Response:
        return Response(404, text=f"Cannot {request.method} {request.path}")

    def check(self, request: Request, route_name: str) -> Response | None:
        """Refuses a request before its handler (credentials, content type), or None."""
        return None

    def expire_tokens(self) -> None:
        """Refuses every token given out so far; the vendor names it in `vendor_dials`."""

    def page_of(self, asked: int) -> int:
        """How many rows to send where `asked` are wanted; a vendor that cuts pages uses it."""
        return asked if self._page_size is None else min(asked, self._page_size)

    # -- log

    def worked(self, route_name: str) -> list[LogEntry]:
        """Calls of one route (glob) that took effect, oldest first."""
        with self.lock:
            return [
                entry
                for entry in self.log
                if entry.did_work and fnmatch.fnmatch(entry.route, route_name)
            ]

    # -- serving

    def answer(self, request: Request) -> tuple[Response | None, str]:
        """(response, fault); a None response means: close the socket without a word."""
        found = self._find(request)
        if found is None:
            return self._keep(request, "-", self.unknown_route(request), "", False), ""
        route_, request = found
        dial = self.dials.take(route_.name)
        fault = dial.fault if dial else ""
        if dial and fault in {"stall", "slow_commit"}:
            time.sleep(dial.seconds)
        instead = _instead(fault, dial.seconds if dial else 0)
        if instead is not None or fault == "stall":
            return self._keep(request, route_.name, instead, fault, False), fault
        with self.lock:
            if fault == "expire_token":
                self.expire_tokens()
            self._page_size = dial.size if dial and fault == "shrink_pages" else None
            response = self.check(request, route_.name) or route_.handler(self, request)
            worked = response.status < 400
            self._keep(request, route_.name, response, fault, worked)
        if dial and fault == "skew":
            response = _told_at(response, datetime.now(UTC) + timedelta(seconds=dial.seconds))
        return (None if fault == "lose_answer" else response), fault

    def _find(self, request: Request) -> tuple[_Route, Request] | None:
        for candidate in self.routes:
            match = candidate.pattern.match(request.path)
            if match and candidate.method == request.method:
                values = {key: unquote(value) for key, value in match.groupdict().items()}
                return candidate, Request(
                    request.method,
                    request.path,
                    request.params,
                    request.headers,
                    request.body,
                    values,
                )
        return None

    def _keep(
        self,
        request: Request,
        route_name: str,
        response: Response | None,
        fault: str,
        did_work: bool,
    ) -> Response | None:
        entry = LogEntry(
            datetime.now(UTC),
            route_name,
            request.method,
            request.path,
            request.body.decode("utf-8", "replace"),
            response.status if response else None,
            fault,
            did_work,
        )
        with self.lock:
            self.log.append(entry)
        return response

    def control(self, request: Request) -> Response:
        """POST or DELETE /_standin/dials (body: as `Dials.set`), GET /_standin/log."""
        if request.path == "/_standin/dials" and request.method == "POST":
            self.dials.set(**request.json())
            return Response(200, {"ok": True})
        if request.path == "/_standin/dials" and request.method == "DELETE":
            self.dials.clear()
            return Response(200, {"ok": True})
        if request.path == "/_standin/log" and request.method == "GET":
            with self.lock:
                rows = [
                    {
                        "at": entry.at.isoformat(),
                        "route": entry.route,
                        "method": entry.method,
                        "path": entry.path,
                        "body": entry.body,
                        "status": entry.status,
                        "fault": entry.fault,
                        "did_work": entry.did_work,
                    }
                    for entry in self.log
                ]
            return Response(200, {"log": rows})
        return Response(404, {"message": "unknown control"})


def _told_at(response: Response, moment: datetime) -> Response:
    return replace(
        response, headers={**response.headers, "Date": format_datetime(moment, usegmt=True)}
    )


def _instead(fault: str, seconds: float) -> Response | None:
    if fault == "throttle":
        return Response(
            429,
            {"message": "Too many requests"},
            headers={"Retry-After": str(max(1, round(seconds)))},
        )
    if fault == "fail":
        return Response(500, {"message": "Internal error"})
    if fault == "maintenance":
        return Response(503, text="<html><body><h1>Down for maintenance</h1></body></html>")
    return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[Any] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        # A server that is down answers on no connection, also not on one kept alive.
        super().server_close()
        for request in list(self._open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no news; anything else is a bug of the stand-in."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _HttpHandler(BaseHTTPRequestHandler):
    standin: ClassVar[StandIn]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        request = self._read()
        if request.path.startswith("/_standin/"):
            self._write(self.standin.control(request))
            return
        response, fault = self.standin.answer(request)
        if response is None:
            self.close_connection = True  # an answer that never comes
            return
        self._write(response, is_cut=fault == "truncate")

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            self.command,
            parts.path,
            parse_qsl(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length) if length else b"",
        )

    def _write(self, response: Response, *, is_cut: bool = False) -> None:
        body, content_type = response.body()
        headers = {"Content-Type": content_type, "Date": self.date_time_string()}
        is_cut = is_cut and bool(body)  # of no answer there is no half
        try:
            self.send_response_only(response.status)
            for name, value in {**headers, **response.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if is_cut else body)
            self.close_connection = self.close_connection or is_cut
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the caller has gone; the work is done all the same

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the log is `standin.log`."""
