"""The job of the benchmark as the portal runs it: three steps, one POST each.

Each step goes the way of every flow: the connection is opened, its rate limit and breaker
are asked, the call is kept as an exchange. Each send has the fence check before it, and the
middle step is a pivot that can be looked for, as the creation of an order is. What a flow
reads of its own tables is on neither side: a process knows where the server is.
"""

import os
import time
from functools import cache
from typing import Any

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.gateways.opening import open_adapter
from integrations.models import Connection

PATH = "/admin/bench"


def first(ctx: StepContext) -> dict[str, Any]:
    return _post(ctx, 1)


def second(ctx: StepContext) -> dict[str, Any]:
    return _post(ctx, 2)


def third(ctx: StepContext) -> dict[str, Any]:
    return _post(ctx, 3)


def look(ctx: StepContext) -> None:
    raise RuntimeError("Without faults nothing is in doubt, so nobody looks.")


def _post(ctx: StepContext, step: int) -> dict[str, Any]:
    body = {"job": ctx.payload["job"], "step": step, "began": time.time(), "pid": os.getpid()}
    with open_adapter(_connection(ctx.payload["connection"])) as adapter:
        ctx.checkpoint()
        answer = adapter._client.post(PATH, body)
    return {"ref": answer["ref"]}


@cache
def _connection(pk: int) -> Connection:
    return Connection.objects.get(pk=pk)


THREE_STEPS = register(
    JobKind(
        "bench_three_steps",
        [
            StepSpec("first", first),
            StepSpec("second", second, find=look, pivot=True),
            StepSpec("third", third),
        ],
    )
)
