"""A shop, an ERP and a portal's database between them, for tests with real worker processes.

The remotes run in this process; so does what a person or an event starts. Everything else is
done by `running_worker`, which gets `environment`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.engine.models import OPEN, SyncJob
from integrations.flows.orders.doors import ensure_push
from integrations.flows.runs import request_run
from integrations.models import Order
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.connecting import Connected, connect
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from integrations.sandbox.shop import seed_shop
from integrations.sandbox.storefront import MedusaSeed
from tests.support import postgres


@dataclass(kw_only=True)
class ShopAndErp:
    shop: MedusaStandIn
    erp: OdooStandIn
    shop_seed: MedusaSeed
    erp_seed: ErpSeed
    portal: Connected
    environment: Mapping[str, str]

    def place(self) -> str:
        """The usual buyer orders a tape, and the portal hears of it; the storefront's id."""
        order_id = self.shop.place_order([("TAPE-5M", 1)], customer=NORDWIND.email)
        ensure_push(
            storefront=self.portal.shop, order_ref=order_id, origin="event", actor="event 1"
        )
        return order_id

    def order(self, order_id: str) -> Order:
        return Order.objects.get(storefront_ref=order_id)

    def refuse_orders(self) -> None:
        """From now on the ERP refuses every order: its pricelist is unknown there."""
        self.portal.erp.settings["pricelists"] = "EUR=999999"
        self.portal.erp.save()

    def has_pushed(self) -> bool:
        """Whether no push is open. (The beat's own sweeps may be, where no worker takes them.)"""
        return not SyncJob.objects.filter(kind="push_order", state__in=OPEN).exists()


@contextmanager
def shop_and_erp(database: str, *, template: str = "") -> Iterator[ShopAndErp]:
    """Everything connected and live over a database of its own, products synced.

    `database` begins with test_; it is dropped at the end. Needs unblocked database access.
    """
    create = postgres.create if template else postgres.create_migrated
    options: dict[str, Any] = {"template": template} if template else {}
    url = create(database, **options)
    try:
        with postgres.as_default(url), MedusaStandIn() as shop, OdooStandIn(api_key=API_KEY) as erp:
            shop_seed, erp_seed = seed_shop(shop), seed_erp(erp)
            portal = connect(shop_seed, erp_seed, now=timezone.now())
            # The last seconds are left to the next run: what is being committed shows up late.
            request_run(portal.products, actor="test", now=timezone.now() + timedelta(seconds=5))
            while runner.drain():
                pass
            yield ShopAndErp(
                shop=shop,
                erp=erp,
                shop_seed=shop_seed,
                erp_seed=erp_seed,
                portal=portal,
                environment={"DATABASE_URL": url},
            )
    finally:
        postgres.drop(database)
