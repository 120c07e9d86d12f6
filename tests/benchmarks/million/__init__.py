"""Claims, the beat and the console among a million jobs, each against its stated limit.

BENCH_ROWS says how many finished jobs there are; it must stay at a million for the figures
to mean what they say. Needs about 1.5 GB of disk for a few minutes.
"""

import os
import statistics
import sys
import time

from django.test.utils import setup_test_environment, teardown_test_environment

from tests.benchmarks import Measurement
from tests.benchmarks.million import claiming, rows, screens
from tests.support import postgres

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
CLAIM_MS, DUTY_MS, PAGE_MS = 5.0, 50.0, 300.0
SHOWN = 6  # how many of the pages get a line of their own


def measure() -> list[Measurement]:
    name = f"test_bench_million_{os.getpid()}"
    url = postgres.create_migrated(name)
    setup_test_environment(debug=False)
    try:
        with postgres.as_default(url):
            began = time.monotonic()
            remotes = rows.fill(ROWS)
            _say(f"{ROWS} finished jobs and their like made in {time.monotonic() - began:.0f} s")
            claims = claiming.claim_ms()
            duties = claiming.duties_ms(remotes)
            pages = screens.pages_ms(remotes)
    finally:
        teardown_test_environment()
        postgres.drop(name)
    return [
        _within("p50 of one claim", statistics.median(claims), CLAIM_MS),
        _within("p95 of one claim", statistics.quantiles(claims, n=20)[-1], CLAIM_MS),
        *(_within(f"beat, {name}", ms, DUTY_MS) for name, ms in duties.items()),
        *_slowest(pages),
    ]


def _slowest(pages: dict[str, float]) -> list[Measurement]:
    """The slowest pages; the others are printed only."""
    ranked = sorted(pages.items(), key=lambda page: -page[1])
    for name, ms in ranked[SHOWN:]:
        _say(f"page {name}: {ms:.0f} ms")
    return [_within(f"page, {name}", ms, PAGE_MS) for name, ms in ranked[:SHOWN]]


def _within(name: str, ms: float, limit_ms: float) -> Measurement:
    return Measurement(
        name=name,
        reference_name="the stated limit",
        reference=limit_ms,
        ours=ms,
        unit="ms",
        goal=1.0,
    )


def _say(line: str) -> None:
    sys.stdout.write(f"million: {line}\n")
    sys.stdout.flush()
