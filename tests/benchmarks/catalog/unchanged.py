"""A catalogue of which nothing changed, or little, on stand-ins that log every request.

Most of it was never written by a run here: its links are put there as an earlier run leaves
them, with what the flow itself would decide. The products that change are written by a run.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from tests.benchmarks import Measurement
from tests.benchmarks.catalog import goods
from tests.benchmarks.catalog.databases import own_database
from tests.benchmarks.catalog.goods import Range
from tests.benchmarks.catalog.portal import Portal, set_up
from tests.benchmarks.catalog.settled import link_products, pages, shop_of
from tests.benchmarks.catalog.standins import Remote, running_erp, running_medusa

GOAL_UNCHANGED = 1.3
# Ten times the change may take ten times as long, and the size of the rest no part in it.
GOAL_TENFOLD, GOAL_SIZE = 10.0, 1.5
SMALLER = 10
SHARE = 1000  # one product of so many changes
Say = Callable[[str], None]


def measure(products: int, *, rounds: int, say: Say) -> list[Measurement]:
    few, many = _changes(products)
    with _settled(products, many, say) as (portal, erp, shop):
        unchanged = _unchanged(portal, shop, products, rounds=rounds, say=say)
        first = _times(portal, erp, shop, few, rounds)
        tenfold = _times(portal, erp, shop, many, rounds)
    with _settled(products // SMALLER, many, say) as (portal, erp, shop):
        smaller = _times(portal, erp, shop, few, rounds)
    name = f"{len(few)} changed"
    return [
        unchanged,
        _proportional(f"{len(many)} changed, time", f"{name}", first[0], tenfold[0], "s"),
        _proportional(f"{len(many)} changed, calls", f"{name}", first[1], tenfold[1], "calls"),
        Measurement(
            name=f"{name} of {products}, time",
            reference_name=f"of {products // SMALLER}",
            reference=smaller[0],
            ours=first[0],
            unit="s",
            goal=GOAL_SIZE,
        ),
        Measurement(
            name=f"{name} of {products}, calls",
            reference_name=f"of {products // SMALLER}",
            reference=smaller[1],
            ours=first[1],
            unit="calls",
            goal=1.0,
        ),
    ]


def _proportional(name: str, reference: str, few: float, many: float, unit: str) -> Measurement:
    return Measurement(
        name=name,
        reference_name=reference,
        reference=few,
        ours=many,
        unit=unit,
        goal=GOAL_TENFOLD,
    )


def _changes(products: int) -> tuple[list[int], list[int]]:
    """A thousandth of the products, and ten times as many."""
    few = max(2, products // SHARE)
    return list(range(few)), list(range(few * 10))


# -- measuring


def _unchanged(
    portal: Portal, shop: Remote, products: int, *, rounds: int, say: Say
) -> Measurement:
    """Complete runs in turns with only reading the ERP's pages, by the same adapter."""
    reading, ours = [], []
    for turn in range(rounds):
        for is_ours in (False, True) if turn % 2 == 0 else (True, False):
            if is_ours:
                ours.append(_run(portal, shop, products))
            else:
                reading.append(_read(portal, products))
        say(f"unchanged, round {turn + 1}: reading {reading[-1]:.1f} s, ours {ours[-1]:.1f} s")
    say(f"unchanged: {products / statistics.median(ours):.0f} products/s")
    return Measurement(
        name=f"{products} unchanged products",
        reference_name="only reading the ERP",
        reference=statistics.median(reading),
        ours=statistics.median(ours),
        unit="s",
        goal=GOAL_UNCHANGED,
    )


def _read(portal: Portal, products: int) -> float:
    began = time.perf_counter()
    found = sum(len(page) for page in pages(portal))
    taken = time.perf_counter() - began
    _insist(found == products, f"the ERP gave {found} of {products} products")
    return taken


def _run(portal: Portal, shop: Remote, products: int) -> float:
    before = len(shop.calls())
    run, taken = portal.run("products")
    calls = len(shop.calls()) - before
    _insist(calls == 0, f"an unchanged catalogue cost {calls} calls to the storefront")
    _insist(run.unchanged == products, f"{run.unchanged} of {products} were unchanged")
    return taken


def _times(
    portal: Portal, erp: Remote, shop: Remote, changed: list[int], rounds: int
) -> tuple[float, float]:
    """Median seconds and calls to the storefront of a run of what changed."""
    portal.run("products", complete=False)  # what was changed before is behind us
    times, calls = [], []
    for _ in range(rounds):
        erp.control("POST", "change", {"products": changed})
        before = len(shop.calls())
        run, taken = portal.run("products", complete=False)
        times.append(taken)
        calls.append(len(shop.calls()) - before)
        _insist(run.changed == len(changed), f"{run.changed} of {len(changed)} changes arrived")
    return statistics.median(times), statistics.median(calls)


def _insist(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise RuntimeError(otherwise)


@contextmanager
def _settled(products: int, many: list[int], say: Say) -> Iterator[tuple[Portal, Remote, Remote]]:
    """A catalogue that was synced before; those that will change are in the storefront."""
    changing = {goods.product_ref(number) for number in many}
    with own_database(), running_medusa() as shop, running_erp(Range(products=products)) as erp:
        portal = set_up(erp.url, shop_of(shop), "products")
        began = time.perf_counter()
        link_products(portal, without=changing)
        portal.run("products")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the server itself does soon after many rows came
        say(f"{products} products linked in {time.perf_counter() - began:.0f} s")
        yield portal, erp, shop
