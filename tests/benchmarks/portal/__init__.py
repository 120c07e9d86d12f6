"""First byte of the buyers' pages among ten thousand quotes, against the bare base template.

All come from the same web process over one kept connection, in turns. The reference is the
base template behind the same sign-in: no page of an account can do without the session, the
user and the buyer. What that costs beside the same template for a stranger is told, too.
BENCH_QUOTES says how many quotes the account has.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from django.test.utils import setup_test_environment, teardown_test_environment

from tests.benchmarks import Measurement
from tests.support import postgres

QUOTES = int(os.environ.get("BENCH_QUOTES", "10000"))
LOOKS = 60
GOAL = 3.0


def measure() -> list[Measurement]:
    # The web process comes by here before it has set Django up.
    from tests.benchmarks.portal import looking, rows

    name = f"test_bench_portal_{os.getpid()}"
    url = postgres.create_migrated(name)
    setup_test_environment(debug=False)
    try:
        with postgres.as_default(url):
            began = time.monotonic()
            shown = rows.fill(QUOTES)
            _say(f"{QUOTES} quotes and as many of others made in {time.monotonic() - began:.0f} s")
        with tempfile.TemporaryDirectory() as folder:
            found = looking.first_byte_ms(url, shown, looks=LOOKS, folder=Path(folder))
    finally:
        teardown_test_environment()
        postgres.drop(name)
    stranger = statistics.median(found.pop(looking.BARE))
    bare = statistics.median(found.pop(looking.SIGNED_IN))
    pages = [
        Measurement(
            name=f"first byte, {page}",
            reference_name="bare base template, signed in",
            reference=bare,
            ours=statistics.median(times),
            unit="ms",
            goal=GOAL,
        )
        for page, times in found.items()
    ]
    sign_in = Measurement(
        name="first byte, bare base template, signed in",
        reference_name="the same for a stranger",
        reference=stranger,
        ours=bare,
        unit="ms",
    )
    return [sign_in, *pages]


def _say(line: str) -> None:
    sys.stderr.write(f"portal: {line}\n")
