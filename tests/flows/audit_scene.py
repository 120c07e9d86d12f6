"""A shop and an ERP whose prices are in step, and what people do to them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.flows.adding import add_flow
from integrations.flows.modes import set_mode
from integrations.flows.price_audit import request_audit
from integrations.flows.runs import request_run
from integrations.models import Flow, IdLink, PriceAudit, PriceRow, Run
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.connecting import Connected, connect
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.shop import seed_shop

SKU = "DRILL-18V"


@dataclass
class AuditScene:
    """Nordwind buys at contract prices: 5 % off, the drill for 115 from 10 and 109 from 50."""

    medusa: MedusaStandIn
    odoo: OdooStandIn
    portal: Connected
    flow: Flow
    customer: str

    # -- the portal at work

    def sync(self, flow: Flow | None = None) -> None:
        # The last seconds are left to the next run: what is being committed shows up late.
        soon = timezone.now() + timedelta(seconds=5)
        request_run(flow or self.flow, actor="test", complete=True, now=soon)
        while runner.drain():
            pass
        run = Run.objects.filter(flow=flow or self.flow).latest("id")
        assert (run.state, run.failed) == ("done", 0), run.note

    def audit(self, **asked: Any) -> PriceAudit:
        """An audit from asking for it to its end; of one price with `sku`."""
        if "sku" in asked:
            asked = {"account": self.customer, **asked}
        made = request_audit(self.flow, actor="test", **asked)
        while runner.drain():
            pass
        made.refresh_from_db()
        return made

    # -- what the shop holds

    def row(self, pieces: int = 0) -> PriceRow:
        """The contract's price of the drill from so many pieces."""
        return PriceRow.objects.get(
            sku=SKU, audience="price_list", min_quantity=pieces, audience_name="Contract prices"
        )

    def held(self, pieces: int = 0) -> dict[str, Any]:
        """That price in the shop, to be tampered with."""
        return self.medusa.price_lists.prices[self.row(pieces).storefront_price_id]

    def list(self) -> dict[str, Any]:
        return self.medusa.price_lists.rows[self.row().storefront_list_id]

    def pays(self, pieces: int) -> Decimal:
        order = self.medusa.place_order([(SKU, pieces)], customer=self.customer)
        return Decimal(self.medusa.orders[order]["items"][0]["unit_price"])


def audit_scene(medusa: MedusaStandIn, odoo: OdooStandIn) -> AuditScene:
    """Both filled, connected and synced; Nordwind's buyer is in the group of the contract."""
    shop, erp = seed_shop(medusa), seed_erp(odoo)
    portal = connect(shop, erp, now=timezone.now())
    flow = add_flow(kind="prices", source=portal.erp, target=portal.shop, actor="test")
    set_mode(flow, "live", actor="test", despite_plan=True)
    customer = next(one.id for one in shop.customers if one.email == NORDWIND.email)
    scene = AuditScene(medusa=medusa, odoo=odoo, portal=portal, flow=flow, customer=customer)
    scene.sync(portal.products)
    scene.sync()
    group = IdLink.objects.get(kind="group", source_ref=f"price_list:{scene.row().audience_ref}")
    with medusa.lock:
        medusa.customers.change_members(group.target_ref, [customer], [])
    return scene


def servers() -> tuple[MedusaStandIn, OdooStandIn]:
    return MedusaStandIn(), OdooStandIn(api_key=API_KEY)
