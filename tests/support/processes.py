"""Real `manage.py` processes, and ways to look at and kill what they started."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]

# So that tests need not sleep: leases, beats and canaries in fractions of a second.
FAST = {
    "ENGINE_LEASE_S": "1.2",
    "ENGINE_HEARTBEAT_S": "0.3",
    "ENGINE_BEAT_S": "0.2",
    "ENGINE_CANARY_S": "0.5",
    "ENGINE_CANARY_STALE_S": "4",
    "ENGINE_BACKOFF_BASE_S": "0.2",
    "ENGINE_BREAKER_OPEN_S": "1",
    "DATABASE_IDLE_IN_TRANSACTION_S": "2",
    "Q_POLL_S": "0.05",
    "Q_WORKERS": "2",
}


class Worker:
    """A `manage.py worker` with its whole tree."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def cluster(self, lane: str) -> psutil.Process:
        """The first process of the lane's cluster."""
        return wait_for(lambda: self._child(lane), f"no cluster of lane {lane}:\n{self.log}")

    def q_workers(self, lane: str) -> list[psutil.Process]:
        """The processes of the cluster below its sentinel: workers, monitor and pusher."""

        def complete() -> list[psutil.Process] | None:
            sentinels = self.cluster(lane).children()
            found = sentinels[0].children() if sentinels else []
            return found if len(found) >= 4 else None  # two workers, the monitor, the pusher

        return wait_for(complete, f"cluster of {lane} did not start:\n{self.log}", timeout_s=60)

    def stop(self, *, timeout_s: float = 30) -> int:
        """SIGTERM, and its exit code."""
        self.process.terminate()
        return self.process.wait(timeout_s)

    def kill_tree(self) -> None:
        for process in _descendants(self.process):
            _kill(process)
        self.process.kill()
        self.process.wait()

    def _child(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            try:
                if child.cmdline()[3:4] == [name]:
                    return child
            except psutil.NoSuchProcess:
                continue
        return None


@contextmanager
def running_worker(
    environment: Mapping[str, str], folder: Path, *arguments: str
) -> Iterator[Worker]:
    """A worker with short times, ended as a whole at the end of the block."""
    log = folder / f"worker-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker", *arguments],
            cwd=ROOT,
            env={**os.environ, **FAST, "TMPDIR": str(folder), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    worker = Worker(process, log)
    try:
        yield worker
    finally:
        worker.kill_tree()


def wait_for(
    look: Callable[[], T | None], message: str = "it did not happen", *, timeout_s: float = 60
) -> T:
    """What `look` returns as soon as it is true; AssertionError after the time."""
    ends = time.monotonic() + timeout_s
    while time.monotonic() < ends:
        try:
            found = look()
        except psutil.NoSuchProcess:
            found = None  # it ended while we looked
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(message)


def _descendants(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
