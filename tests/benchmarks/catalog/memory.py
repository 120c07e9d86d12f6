"""The most memory that a process takes which reads, keeps and decides on prices, by how many
there are.

    python -m tests.benchmarks.catalog.memory SHOP URL_OF_THE_ERP HOW_MANY MODE

is such a process, with every variant linked: a first, complete run, in shadow mode, so that each
price is kept, decided on and planned, or in live mode, so that each is written, too. Both
stand-ins are processes of their own. Its last line of output is its largest resident size.
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
PLANNED, WRITTEN = "shadow", "live"
# A stand-in keeps what is written to it, and needs longer for it than the portal.
WRITTEN_PART = 10
WORDS = {PLANNED: "read, kept and planned", WRITTEN: "read, kept and written"}


def measure(few: int, many: int, *, say: Callable[[str], None]) -> list[Measurement]:
    """Planned up to `many`, and written up to a tenth of it."""
    most_written = max(few, many // WRITTEN_PART)
    return [
        _measurement(few, most, mode, say)
        for mode, most in ((PLANNED, many), (WRITTEN, most_written))
    ]


def _measurement(few: int, many: int, mode: str, say: Callable[[str], None]) -> Measurement:
    small, large = (_peak_mb(count, mode, say) for count in (few, many))
    return Measurement(
        name=f"memory over {many} prices {WORDS[mode]}",
        reference_name=f"over {few}, and {MOST_MORE_MB} MB more",
        reference=small + MOST_MORE_MB,
        ours=large,
        unit="MB",
        goal=1.0,
    )


def _peak_mb(count: int, mode: str, say: Callable[[str], None]) -> float:
    from tests.benchmarks.catalog.databases import own_database
    from tests.benchmarks.catalog.settled import fill_with_products, shop_of
    from tests.benchmarks.catalog.standins import running_erp, running_medusa
    from tests.support.processes import ROOT

    goods = _range(count)
    with own_database() as database, running_erp(goods) as erp, running_medusa() as medusa:
        if mode == WRITTEN:
            fill_with_products(shop_of(medusa), goods)
        shop = json.dumps([medusa.url, medusa.told])
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", __name__, shop, erp.url, str(count), mode],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            check=True,
            capture_output=True,
            text=True,
        )
        taken = time.perf_counter() - began
    told = json.loads(done.stdout.splitlines()[-1])
    wanted = count if mode == WRITTEN else 0
    if (told["read"], told["written"]) != (count, wanted):
        raise RuntimeError(f"of {count} prices: {told}")
    say(f"{count} prices {WORDS[mode]} in {taken:.0f} s: {told['peak_mb']:.0f} MB")
    return float(told["peak_mb"])


def _range(count: int) -> Any:
    """A fifth of the prices are everyone's, of as few variants as that takes."""
    from tests.benchmarks.catalog.goods import Range

    products = count // 20
    goods = Range(products=products)
    return Range(products=products, listed=count - goods.base)


def main(shop: str, erp_url: str, count: int, mode: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp_portal.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.test.utils import setup_test_environment

    from integrations.models import PriceRow
    from tests.benchmarks.catalog.portal import set_up
    from tests.benchmarks.catalog.settled import link_products_there, link_variants, shop_of
    from tests.benchmarks.catalog.standins import Remote

    setup_test_environment(debug=False)
    medusa = Remote(*json.loads(shop))
    portal = set_up(erp_url, shop_of(medusa), "prices", mode=mode)
    if mode == WRITTEN:
        link_products_there(portal, medusa)
    else:
        link_variants(portal, _range(count))
    run, _ = portal.run("prices")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB
    written = PriceRow.objects.exclude(fingerprint="").count()
    sys.stdout.write(json.dumps({"read": run.read, "written": written, "peak_mb": peak}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
