"""Stand-ins in processes of their own, so that neither their time nor their memory is ours."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from integrations.http import Limits, Session
from tests.benchmarks.catalog.goods import Range
from tests.support.processes import ROOT


@dataclass(frozen=True, slots=True)
class Remote:
    """A stand-in's address, and what its `/_standin` says."""

    url: str
    told: dict[str, Any]

    def control(self, method: str, name: str, body: Any = None) -> Any:
        limits = Limits(read_s=120, deadline_s=300, max_bytes=1_000_000_000)
        session = Session(base_url=self.url, allow_private=True, limits=limits)
        reply = session.call(method, f"/_standin/{name}", writes=method == "POST", json=body)
        return reply.json()

    def calls(self) -> list[tuple[str, str]]:
        """(method, path) of every request so far."""
        return [(row["method"], row["path"]) for row in self.control("GET", "log")["log"]]


@contextmanager
def running_erp(goods: Range) -> Iterator[Remote]:
    words = [f"--{name}={getattr(goods, name)}" for name in ("products", "listed", "levels")]
    with _running("tests.benchmarks.catalog.big_erp", *words) as line:
        yield Remote(line, {})


@contextmanager
def running_medusa() -> Iterator[Remote]:
    with _running("integrations.adapters.medusa.sandbox") as line:
        told = json.loads(line)
        yield Remote(told["url"], told["shop"])


@contextmanager
def _running(module: str, *words: str) -> Iterator[str]:
    """The first line that the program says."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{module} did not start")
        yield line
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close() if process.stdout else None
