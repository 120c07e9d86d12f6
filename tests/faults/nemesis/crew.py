"""The portal's own processes during a run: the web, the worker trees, and who is who in them.

They are kept running as a service manager would: what has ended is started again a moment
later. What an ended one left behind is left alone, which is harsher than a service manager.
"""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tests.faults.nemesis.schedule import LANES
from tests.support.processes import ROOT

MARK = "NEMESIS_RUN"  # by this variable every process of a run is found at its end
RESTART_AFTER_S = 1.0


class Service:
    """One program that is started again when it has ended."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.log = name, log
        self._command, self._environment = list(command), dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_at: float | None = None
        self.restarts = 0

    @property
    def process(self) -> psutil.Process | None:
        if self._process is None or self._process.poll() is not None:
            return None
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._ended_at = None

    def keep_running(self) -> None:
        """Starts it again a moment after its end."""
        if self._process is None or self._process.poll() is None:
            return
        now = time.monotonic()
        self._ended_at = self._ended_at or now
        if now - self._ended_at >= RESTART_AFTER_S:
            self.restarts += 1
            self.start()

    def ask_to_end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


class Crew:
    """All services of one run, and every process they have."""

    def __init__(
        self, *, trees: int, port: int, environment: Mapping[str, str], folder: Path
    ) -> None:
        self.mark = uuid.uuid4().hex
        environment = {**environment, MARK: self.mark, "TMPDIR": str(folder)}
        self.web = Service("web", _web(port), environment, folder / "web.log")
        worker = [sys.executable, "manage.py", "worker"]
        self.trees = [
            Service(f"worker {n}", worker, environment, folder / f"worker-{n}.log")
            for n in range(trees)
        ]

    @property
    def services(self) -> list[Service]:
        return [self.web, *self.trees]

    def start(self) -> None:
        for service in self.services:
            service.start()

    def keep_running(self) -> None:
        for service in self.services:
            service.keep_running()

    def find(self, role: str, *, tree: int, lane: str, place: int) -> psutil.Process | None:
        """Who plays the role now; None when nobody does at this moment."""
        service = self.web if role == "web" else self.trees[tree]
        try:
            return _find(service.process, role, lane or role, place)
        except psutil.NoSuchProcess:
            return None

    def is_complete(self) -> bool:
        """Whether every cluster of every tree has its last process."""
        return all(
            self.find("pusher", tree=tree, lane=lane, place=0)
            for tree in range(len(self.trees))
            for lane in LANES
        )

    def end(self) -> None:
        """Ends every process of the run, orphans and stopped ones included."""
        for _ in range(5):
            members = self._members()
            if not members:
                break
            for process in members:
                _kill(process)
            psutil.wait_procs(members, timeout=5)
        for service in self.services:
            service.ask_to_end()

    def _members(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                is_ours = process.environ().get(MARK) == self.mark
                if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found


def _web(port: int) -> list[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--workers-kill-timeout", "3", "--host", "127.0.0.1", "--port", str(port)]
    return [*command, "erp_portal.wsgi:application"]


def _find(top: psutil.Process | None, role: str, child: str, place: int) -> psutil.Process | None:
    if top is None or role in {"supervisor", "web"}:
        return top
    leader = _child(top, child)
    if leader is None or role in {"main", "beat"}:
        return leader
    sentinels = leader.children()
    if not sentinels or role == "sentinel":
        return sentinels[0] if sentinels else None
    # django-q2 starts its workers, then the monitor, then the pusher. One that was replaced
    # has gone to the end of the line; the fault then hits another of them, as good as any.
    line = sorted(sentinels[0].children(), key=lambda one: (one.create_time(), one.pid))
    at = {"monitor": -2, "pusher": -1}.get(role, place)
    return line[at] if len(line) >= 4 else None


def _child(top: psutil.Process, name: str) -> psutil.Process | None:
    for child in top.children():
        try:
            if child.cmdline()[3:4] == [name]:
                return child
        except psutil.NoSuchProcess:
            continue
    return None


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
