"""Orders placed as jobs, for tests with real worker processes."""

from collections.abc import Callable

from integrations.engine import limits
from integrations.engine.models import OPEN, SyncJob
from integrations.engine.start import start_job
from tests.engine.http_kinds import PUSH
from tests.engine.order_server import OrderServer

Place = Callable[..., SyncJob]


def placing_at(server: OrderServer, *, max_running: int = 4) -> Place:
    resource = limits.create_resource("the ERP", max_running=max_running)

    def place(number: str, *, kind: str = PUSH.name, **payload: object) -> SyncJob:
        return start_job(
            kind,
            key=f"order:{number}",
            payload={"number": number, "url": server.url, **payload},
            resources={"erp": resource.pk},
            actor="test",
        )

    return place


def open_jobs() -> int:
    return SyncJob.objects.filter(state__in=OPEN).count()


def all_done() -> bool:
    return open_jobs() == 0
