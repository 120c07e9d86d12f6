"""The first sync of a catalogue into a real Medusa, against bare calls of the same payloads.

Each side begins with a shop that is as good as new, in turns and with the order changed from
round to round: both have the same weather.
"""

import statistics
from collections.abc import Callable

from integrations.flows.modes import set_mode
from integrations.models import Flow
from tests.benchmarks import Measurement
from tests.benchmarks.catalog.bare import Bare
from tests.benchmarks.catalog.databases import own_database
from tests.benchmarks.catalog.goods import Range
from tests.benchmarks.catalog.portal import ACTOR, Portal, set_up
from tests.benchmarks.catalog.shops import RealShop
from tests.benchmarks.catalog.standins import running_erp

GOAL = 1.15
KINDS = ("products", "prices", "stock")
Times = dict[str, float]


def measure(
    shop: RealShop, range_: Range, *, rounds: int, say: Callable[[str], None]
) -> list[Measurement]:
    ours: list[Times] = []
    bare: list[Times] = []
    for turn in range(rounds):
        sides = [(bare, _bare), (ours, _ours)]
        for found, side in sides if turn % 2 == 0 else reversed(sides):
            shop.renew()
            found.append(side(shop, range_))
            name = "ours" if found is ours else "bare"
            told = ", ".join(f"{kind} {taken:.1f} s" for kind, taken in found[-1].items())
            say(f"first sync, round {turn + 1}, {name}: {sum(found[-1].values()):.1f} s ({told})")
    rows = range_.products + range_.base + range_.listed + range_.levels
    say(f"first sync: {rows / _median(ours):.0f} records/s, bare {rows / _median(bare):.0f}")
    return [
        Measurement(
            name="first sync",
            reference_name="bare calls of ready-made payloads",
            reference=_median(bare),
            ours=_median(ours),
            unit="s",
            goal=GOAL,
        )
    ]


def _bare(shop: RealShop, range_: Range) -> Times:
    return Bare(range_, shop.shop).run()


def _ours(shop: RealShop, range_: Range) -> Times:
    with own_database(), running_erp(range_) as erp:
        portal = set_up(erp.url, shop.shop, *KINDS)
        return _synced(portal)


def _synced(portal: Portal) -> Times:
    """The flows go live, one after the other. Before that the prices were planned, as going live
    asks for: this is off the clock, and the run that is measured reads all of them again."""
    prices = portal.flows["prices"]
    set_mode(prices, Flow.Mode.SHADOW, actor=ACTOR)
    portal.run("prices")
    set_mode(prices, Flow.Mode.LIVE, actor=ACTOR, despite_plan=True)
    return {kind: portal.run(kind)[1] for kind in KINDS}


def _median(times: list[Times]) -> float:
    return statistics.median(sum(one.values()) for one in times)
