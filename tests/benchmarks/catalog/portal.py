"""The portal between the big ERP and a storefront: its flows, and whole runs of them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.engine import runner
from integrations.engine.models import CLAIMABLE, SyncJob
from integrations.flows.adding import add_flow
from integrations.flows.links import bind
from integrations.flows.modes import set_mode
from integrations.flows.runs import request_run
from integrations.flows.runs.windows import SETTLE
from integrations.gateways.connections import add_connection
from integrations.models import Connection, Flow, IdLink, Run
from tests.benchmarks.catalog.big_erp import MAPPING

ACTOR = "bench"
SETTINGS: Mapping[str, dict[str, str]] = {
    "products": {"currency": "EUR", "manage_inventory": "yes"},
    "prices": {},
    "stock": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Where a storefront is and what the connection to it needs to be told; `locations` are its
    stock locations by the ERP's places."""

    url: str
    secret_key: str
    sales_channel_id: str
    shipping_profile_id: str
    locations: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    erp: Connection
    shop: Connection
    flows: Mapping[str, Flow]

    @staticmethod
    def wait() -> None:
        """A run leaves its last moments to the next one: what was changed just now is older."""
        time.sleep(SETTLE.total_seconds() + 1)

    def run(self, kind: str, *, complete: bool = True, waits: bool = True) -> tuple[Run, float]:
        """A whole run, as a worker does it, and the seconds that it took."""
        flow = self.flows[kind]
        if waits:
            self.wait()
        began = time.perf_counter()
        request_run(flow, actor=ACTOR, complete=complete, may_complete=complete)
        runner.drain("batch")
        taken = time.perf_counter() - began
        run = Run.objects.filter(flow=flow).latest("id")
        if run.state != Run.State.DONE or run.failed:
            waiting = SyncJob.objects.filter(state__in=CLAIMABLE).values_list("state", "error_text")
            raise RuntimeError(f"{run} is {run.state}: {run.note} {list(waiting)}")
        return run, taken


def set_up(erp_url: str, shop: Shop, *kinds: str, mode: str = Flow.Mode.LIVE) -> Portal:
    """Both connections, the flows of these kinds in `mode` and the warehouses' counterparts."""
    erp = add_connection(
        kind="custom",
        name="Big books",
        url=erp_url,
        settings={"mapping": MAPPING},
        credentials={},
        actor=ACTOR,
        allow_private=True,
    )
    target = add_connection(
        kind="medusa",
        name="Shop",
        url=shop.url,
        settings={
            "sales_channel_id": shop.sales_channel_id,
            "shipping_profile_id": shop.shipping_profile_id,
            "location_id": next(iter(shop.locations.values())),
        },
        credentials={"secret_key": shop.secret_key, "hook_secret": ""},
        actor=ACTOR,
        allow_private=True,
    )
    for place, location in shop.locations.items():
        bind(IdLink.Kind.WAREHOUSE, erp, place, target, location, actor=ACTOR)
    flows = {kind: _flow(kind, erp, target, mode) for kind in kinds}
    return Portal(erp=erp, shop=target, flows=flows)


def _flow(kind: str, erp: Connection, shop: Connection, mode: str) -> Flow:
    flow = add_flow(kind=kind, source=erp, target=shop, actor=ACTOR)
    Flow.objects.filter(pk=flow.pk).update(settings=SETTINGS[kind])
    flow.refresh_from_db()
    return set_mode(flow, mode, actor=ACTOR, despite_plan=True)
