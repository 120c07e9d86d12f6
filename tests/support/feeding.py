"""One ERP, one shop, the portal between them, and the four flows that fill the shop."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.engine import runner
from integrations.flows.adding import add_flow
from integrations.flows.links import bind
from integrations.flows.runs import request_run
from integrations.models import Connection, Flow, IdLink, PlannedChange, Run
from integrations.sandbox.connecting import connect, switch
from integrations.sandbox.goods import Warehouse
from integrations.sandbox.seeds import FilledErp
from integrations.sandbox.storefront import MedusaSeed

KINDS = ("products", "prices", "stock", "customers")
# Whoever is known under an address buys at the company's prices, registered or not.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "products": {"manage_inventory": "yes"},
    "customers": {"unregistered": "grouped"},
}


class Feed:
    """The flows are live; `locations` are the shop's own for the ERP's warehouses."""

    def __init__(
        self, shop: MedusaSeed, erp: FilledErp, locations: Mapping[Warehouse, str]
    ) -> None:
        portal = connect(shop, erp, now=timezone.now(), mode=Flow.Mode.OFF)
        self.shop: Connection = portal.shop
        self.erp: Connection = portal.erp
        self.flows = {"products": portal.products} | {
            kind: add_flow(kind=kind, source=self.erp, target=self.shop, actor="test")
            for kind in KINDS
            if kind != "products"
        }
        for kind, flow in self.flows.items():
            flow.settings = {**flow.settings, **SETTINGS.get(kind, {})}
            flow.save(update_fields=["settings"])
            switch(flow, Flow.Mode.LIVE)
        for warehouse, place in locations.items():
            bind(
                IdLink.Kind.WAREHOUSE,
                self.erp,
                erp.locations[warehouse],
                self.shop,
                place,
                actor="test",
            )

    def run(self, kind: str) -> Run:
        """A complete run from its first page to its last."""
        flow = Flow.objects.get(pk=self.flows[kind].pk)
        now = timezone.now() + timedelta(seconds=5)  # the last moments count as settled
        request_run(flow, actor="test", complete=True, now=now)
        while runner.drain("batch"):
            pass
        return Run.objects.filter(flow=flow).latest("id")

    def run_all(self) -> dict[str, Run]:
        return {kind: self.run(kind) for kind in KINDS}


def told(run: Run, *actions: str) -> list[tuple[str, str, str]]:
    """(action, label, reason) of what the run did or left; of these actions, or of all."""
    rows = PlannedChange.objects.filter(run=run).order_by("number")
    if actions:
        rows = rows.filter(action__in=actions)
    return list(rows.values_list("action", "label", "reason"))
