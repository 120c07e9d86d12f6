"""Runs a worker tree: one cluster per lane and the beat, each watched by its progress.

django-q2's processes share queues and locks, and a SIGKILL at the wrong moment stops a
cluster for good while all its processes look alive. So a cluster is judged by whether it
answers canaries (or gets anything else done), and one that does not is ended as a whole,
orphans included, and started anew. Each child leads a session of its own, by which its
descendants are found whatever became of their parents.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from django.conf import settings

from integrations.engine import faults, signs
from integrations.engine.child import BEAT, SUPERVISOR

logger = logging.getLogger(__name__)

POLL_S = 0.2
LONGEST_RESTART_WAIT_S = 10.0
KILL_ROUNDS = 5
START_FACTOR = 4  # how many times longer the first sign of life may take


class Child:
    """One supervised process tree."""

    def __init__(self, name: str, arguments: list[str], tree: Path) -> None:
        self.name = name
        self.folder = tree / name
        self.folder.mkdir()
        self._arguments = arguments
        self._tree = tree
        self._process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self._unanswered_since: float | None = None
        self._quick_ends = 0
        self._start_again_at = 0.0

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            signs.TREE: str(self._tree),
            signs.CHILD: self.name,
            SUPERVISOR: str(os.getpid()),
        }
        if self.name != BEAT:
            environment["Q_CLUSTER_NAME"] = self.name
        command = [sys.executable, "-m", "integrations.engine.child", *self._arguments]
        self._process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
        self.started_at, self._unanswered_since = time.time(), None
        logger.info("child_started child=%s pid=%s", self.name, self.pid)

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def is_stuck(self, now: float) -> bool:
        """Whether it owes a sign of life for too long, or says itself that it is broken."""
        stale_s = settings.ENGINE["canary_stale_s"]
        alive = signs.seen(self.folder, signs.ALIVE)
        if signs.seen(self.folder, signs.BROKEN) > self.started_at:
            return True
        if alive <= self.started_at:  # not ready yet; a busy machine takes its time
            alive, stale_s = self.started_at, stale_s * START_FACTOR
        since = alive if self.name == BEAT else self._owes_since(alive)
        return since is not None and now - since > stale_s

    def _owes_since(self, alive: float) -> float | None:
        """When the first canary was sent that is not answered yet.

        Not when it was last alive: while the database is away nobody can ask.
        """
        asked = signs.seen(self.folder, signs.ASKED)
        if asked <= alive:
            self._unanswered_since = None
        elif self._unanswered_since is None:
            self._unanswered_since = asked
        return self._unanswered_since

    def is_silent(self, now: float, *, since: float) -> bool:
        """Whether it got nothing done for the stale time after `since`."""
        alive = max(signs.seen(self.folder, signs.ALIVE), since)
        return now - alive > settings.ENGINE["canary_stale_s"]

    def ask_to_end(self) -> None:
        """SIGTERM to its first process only: the whole group at once would hang it."""
        if self._process is not None and not self.has_ended():
            self._process.terminate()

    def kill_tree(self) -> None:
        """Ends every process of its session, also those whose parents are gone."""
        if self._process is None:
            return
        for _ in range(KILL_ROUNDS):  # one that is just being forked is found by the next look
            members = _session(self.pid, self.started_at)
            if not members:
                break
            for process in members:
                _kill(process)
        self._process.wait()

    def restart_when_due(self, now: float) -> None:
        """Starts it again; one that ends at once again and again waits longer each time."""
        if self._start_again_at == 0.0:
            self._quick_ends = self._quick_ends + 1 if now - self.started_at < 5 else 0
            wait_s = min(0.5 * 2**self._quick_ends, LONGEST_RESTART_WAIT_S)
            self._start_again_at = now + (wait_s if self._quick_ends else 0.0)
        if now >= self._start_again_at:
            self._start_again_at = 0.0
            self.start()


class Supervisor:
    """Keeps the children of one tree running until it is told to stop."""

    def __init__(self, lanes: list[str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="engine-tree-"))
        self.children = [
            *(Child(lane, [lane], self._folder) for lane in lanes),
            Child(BEAT, [BEAT, *lanes], self._folder),
        ]
        self._is_stopping = False

    def run(self) -> None:
        """Returns after SIGTERM or SIGINT, when every child has ended."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        try:
            for child in self.children:
                child.start()
            while not self._is_stopping:
                for child in self.children:
                    self._watch(child)
                time.sleep(POLL_S)
            self._drain()
        finally:
            for child in self.children:
                child.kill_tree()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _stop(self, number: int, frame: object) -> None:
        self._is_stopping = True

    def _watch(self, child: Child) -> None:
        now = time.time()
        if child.has_ended():
            child.kill_tree()  # its orphans would go on unsupervised
            child.restart_when_due(now)
        elif child.is_stuck(now):
            logger.error(
                "child_stuck child=%s pid=%s: killed, starting anew", child.name, child.pid
            )
            faults.reach("cluster_stuck")
            child.kill_tree()
            faults.reach("cluster_killed")
            child.start()

    def _drain(self) -> None:
        """Lets running steps finish; a child that gets nothing done any more is not waited for."""
        logger.info("worker_stopping")
        (self._folder / signs.STOP).touch()
        asked_at = time.time()
        for child in self.children:
            child.ask_to_end()
        while any(not child.has_ended() for child in self.children):
            now = time.time()
            for child in self.children:
                if not child.has_ended() and child.is_silent(now, since=asked_at):
                    logger.error("child_hangs child=%s pid=%s: killed", child.name, child.pid)
                    child.kill_tree()
            time.sleep(POLL_S)
        logger.info("worker_stopped")


def _session(leader: int, started_at: float) -> list[psutil.Process]:
    """The processes of the session that `leader` opened; ids may be reused, so their age counts."""
    found = []
    for process in psutil.process_iter():
        try:
            is_member = os.getsid(process.pid) == leader
            if is_member and process.create_time() >= started_at - 5 and _is_alive(process):
                found.append(process)
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return found


def _is_alive(process: psutil.Process) -> bool:
    return bool(process.status() != psutil.STATUS_ZOMBIE)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
