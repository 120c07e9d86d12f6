"""Buyers who look at a page of goods, four a second, in a process of their own.

    python -m tests.benchmarks.catalog.looking URL PUBLISHABLE_KEY REGION

looks until its input ends, and then says how many milliseconds each look took. They come when
they come: a buyer whose page is late keeps no other from asking.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests

from tests.support.processes import ROOT

EVERY_S = 0.25
AT_ONCE = 16
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
    asked = {"region_id": region, "limit": str(ROWS), "fields": "*variants.calculated_price"}
    mine = threading.local()

    def look() -> float:
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
            mine.session.headers["x-publishable-api-key"] = key
        began = time.perf_counter()
        answer = mine.session.get(f"{url}/store/products", params=asked, timeout=ANSWERED_S)
        answer.raise_for_status()
        return (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(AT_ONCE) as buyers:
        buyers.submit(look).result()  # the way is open
        looks = []
        while not ended.wait(EVERY_S):
            looks.append(buyers.submit(look))
        sys.stdout.write(json.dumps([one.result() for one in looks]))


if __name__ == "__main__":
    main(*sys.argv[1:])
