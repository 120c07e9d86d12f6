"""Job kinds for tests with real worker processes: they create orders at an HTTP server.

Loaded by the worker through ENGINE_EXTRA_KINDS. The payload carries the server's address.
"""

import time
from collections.abc import Callable
from typing import Any

import requests

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.errors import AuthFailed, NotSent, OutcomeUnknown, Rejected, Throttled

TIMEOUT_S = 5


def create(ctx: StepContext) -> dict[str, Any]:
    ctx.checkpoint()
    order = {"number": ctx.payload["number"], "seq": ctx.payload.get("seq", 0)}
    return _call(ctx, "POST", "/orders", order)


def find(ctx: StepContext) -> dict[str, Any] | None:
    found = _call(ctx, "GET", f"/orders/{ctx.payload['number']}")
    return found or None


def take_long(ctx: StepContext) -> None:
    _note(ctx, "begun")
    time.sleep(ctx.payload["seconds"])
    _note(ctx, "ended")


def _note(ctx: StepContext, what: str) -> None:
    moment = {"what": what, "number": ctx.payload["number"], "seq": ctx.payload.get("seq", 0)}
    _call(ctx, "POST", "/moments", moment)


def _call(ctx: StepContext, method: str, path: str, body: Any = None) -> dict[str, Any]:
    url = ctx.payload["url"] + path
    try:
        response = requests.request(method, url, json=body, timeout=TIMEOUT_S)
    except requests.exceptions.ConnectionError as exc:
        if "refused" in str(exc):
            raise NotSent("The server refused the connection.") from exc
        raise OutcomeUnknown("The answer was lost.") from exc
    except requests.exceptions.ReadTimeout as exc:
        raise OutcomeUnknown("The answer did not come in time.") from exc
    if response.status_code == 401:
        raise AuthFailed("The server refused the credentials.")
    if response.status_code == 429:
        retry_after_s = float(response.headers["Retry-After"])
        raise Throttled("The server asks to slow down.", retry_after_s=retry_after_s)
    if response.status_code == 422:
        raise Rejected(response.json()["message"], status=422)
    return dict(response.json())


def book(what: str) -> Callable[[StepContext], dict[str, Any]]:
    def act(ctx: StepContext) -> dict[str, Any]:
        ctx.checkpoint()
        return _call(ctx, "POST", "/bookings", {"number": ctx.payload["number"], "what": what})

    return act


def unbook(what: str) -> Callable[[StepContext], None]:
    def act(ctx: StepContext) -> None:
        ctx.checkpoint()
        _call(ctx, "DELETE", f"/bookings/{ctx.payload['number']}/{what}")  # gone is gone

    return act


PUSH = register(JobKind("http_push", [StepSpec("create", create, find=find)]))
LONG = register(JobKind("http_long", [StepSpec("take_long", take_long)]))
NIGHT = register(JobKind("http_night", [StepSpec("take_long", take_long)], lane="batch"))
TRIP = register(
    JobKind(
        "http_trip",
        [
            StepSpec("flight", book("flight"), undo=unbook("flight")),
            StepSpec("hotel", book("hotel"), undo=unbook("hotel")),
            StepSpec("dinner", book("dinner"), undo=unbook("dinner"), pivot=True),
        ],
    )
)
