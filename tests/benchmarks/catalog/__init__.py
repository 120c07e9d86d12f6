"""The catalogue from the ERP to the storefront: how much the portal adds to bare calls.

    make bench ONLY=catalog                                  all of it, on a real Medusa too
    BENCH_SCALE=0.05 make bench ONLY=catalog                 a twentieth: a laptop, ten minutes
    BENCH_PARTS="unchanged memory" make bench ONLY=catalog   stand-ins only

Parts: `first_sync` and `beside` (a real Medusa), `unchanged` and `memory` (stand-ins). Each is
explained in its module. BENCH_ROUNDS says how often the sides take turns; medians count.
"""

import os
import sys

from django.test.utils import setup_test_environment, teardown_test_environment

from tests.benchmarks import Measurement
from tests.benchmarks.catalog.goods import Range

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PARTS = ("unchanged", "memory", "first_sync", "beside")


def measure() -> list[Measurement]:
    setup_test_environment(debug=False)
    try:
        wanted = os.environ.get("BENCH_PARTS", " ".join(PARTS)).split()
        return [row for part in wanted for row in _measured(part)]
    finally:
        teardown_test_environment()


def _measured(part: str) -> list[Measurement]:
    from tests.benchmarks.catalog import beside, first_sync, memory, unchanged
    from tests.benchmarks.catalog.shops import real_shop

    if part == "unchanged":
        return unchanged.measure(_scaled(100_000), rounds=ROUNDS, say=_say)
    if part == "memory":
        return memory.measure(_scaled(10_000), _scaled(1_000_000), say=_say)
    range_ = Range(products=_scaled(2000), listed=_scaled(20_000), levels=_scaled(10_000))
    with real_shop(_say) as shop:
        measure_it = beside.measure if part == "beside" else first_sync.measure
        return measure_it(shop, range_, rounds=ROUNDS, say=_say)


def _scaled(count: int) -> int:
    return max(20, int(count * SCALE))


def _say(line: str) -> None:
    sys.stderr.write(f"catalog: {line}\n")
