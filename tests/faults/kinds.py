"""The kinds of jobs that the matrix runs, over HTTP at the stand-in of `remote.py`.

The payload carries the stand-in's address, the job's reference, its key and its place in it.
A worker loads them through ENGINE_EXTRA_KINDS. Events of the type `fault.order` start a job
of the kind `create`.
"""

import threading
from collections.abc import Callable
from typing import Any

import requests

from integrations.engine import faults
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.errors import NotSent, OutcomeUnknown, Rejected, Throttled, Unavailable
from integrations.models import Event
from integrations.webhooks import handlers
from integrations.webhooks.handlers import Outcome

TIMEOUT_S = 1.0  # after which the caller takes an answer for lost
SLOW_S = 1.8  # how long a slow remote takes to commit
SETTLE_S = 2.8  # how long a look may miss what was sent
RETRY_AFTER_S = 1
IN_FLIGHT = "in_flight"  # a point of ours: the request is out and not answered yet
IN_FLIGHT_S = 0.3


def creating(shelf: str) -> Callable[[StepContext], dict[str, Any]]:
    def do(ctx: StepContext) -> dict[str, Any]:
        ctx.checkpoint()
        return _write(ctx, "POST", f"/{shelf}", {"reference": ctx.payload["reference"]})

    return do


def finding(shelf: str) -> Callable[[StepContext], dict[str, Any] | None]:
    def find(ctx: StepContext) -> dict[str, Any] | None:
        return _call(ctx, "GET", f"/{shelf}/{ctx.payload['reference']}") or None

    return find


def cancelling(shelf: str) -> Callable[[StepContext], None]:
    def undo(ctx: StepContext) -> None:
        ctx.checkpoint()
        _write(ctx, "DELETE", f"/{shelf}/{ctx.payload['reference']}")

    return undo


def note(ctx: StepContext) -> dict[str, Any]:
    ctx.checkpoint()
    told = {"reference": ctx.payload["reference"], "seq": ctx.payload["seq"]}
    return _write(ctx, "PUT", f"/notes/{ctx.payload['key']}", told)


def _write(ctx: StepContext, method: str, path: str, body: Any = None) -> dict[str, Any]:
    hit = threading.Timer(IN_FLIGHT_S, faults.reach, (IN_FLIGHT,))
    hit.daemon = True
    hit.start()
    try:
        return _call(ctx, method, path, body)
    finally:
        hit.cancel()


def _call(ctx: StepContext, method: str, path: str, body: Any = None) -> dict[str, Any]:
    lost = Unavailable if method == "GET" else OutcomeUnknown
    url = ctx.payload["url"] + path
    try:
        response = requests.request(method, url, json=body, timeout=TIMEOUT_S)
    except requests.exceptions.RequestException as exc:
        if "refused" in str(exc):
            raise NotSent("The remote refused the connection.") from exc
        raise lost("The answer was lost.") from exc
    if response.status_code == 429:
        wait_s = float(response.headers["Retry-After"])
        raise Throttled("The remote asked us to wait.", retry_after_s=wait_s, status=429)
    if response.status_code == 422:
        raise Rejected("The remote does not want it.", status=422, remote_words=response.text)
    return dict(response.json()) if response.content else {}


def _order(*, pivot: bool = False, settle_s: float = 0.0, is_undoable: bool = False) -> StepSpec:
    return StepSpec(
        "create",
        creating("orders"),
        find=finding("orders"),
        undo=cancelling("orders") if is_undoable else None,
        pivot=pivot,
        settle_s=settle_s,
    )


RESERVE = StepSpec(
    "reserve",
    creating("reservations"),
    find=finding("reservations"),
    undo=cancelling("reservations"),
)
OTHER = register(
    JobKind("fault_other", [StepSpec("other", creating("others"), find=finding("others"))])
)
KINDS = {
    "repeatable": register(JobKind("fault_repeatable", [StepSpec("note", note)])),
    "create": register(JobKind("fault_create", [RESERVE, _order()])),
    "pivot": register(JobKind("fault_pivot", [RESERVE, _order(pivot=True, settle_s=SETTLE_S)])),
    "later": register(
        JobKind("fault_later", [_order(pivot=True), StepSpec("note", note, on="storefront")])
    ),
    "undo": register(
        JobKind(
            "fault_undo", [RESERVE, _order(is_undoable=True), StepSpec("pay", creating("payments"))]
        )
    ),
}
KINDS["real"] = KINDS["create"]


def start_for_event(event: Event) -> Outcome:
    asked = event.body
    job = start_job(
        KINDS["create"].name,
        key=f"order:{asked['key']}",
        payload=asked,
        resources=asked["resources"],
        actor="event",
    )
    return Outcome(job=job)


handlers.register("storefront", "fault.*", start_for_event)
