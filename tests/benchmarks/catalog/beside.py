"""How long buyers wait for a page of goods beside a running sync, and when nothing runs.

Measured is what `settings` has: how much is written in one call, and the rest after it. To try
others: PRODUCTS_AT_ONCE=50 BENCH_PARTS=beside make bench ONLY=catalog
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from django.conf import settings

from tests.benchmarks import Measurement
from tests.benchmarks.catalog.databases import own_database
from tests.benchmarks.catalog.goods import Range
from tests.benchmarks.catalog.looking import looking
from tests.benchmarks.catalog.portal import Portal, set_up
from tests.benchmarks.catalog.shops import RealShop
from tests.benchmarks.catalog.standins import running_erp

GOAL = 3.0
IDLE_S = 20.0
KINDS = ("products", "prices", "stock")
Say = Callable[[str], None]


def measure(shop: RealShop, range_: Range, *, rounds: int, say: Say) -> list[Measurement]:
    idle: list[float] = []
    beside: dict[str, list[float]] = {kind: [] for kind in KINDS}
    shop.renew()
    with own_database(), running_erp(range_) as erp:
        portal = set_up(erp.url, shop.shop, *KINDS)
        for turn in range(rounds):
            if turn:
                erp.control("POST", "change", {"products": list(range(range_.products))})
            for kind in KINDS:
                beside[kind] += _looks(shop, portal, kind)
            idle += _idle(shop)
            say(f"buyers, round {turn + 1}: idle p95 {_p95(idle):.0f} ms, {_told(beside)}")
    say(f"buyers: written at once {_sizes()}")
    return [
        Measurement(
            name=f"a buyer's page beside a sync of {kind}, p95",
            reference_name="when nothing runs",
            reference=_p95(idle),
            ours=_p95(times),
            unit="ms",
            goal=GOAL,
        )
        for kind, times in beside.items()
    ]


def _looks(shop: RealShop, portal: Portal, kind: str) -> list[float]:
    portal.wait()
    with _buyer(shop) as found:
        portal.run(kind, waits=False)
    return found


def _idle(shop: RealShop) -> list[float]:
    with _buyer(shop) as found:
        time.sleep(IDLE_S)
    return found


def _buyer(shop: RealShop) -> AbstractContextManager[list[float]]:
    return looking(shop.shop.url, shop.seed.publishable_key, shop.seed.region_of("de"))


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _told(beside: dict[str, list[float]]) -> str:
    return ", ".join(f"beside {kind} {_p95(times):.0f} ms" for kind, times in beside.items())


def _sizes() -> str:
    return (
        f"{settings.PRODUCTS_AT_ONCE} products, {settings.PRICES_AT_ONCE} prices, "
        f"{settings.LEVELS_AT_ONCE} levels, rest {settings.WRITES_REST_PCT} %"
    )
