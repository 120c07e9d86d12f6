"""The most memory that a process takes which reads, keeps and plans prices, by how many there are.

    python -m tests.benchmarks.catalog.memory URL_OF_THE_ERP

is such a process: a first, complete run in shadow mode with every variant linked, so that each
price is kept, decided on and planned. Its last line of output is its largest resident size.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from tests.benchmarks import Measurement

KB_PER_MB = 1024
MOST_MORE_MB = 50


def measure(few: int, many: int, *, say: Callable[[str], None]) -> list[Measurement]:
    small, large = (_peak_mb(count, say) for count in (few, many))
    return [
        Measurement(
            name=f"memory over {many} prices",
            reference_name=f"over {few}, and {MOST_MORE_MB} MB more",
            reference=small + MOST_MORE_MB,
            ours=large,
            unit="MB",
            goal=1.0,
        )
    ]


def _peak_mb(count: int, say: Callable[[str], None]) -> float:
    from tests.benchmarks.catalog.databases import own_database
    from tests.benchmarks.catalog.standins import running_erp
    from tests.support.processes import ROOT

    goods = _range(count)
    with own_database() as database, running_erp(goods) as erp:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", __name__, erp.url, str(count)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            check=True,
            capture_output=True,
            text=True,
        )
        taken = time.perf_counter() - began
    told = json.loads(done.stdout.splitlines()[-1])
    if told["read"] != count:
        raise RuntimeError(f"{told['read']} of {count} prices were read")
    say(f"{told['read']} prices read, kept and planned in {taken:.0f} s: {told['peak_mb']:.0f} MB")
    return float(told["peak_mb"])


def _range(count: int) -> Any:
    """A fifth of the prices are everyone's, of as few variants as that takes."""
    from tests.benchmarks.catalog.goods import Range

    products = count // 20
    goods = Range(products=products)
    return Range(products=products, listed=count - goods.base)


def main(erp_url: str, count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp_portal.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.test.utils import setup_test_environment

    from integrations.models import Flow
    from tests.benchmarks.catalog.portal import set_up
    from tests.benchmarks.catalog.settled import link_variants, shop_of
    from tests.benchmarks.catalog.standins import running_medusa

    setup_test_environment(debug=False)
    with running_medusa() as shop:
        portal = set_up(erp_url, shop_of(shop), "prices", mode=Flow.Mode.SHADOW)
        link_variants(portal, _range(count))
        run, _ = portal.run("prices")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB
    sys.stdout.write(json.dumps({"read": run.read, "peak_mb": peak}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
