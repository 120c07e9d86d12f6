"""A shop, the portal and one office, all in this process, over real HTTP."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.db import connections
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import lease, runner
from integrations.engine.models import OPEN, JobState, Resource, Step, SyncJob
from integrations.flows.links import bind
from integrations.flows.order_status import poll
from integrations.flows.orders import sweep
from integrations.flows.orders.doors import ensure_push
from integrations.flows.totals.currency import smallest_unit
from integrations.models import IdLink, Order
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.connecting import Connected, connect
from integrations.sandbox.shop import seed_shop
from tests.contract.office import Office, Seen
from tests.faults import forks
from tests.support.processes import wait_for

HOUR = timedelta(hours=1)
GOODS = {"DRILL-18V": "129.00", "TAPE-5M": "7.35", "TIES-200": "3.09"}


@dataclass
class World:
    """The shop sells `GOODS` and what `sell` adds, linked to the office's own products."""

    shop: MedusaStandIn
    office: Office
    portal: Connected

    def sell(self, sku: str, price: str, *, as_sku: str = "", currency: str = "eur") -> None:
        """Offers one more; `as_sku` is what it is in the ERP."""
        variant = self.shop.add_product(sku, {currency: Decimal(price)})
        bind(
            IdLink.Kind.VARIANT,
            self.portal.erp,
            self.office.variant(as_sku or sku),
            self.portal.shop,
            variant,
            actor="test",
            label=sku,
        )

    def place(self, *lines: tuple[str, int], **more: Any) -> str:
        """The usual buyer orders, and the portal hears of it; the storefront's id."""
        order_id = self.shop.place_order(list(lines), **{"customer": NORDWIND.email, **more})
        ensure_push(
            storefront=self.portal.shop, order_ref=order_id, origin="event", actor="event 1"
        )
        return order_id

    def order(self, order_id: str) -> Order:
        return Order.objects.get(storefront_ref=order_id)

    def held(self, order_id: str) -> list[Seen]:
        """What the ERP really holds, cancelled ones left out."""
        return [one for one in self.office.orders_with(order_id) if not one.is_cancelled]

    def buyer_pays(self, order_id: str) -> Decimal:
        """The shop's total, as its checkout rounds it for the eye."""
        order = self.order(order_id)
        return order.gross_total.quantize(smallest_unit(order.currency), ROUND_HALF_UP)

    def in_shop(self, order_id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.shop.orders[order_id]
        return found

    # -- time

    def settle(self, *, rounds: int = 40) -> None:
        """Runs all that is due or waits for a moment, until only what is parked is open."""
        moving = SyncJob.objects.filter(state__in=OPEN).exclude(state=JobState.PARKED)
        for _ in range(rounds):
            self._hurry()
            while runner.drain():
                pass
            if not moving.exists():
                return
        raise AssertionError(f"still open: {[*moving.values_list('kind', 'state', 'error_text')]}")

    def run_until(self, look: Callable[[], object], *, timeout_s: float = 10) -> None:
        """Runs what is due again and again, while what was sent has not settled yet."""

        def look_again() -> object:
            self.wake()
            runner.drain()
            return look()

        wait_for(look_again, timeout_s=timeout_s)

    def _hurry(self) -> None:
        """As if an hour went by, what was sent has settled long ago."""
        Step.objects.filter(sent_at__isnull=False).update(sent_at=timezone.now() - HOUR)
        self.wake()

    def wake(self) -> None:
        past = timezone.now() - timedelta(seconds=1)
        SyncJob.objects.filter(due_at__gt=past).update(due_at=past)
        Resource.objects.update(not_before=None)
        Resource.objects.filter(open_until__isnull=False).update(open_until=past)
        Resource.objects.filter(probe_until__isnull=False).update(probe_until=past)

    def read_progress(self) -> None:
        """What the beat starts by the clock."""
        now = timezone.now()
        sweep.start_sweeps(now)
        poll.start_polls(now)
        self.settle()

    # -- workers

    def killed_worker(self, point: str, log: Path) -> None:
        """A worker process that is killed where the engine reaches `point`; its lease ends."""
        worker = forks.starter(log, runner.drain, fault=f"{point}:kill")  # type: ignore[arg-type]
        try:
            self._await_hit(worker)
        finally:
            worker.end()
        past = timezone.now() - timedelta(seconds=1)
        SyncJob.objects.filter(lease_until__isnull=False).update(lease_until=past)
        lease.sweep()

    def _await_hit(self, worker: forks.Fork) -> None:
        gone = threading.Event()
        for _ in range(1500):
            if worker.is_hit():
                return
            gone.wait(0.01)
        raise AssertionError("the worker was not hit")

    def two_workers(self) -> None:
        def work() -> None:
            try:
                runner.drain()
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)


@contextlib.contextmanager
def opened_world(office: Office) -> Iterator[World]:
    """Needs the database. All flows are live; there are no products beyond `GOODS`."""
    with MedusaStandIn() as shop:
        portal = connect(seed_shop(shop), office.seed, now=timezone.now())
        world = World(shop=shop, office=office, portal=portal)
        for sku, price in GOODS.items():
            world.sell(sku, price)
        yield world
