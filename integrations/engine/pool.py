"""The threads of one worker process that run jobs.

Steps mostly wait for remotes, so a process works on several jobs at once, each in a thread
with a database connection of its own. A wake-up makes one resting thread look for a job;
one that finds a job wakes the next, so a backlog soon has all threads busy. A thread that
is stuck with a slow remote keeps nobody else from looking.
"""

import logging
import time
from threading import Event, Lock, Thread

from django.conf import settings
from django.db import close_old_connections, connection

from integrations.engine import claim as claims
from integrations.engine import job_run, notify, queue, runner, signs
from integrations.engine.claim import Claim
from integrations.engine.crowd import Crowd
from integrations.engine.heartbeat import Heartbeat
from integrations.engine.outage import is_database_away

logger = logging.getLogger(__name__)

REST_S = 1.0  # how often a resting thread looks whether the process ends
IDLE_S = 60.0  # how long a resting thread keeps its database connection
OUTAGE_REST_S = 1.0
PASS_ON_S = 0.25  # how long a call that was handed on is not handed on again
VAIN_S = 0.1  # how long a look that found nothing keeps threads from looking for the same


def places() -> int:
    """How many jobs one worker process runs at once."""
    return int(settings.ENGINE["threads"])


class Pool:
    """Runs the jobs of one lane until it is stopped."""

    def __init__(self, lane: str, *, size: int) -> None:
        self._lane = lane
        self._crowd = Crowd(most=(size + 1) // 2, on_room=self.wake)
        self._lock = Lock()
        self._resting: list[Event] = []  # the latest to rest is the first to be woken
        self._is_called = False
        self._is_stopping = False
        self._is_overcalled = Event()
        self._calls = 0
        self._vain: tuple[float, set[int]] = (0.0, set())  # when, and which resources were full
        listener = notify.Listener(lane, self.wake) if notify.is_on() else None
        self._heartbeat = Heartbeat(listener.listen if listener else None)
        self._threads = [
            Thread(target=self._work, name=f"engine-{lane}-{n}", daemon=True) for n in range(size)
        ]

    def start(self) -> "Pool":
        self._heartbeat.start()
        for thread in self._threads:
            thread.start()
        if not notify.is_on():
            Thread(target=self._pass_on, name=f"engine-{self._lane}-calls", daemon=True).start()
        return self

    def wake(self) -> None:
        """Has one thread look for a job, at once or as soon as one is free."""
        with self._lock:
            self._calls += 1
            self._vain = (0.0, set())
            if self._resting:
                self._resting.pop().set()
            else:
                self._is_called = True
                self._is_overcalled.set()

    def stop(self) -> None:
        """Lets the steps at hand finish, and returns when they have."""
        self._is_stopping = True
        with self._lock:
            for resting in self._resting:
                resting.set()
        for thread in self._threads:
            thread.join()
        self._heartbeat.stop()

    def _work(self) -> None:
        while not self._is_over():
            try:
                self._run_what_is_there()
                self._rest()
            except Exception as exc:
                if is_database_away(exc):
                    # Leases run out meanwhile and the beat wakes us again.
                    logger.warning("work_without_database error=%s %s", type(exc).__name__, exc)
                else:
                    logger.exception("work_failed lane=%s", self._lane)
                connection.close()
                time.sleep(OUTAGE_REST_S)
        connection.close()

    def _run_what_is_there(self) -> None:
        close_old_connections()
        while not self._is_over():
            calls, full = self._calls, self._crowd.full()
            found = claims.claim(self._lane, self._crowd, job_run.begin_first)
            if found is None:
                with self._lock:
                    if calls == self._calls:  # else something came while we looked
                        self._vain = (time.monotonic(), full | self._crowd.full())
                return
            if not self._is_vain(found):
                self.wake()  # where one job was there may be more
            runner.run(found, self._heartbeat)

    def _is_vain(self, found: Claim) -> bool:
        """Whether a thread has just found nothing beside this job's resource and those full."""
        at, full = self._vain
        ours = found.job.resource_id
        is_known = time.monotonic() - at < VAIN_S and ours in full
        return is_known and full - {ours} <= self._crowd.full()

    def _rest(self) -> None:
        """Until somebody calls; a call that came while all were busy counts."""
        called = Event()
        with self._lock:
            if self._is_called or self._is_stopping:
                self._is_called = False
                return
            self._resting.append(called)
        idle_until = time.monotonic() + IDLE_S
        while not called.wait(REST_S) and not self._is_over():
            if time.monotonic() > idle_until:
                connection.close()
                idle_until = float("inf")
        with self._lock:
            if called in self._resting:
                self._resting.remove(called)

    def _pass_on(self) -> None:
        """Hands a call that met no resting thread on to another process, and not at once again.

        By a thread of its own: a queue that hangs must not keep a claimed job from its run.
        """
        while not self._is_over():
            if self._is_overcalled.wait(REST_S):
                self._is_overcalled.clear()
                queue.pass_on(self._lane)
                time.sleep(PASS_ON_S)
        connection.close()

    def _is_over(self) -> bool:
        return self._is_stopping or signs.is_stopping()
