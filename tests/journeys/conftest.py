"""A shop, an ERP and the portal between them, all in this process, over real HTTP."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.engine.models import OPEN, JobState, Resource, Step, SyncJob
from integrations.flows.order_status import poll
from integrations.flows.orders import sweep
from integrations.flows.runs import request_run
from integrations.models import Order
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.connecting import Connected, connect
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from integrations.sandbox.shop import seed_shop
from integrations.sandbox.storefront import MedusaSeed


@dataclass
class World:
    """Both remotes, the portal's view of them, and what a day brings."""

    shop: MedusaStandIn
    erp: OdooStandIn
    shop_seed: MedusaSeed
    erp_seed: ErpSeed
    portal: Connected
    portal_url: str
    # Whether an hour that is let pass also settles what is in doubt. Not while a remote is slow:
    # what it still works on would come later than the hour it is given.
    settles_at_once: bool = False

    def place(self, *lines: tuple[str, int], **more: Any) -> str:
        """The usual buyer orders; returns the storefront's order id."""
        return self.shop.place_order(list(lines), **{"customer": NORDWIND.email, **more})

    def settle(self) -> None:
        """Delivers what is on its way and runs what is due, until nothing is."""
        self.shop.hooks.wait(timeout_s=10)
        while runner.drain():
            self.shop.hooks.wait(timeout_s=10)

    def sweep(self) -> None:
        """What the beat starts by the clock."""
        now = timezone.now()
        sweep.start_sweeps(now)
        poll.start_polls(now)
        self.settle()

    def wait_until_idle(self, timeout_s: float = 20) -> None:
        """Lets time pass until no job is open."""
        ends = time.monotonic() + timeout_s
        while SyncJob.objects.filter(state__in=OPEN).exists() and time.monotonic() < ends:
            self._let_time_pass()
            self.settle()
        assert not SyncJob.objects.filter(state__in=OPEN).exists()

    def wait_until_parked(self, timeout_s: float = 20) -> None:
        """Lets time pass until nothing but parked jobs is open."""
        ends = time.monotonic() + timeout_s
        moving = SyncJob.objects.filter(state__in=OPEN).exclude(state=JobState.PARKED)
        while moving.exists() and time.monotonic() < ends:
            self._let_time_pass()
            self.settle()
        assert not moving.exists()

    def _let_time_pass(self) -> None:
        """As if an hour went by: whatever waits for a moment is due."""
        past = timezone.now() - timedelta(seconds=1)
        SyncJob.objects.filter(due_at__gt=past).update(due_at=past)
        if self.settles_at_once:
            Step.objects.filter(sent_at__gt=past).update(sent_at=past - timedelta(hours=1))
        Resource.objects.update(not_before=None)
        Resource.objects.filter(open_until__isnull=False).update(open_until=past)
        Resource.objects.filter(probe_until__isnull=False).update(probe_until=past)

    def order(self, order_id: str) -> Order:
        return Order.objects.get(storefront_ref=order_id)

    def in_erp(self, order_id: str) -> list[dict[str, Any]]:
        """What the ERP really holds under this reference."""
        return self.erp.orders_with(order_id)

    def in_shop(self, order_id: str) -> dict[str, Any]:
        return self.shop.orders[order_id]

    def shop_total(self, order_id: str, digits: int = 2) -> Decimal:
        return round(Decimal(str(self.in_shop(order_id)["total"])) + Decimal("1e-9"), digits)

    def sync_products(self) -> None:
        # The last seconds are left to the next run: what is being committed shows up late.
        soon = timezone.now() + timedelta(seconds=5)
        request_run(self.portal.products, actor="test", now=soon)
        self.settle()


@pytest.fixture
def fast_engine(settings: Settings) -> None:
    """Waits are settings, so that a test need not sleep."""
    settings.ENGINE = {
        **settings.ENGINE,
        "backoff_base_s": 0.05,
        "backoff_cap_s": 0.2,
        "breaker_open_s": 0.2,
        "beat_s": 0.05,
    }
    settings.HTTP_READ_TIMEOUT_S = 1
    settings.POLL_UNSETTLED_S = 0


@pytest.fixture
def world(transactional_db: None, live_server: LiveServer, fast_engine: None) -> Iterator[World]:
    """Everything connected and live, products synced."""
    with MedusaStandIn() as shop, OdooStandIn(api_key=API_KEY) as erp:
        shop_seed, erp_seed = seed_shop(shop), seed_erp(erp)
        portal = connect(shop_seed, erp_seed, now=timezone.now())
        made = World(shop, erp, shop_seed, erp_seed, portal, live_server.url)
        shop.hooks.configure(
            url=f"{live_server.url}{portal.shop.hook_path}",
            secret=portal.shop.credentials["hook_secret"],
        )
        made.sync_products()
        yield made
