"""The server of a stand-in: routing, log, dials and the way they are set from outside."""

import contextlib
import fnmatch
import hashlib
import hmac
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from integrations.standin.callbacks import Callbacks
from integrations.standin.dials import USUAL, Dial, Dials


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
    # What a vendor has: tokens that run out (expire_token), pages it cuts itself (shrink_pages),
    # messages that it sends (dials.OF_CALLBACKS), a description of its fields (dials.OF_FIELDS).
    vendor_dials: ClassVar[frozenset[str]] = frozenset()
    # Those that the dials of fields may hit, as "entity.name": (entity, name).
    fields: ClassVar[Mapping[str, tuple[str, str]]] = {}

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
        self.dials = Dials(self.dials_changed)
        self.callbacks = Callbacks(self.dials)
        # Whoever has it may be told that this is a stand-in; empty: nobody is.
        self.sandbox_key = ""
        self._fields_changed: dict[str, str] = {}
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

    def change_field(self, entity: str, name: str, how: str) -> None:
        """As an upgrade of the vendor might; `how` is one of dials.OF_FIELDS."""

    def put_field_back(self, entity: str, name: str) -> None:
        """Undoes `change_field`."""

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
        response = self._work(route_, request, dial)
        if dial and fault == "delay":
            time.sleep(dial.seconds)
        if dial and fault == "skew":
            response = _told_at(response, datetime.now(UTC) + timedelta(seconds=dial.seconds))
        return (None if fault == "lose_answer" else response), fault

    def _work(self, route_: _Route, request: Request, dial: Dial | None) -> Response:
        fault = dial.fault if dial else ""
        with self.lock:
            if fault == "expire_token":
                self.expire_tokens()
            self._page_size = dial.size if dial and fault == "shrink_pages" else None
            response = self.check(request, route_.name) or route_.handler(self, request)
            self._keep(request, route_.name, response, fault, response.status < 400)
        return response

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

    # -- dials and log from outside

    def dials_changed(self) -> None:
        """Changes the fields that a dial names, and puts back those that none names."""
        told = self.dials.fields_changed()
        wanted = {label: how for label, how in told.items() if label in self.fields}
        if wanted == self._fields_changed:
            return
        with self.lock:
            for label in self._fields_changed:
                self.put_field_back(*self.fields[label])
            for label, how in wanted.items():
                self.change_field(*self.fields[label], how)
            self._fields_changed = wanted

    def control(self, request: Request) -> Response:
        """POST, GET or DELETE /_standin/dials (body: as `Dials.set`), GET /_standin/log, GET
        /_standin/proof?nonce=…"""
        answer = {
            ("POST", "dials"): self._set_dial,
            ("GET", "dials"): self._show_dials,
            ("DELETE", "dials"): self._clear_dials,
            ("GET", "log"): self._show_log,
            ("GET", "proof"): self._prove,
        }.get((request.method, request.path.removeprefix("/_standin/")))
        return answer(request) if answer else Response(404, {"message": "unknown control"})

    def _set_dial(self, request: Request) -> Response:
        try:
            self.dials.set(**request.json())
        except (TypeError, ValueError) as exc:
            return Response(400, {"message": str(exc)})
        return Response(200, {"ok": True})

    def _clear_dials(self, request: Request) -> Response:
        self.dials.clear()
        self.callbacks.flush()
        return Response(200, {"ok": True})

    def _show_dials(self, request: Request) -> Response:
        known = [*USUAL, *sorted(self.vendor_dials)]
        shown = {"dials": self.dials.shown(), "known": known, "fields": sorted(self.fields)}
        return Response(200, shown)

    def _show_log(self, request: Request) -> Response:
        with self.lock:
            rows = [{**asdict(entry), "at": entry.at.isoformat()} for entry in self.log]
        return Response(200, {"log": rows})

    def _prove(self, request: Request) -> Response:
        """Shows that whoever started us shares a key with the asker, without naming it."""
        if not self.sandbox_key:
            return Response(404, {"message": "this stand-in has no sandbox key"})
        nonce = request.param("nonce").encode()
        proof = hmac.new(self.sandbox_key.encode(), nonce, hashlib.sha256).hexdigest()
        return Response(200, {"proof": proof})


def _told_at(response: Response, moment: datetime) -> Response:
    return replace(
        response, headers={**response.headers, "Date": format_datetime(moment, usegmt=True)}
    )


def _instead(fault: str, seconds: float) -> Response | None:
    wait = {"Retry-After": str(max(1, round(seconds)))}
    if fault == "throttle":
        return Response(429, {"message": "Too many requests"}, headers=wait)
    if fault == "busy":
        return Response(503, {"message": "Busy, come back later"}, headers=wait)
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
