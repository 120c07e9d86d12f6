"""Runs a stand-in by itself until it is interrupted; its first line of output is its shop."""

import argparse
import json
import signal
import sys
import threading
from dataclasses import asdict

from integrations.adapters.medusa.sandbox.server import MedusaStandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="medusa stand-in")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    standin = MedusaStandIn(port=parser.parse_args().port)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with standin:
        shop = {**asdict(standin.shop), "tax_inclusive": []}
        sys.stdout.write(json.dumps({"url": standin.url, "shop": shop}, default=str) + "\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main()
