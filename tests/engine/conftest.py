"""A small remote that the steps of these tests act on, and the kinds of jobs that use it.

The engine only sees callables, so here the remote is an object in this process: `orders` is
the truth of what it holds, `answers` what it does next (an exception, before or after the
effect).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from integrations.engine import limits, runner
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import CLAIMABLE, Resource, SyncJob
from integrations.engine.start import start_job
from tests.engine.order_server import OrderServer


class Remote:
    def __init__(self) -> None:
        self.orders: list[str] = []
        self.calls: list[str] = []
        self.before: list[Exception | None] = []  # raised instead of the effect
        self.after: list[Exception | None] = []  # raised after the effect
        self.looks: list[Exception | None] = []  # raised by a look
        self.blind_looks = 0  # looks that miss what is there

    def create(self, ctx: StepContext) -> dict[str, Any]:
        self.calls.append("create")
        _raise_next(self.before)
        ctx.checkpoint()
        self.orders.append(ctx.payload["number"])
        _raise_next(self.after)
        return {"ref": f"SO-{ctx.payload['number']}"}

    def find(self, ctx: StepContext) -> dict[str, Any] | None:
        self.calls.append("find")
        _raise_next(self.looks)
        if self.blind_looks:
            self.blind_looks -= 1
            return None
        number = ctx.payload["number"]
        return {"ref": f"SO-{number}"} if number in self.orders else None

    def cancel(self, ctx: StepContext) -> None:
        self.calls.append("cancel")
        if ctx.payload["number"] in self.orders:
            self.orders.remove(ctx.payload["number"])

    def note(self, ctx: StepContext) -> None:
        self.calls.append("note")
        _raise_next(self.before)


def _raise_next(errors: list[Exception | None]) -> None:
    error = errors.pop(0) if errors else None
    if error is not None:
        raise error


@pytest.fixture(autouse=True)
def patience(settings: Settings) -> None:
    """Backoffs so long that no jitter ends one while a test runs; `drain_at_once` skips them."""
    settings.ENGINE = {**settings.ENGINE, "backoff_base_s": 1e6, "backoff_cap_s": 1e6}


@pytest.fixture
def remote() -> Remote:
    return Remote()


@pytest.fixture
def erp(db: None) -> Resource:
    return limits.create_resource("the ERP", max_running=2)


@pytest.fixture
def shop(db: None) -> Resource:
    return limits.create_resource("the shop", max_running=2)


@pytest.fixture
def push(remote: Remote, erp: Resource) -> JobKind:
    """Creates an order, looked for before it is sent again."""
    return register(JobKind("push", [StepSpec("create", remote.create, find=remote.find)]))


@pytest.fixture
def start(erp: Resource) -> Callable[..., SyncJob]:
    def start(kind: JobKind, number: str = "1", **options: Any) -> SyncJob:
        defaults: Mapping[str, Any] = {
            "key": f"order:{number}",
            "payload": {"number": number},
            "resources": {"erp": erp.pk},
            "actor": "test",
        }
        return start_job(kind.name, **{**defaults, **options})

    return start


def drain_at_once() -> None:
    """Runs what is due, without waiting for backoffs."""
    SyncJob.objects.filter(state__in=CLAIMABLE).update(due_at=Now() - timedelta(seconds=1))
    runner.drain()


def fresh(job: SyncJob) -> SyncJob:
    return SyncJob.objects.get(pk=job.pk)


@pytest.fixture
def server() -> Iterator[OrderServer]:
    with OrderServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """A number of a resource of the last test may come again within a glance's life."""
    limits.remember(None, limits.Glance.NONE)
