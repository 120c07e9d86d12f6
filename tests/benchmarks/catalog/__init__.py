"""The catalogue from the ERP to the storefront: how much the portal adds to bare calls."""

import os
import sys

from django.test.utils import setup_test_environment, teardown_test_environment

from tests.benchmarks import Measurement
from tests.benchmarks.catalog.goods import Range

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
ONLY = os.environ.get("BENCH_CATALOG", "first")


def measure() -> list[Measurement]:
    from tests.benchmarks.catalog import first_sync
    from tests.benchmarks.catalog.shops import real_shop

    setup_test_environment(debug=False)
    try:
        with real_shop(_say) as shop:
            range_ = Range(products=_scaled(2000), listed=_scaled(20_000), levels=_scaled(10_000))
            return first_sync.measure(shop, range_, rounds=ROUNDS, say=_say)
    finally:
        teardown_test_environment()


def _scaled(count: int) -> int:
    return max(20, int(count * SCALE))


def _say(line: str) -> None:
    sys.stderr.write(f"catalog: {line}\n")
