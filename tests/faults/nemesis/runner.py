"""One run from its plan to its report."""

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.utils import timezone

from integrations.adapters.medusa.orders import Orders as StorefrontOrders
from integrations.adapters.odoo.orders import Orders
from integrations.engine.models import OPEN, Attempt, JobState, SyncJob
from integrations.models import Event
from integrations.models.order import Order
from tests.faults.nemesis import checker, deeds, killers, pace, stalled, stories
from tests.faults.nemesis.checker import Findings, Held
from tests.faults.nemesis.killers import Happened
from tests.faults.nemesis.report import Report, rows_of
from tests.faults.nemesis.schedule import Fault, Plan, Purchase
from tests.faults.nemesis.shopping import Buyers
from tests.faults.nemesis.world import World, open_world

TICK_S = 0.05
LOOK_S = 0.5
AGAIN_S = 1.0
# Longer than a stopped process can still write, than a sweep takes to come and to do its work.
CALM_S = 7.0

Deed = Callable[[float], None]


def run_plan(plan: Plan, folder: Path) -> Report:
    """Does it all; the caller's thread has the run's database inside only."""
    settle_s = max(Orders.settle_s, StorefrontOrders.settle_s if plan.ships else 0.0)
    limits = pace.Limits(settle_s=settle_s)
    with open_world(plan, folder) as world:
        return _Run(plan, world, limits).go()


@dataclass
class _Run:
    plan: Plan
    world: World
    limits: pace.Limits
    diary: list[str] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    stalled: dict[str, str] = field(default_factory=dict)
    last_wrong: list[str] = field(default_factory=list)

    def go(self) -> Report:
        self.buyers = Buyers(self.world)
        self._began = time.monotonic()
        self._todo: list[tuple[float, int, Deed]] = []
        self._count = itertools.count()
        for fault in self.plan.faults:
            self._plan_at(fault.at, lambda at, fault=fault: self._do(fault, at))
        for purchase in self.plan.purchases:
            self._plan_at(purchase.at, lambda at, one=purchase: self._buy(one, at))
        while self._todo:
            self._tick()
        return self._report(*self._recover())

    # -- the faults' time

    def _plan_at(self, at: float, deed: Deed) -> None:
        heapq.heappush(self._todo, (at, next(self._count), deed))

    def _tick(self) -> None:
        at, _, deed = self._todo[0]
        if self._clock() < at:
            self.world.crew.keep_running()
            time.sleep(min(TICK_S, max(0.0, at - self._clock())))
            return
        heapq.heappop(self._todo)
        deed(self._clock())

    def _do(self, fault: Fault, at: float) -> None:
        began = timezone.now()
        done = deeds.do(fault, self.world)
        self.diary.append(f"{fault}{f' ({done.words})' if done.words else ''}")
        if not done.was_done:
            return
        until = max(fault.ends, self._clock())
        self._plan_at(until, lambda _: self._end(fault, done, began))

    def _end(self, fault: Fault, done: deeds.Done, began: datetime) -> None:
        done.end()
        self.happened.append(Happened(fault, began, timezone.now(), done.words))

    def _buy(self, purchase: Purchase, at: float) -> None:
        self.buyers.buy(purchase, at)
        if purchase.then:
            self._plan_at(at + purchase.later, lambda _: self._go_on(purchase))

    def _go_on(self, purchase: Purchase) -> None:
        words = self.buyers.go_on(purchase)
        if not words and self._clock() < self.plan.seconds:
            self._plan_at(self._clock() + AGAIN_S, lambda _: self._go_on(purchase))
        elif "refused" in words:
            self.diary.append(f"          {words}")

    def _clock(self) -> float:
        return time.monotonic() - self._began

    # -- afterwards

    def _recover(self) -> tuple[Findings, int, float | None, float | None]:
        """Waits until all is right and stays so; how many jobs were open, and the two times."""
        connection.close()  # ours, too, ended with the database
        started, since = time.monotonic(), timezone.now()
        open_then = self._open_jobs()
        findings = Findings()
        recovered_s = open_jobs_s = None
        while time.monotonic() - started < self.limits.total_s + 5:
            self.world.crew.keep_running()
            self._release_killers()
            if open_jobs_s is None and not self._stands_still(open_then, since):
                open_jobs_s = time.monotonic() - started
            findings = self._check()
            if findings.are_clean and self.world.shop.hooks.wait(timeout_s=0):
                recovered_s = recovered_s or time.monotonic() - started
                if time.monotonic() - started > recovered_s + CALM_S:
                    break
            else:
                recovered_s = None
                at_s = time.monotonic() - started
                self.last_wrong = [f"{at_s:.1f} s  {line}" for line in findings.lines()] or [
                    f"{at_s:.1f} s  events are on their way"
                ]
            time.sleep(LOOK_S)
        return findings, len(open_then), open_jobs_s, recovered_s

    def _open_jobs(self) -> list[int]:
        return list(SyncJob.objects.filter(state__in=OPEN).values_list("pk", flat=True))

    def _stands_still(self, ids: list[int], since: datetime) -> bool:
        """Whether one of these jobs was neither tried again nor ended."""
        on_their_way = Attempt.objects.filter(started_at__gt=since).values("step__job")
        still = SyncJob.objects.filter(pk__in=ids, state__in=OPEN).exclude(pk__in=on_their_way)
        return still.exclude(state__in=(JobState.PARKED, JobState.WAITING)).exists()

    def _release_killers(self) -> None:
        released, unexplained = killers.release(self.happened)
        self.released += released
        self.unexplained += unexplained

    def _check(self) -> Findings:
        findings = checker.check(self._held(), placed=list(self.buyers.placed))
        self.stalled = {
            order_id: findings.repeated.pop(order_id)
            for order_id in list(findings.repeated)
            if stalled.is_explained(order_id, self.happened)
        }
        return findings

    def _held(self) -> list[Held]:
        return [
            Held(order_id=order_id, in_shop=row, in_erp=self.world.erp.orders_with(order_id))
            for order_id, row in self.world.shop.orders.items()
        ]

    def _report(
        self, findings: Findings, open_at_end: int, open_s: float | None, all_s: float | None
    ) -> Report:
        orders = self.world.shop.orders
        stories_of = [
            line
            for order_id in findings.orders[:3]
            for line in stories.story_of(order_id, erp=self.world.erp, shop=self.world.shop)
        ]
        return Report(
            plan=self.plan,
            limits=self.limits,
            findings=findings,
            rows=rows_of(self.happened, findings, self._on_the_way()),
            recovered_s=all_s,
            open_jobs_s=open_s,
            open_at_end=open_at_end,
            orders=len(self.buyers.placed),
            cancelled=sum(one["status"] == "canceled" for one in orders.values()),
            changed=sum(one.then.startswith("edit") for one in self.plan.purchases),
            events=Event.objects.count(),
            repeats=sum(Event.objects.values_list("repeats", flat=True)),
            released=self.released,
            unexplained=self.unexplained,
            diary=self.diary,
            stories=stories_of,
            stalled=self.stalled,
            last_wrong=self.last_wrong,
            restarts={one.name: one.restarts for one in self.world.crew.services},
        )

    def _on_the_way(self) -> dict[str, tuple[datetime, datetime]]:
        now = timezone.now()
        return {
            order.storefront_ref: (order.received_at, order.confirmed_at or now)
            for order in Order.objects.all()
        }
