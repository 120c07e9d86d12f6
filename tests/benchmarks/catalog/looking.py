"""A buyer who looks at a page of goods five times a second, in a process of his own.

    python -m tests.benchmarks.catalog.looking URL PUBLISHABLE_KEY REGION

looks until its input ends, and then says how many milliseconds each look took, from when it was
due: one that had to wait for the one before is late, too.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.support.processes import ROOT

EVERY_S = 0.2
ROWS = 12
ANSWERED_S = 60


@contextmanager
def looking(url: str, key: str, region: str) -> Iterator[list[float]]:
    """The list is filled with the milliseconds when the block ends."""
    found: list[float] = []
    words = [sys.executable, "-m", __name__, url, key, region]
    process = subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield found
    finally:
        told, _ = process.communicate(timeout=ANSWERED_S)
    found += json.loads(told)


def main(url: str, key: str, region: str) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    session = requests.Session()
    session.headers["x-publishable-api-key"] = key
    asked = {"region_id": region, "limit": ROWS, "fields": "*variants.calculated_price"}
    session.get(f"{url}/store/products", params=asked, timeout=ANSWERED_S)  # the way is open
    times: list[float] = []
    due = time.perf_counter()
    while not ended.is_set():
        time.sleep(max(0.0, due - time.perf_counter()))
        session.get(f"{url}/store/products", params=asked, timeout=ANSWERED_S).raise_for_status()
        times.append((time.perf_counter() - due) * 1000)
        due = max(due + EVERY_S, time.perf_counter() - ANSWERED_S)
    sys.stdout.write(json.dumps(times))


if __name__ == "__main__":
    main(*sys.argv[1:])
