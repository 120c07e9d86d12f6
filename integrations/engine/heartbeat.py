"""Extends the leases of running steps, from a thread of its own."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import TracebackType

from django.conf import settings
from django.db import connection

from integrations.engine import lease as leases
from integrations.engine import signs
from integrations.engine.lease import Lease
from integrations.errors import Fenced

logger = logging.getLogger(__name__)

Rest = Callable[[float], object]


class Heartbeat:
    """Keeps leases alive while its block lasts.

    The thread has its own database connection, so it also works while a step itself holds a
    transaction. A database that is away is tried again at the next beat. `rest` is how the
    thread passes the seconds between two beats (at most so many); by default it sleeps.
    """

    def __init__(self, rest: Rest | None = None) -> None:
        self._since: dict[Lease, float] = {}  # when each job last got on, by the monotonic clock
        self._ended = Event()
        self._rest = rest or self._ended.wait
        self._thread = Thread(target=self._run, name="engine-heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    @contextmanager
    def keeping(self, lease: Lease) -> Iterator[None]:
        """Inside the block this lease is extended."""
        self._since[lease] = time.monotonic()
        try:
            yield
        finally:
            self._since.pop(lease, None)

    def renew(self, lease: Lease) -> None:
        """The job got on: what it does from now on may again take the longest time."""
        if lease in self._since:
            self._since[lease] = time.monotonic()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            self._pass(due - time.monotonic())
            if time.monotonic() >= due:
                due = time.monotonic() + settings.ENGINE["heartbeat_s"]
                for lease in list(self._since):
                    self._beat(lease)
        connection.close()

    def _pass(self, seconds: float) -> None:
        try:
            self._rest(max(0.0, seconds))
        except Exception as exc:
            logger.warning("listening_failed error=%s", type(exc).__name__)
            connection.close()
            self._ended.wait(1.0)

    def _beat(self, lease: Lease) -> None:
        since = self._since.get(lease)
        if since is None:
            return  # it has just ended
        if time.monotonic() - since > settings.ENGINE["longest_step_s"]:
            self._give_up(lease)
            return
        try:
            leases.keep(lease)
            signs.alive()
        except Fenced:
            self._since.pop(lease, None)  # the step finds out at its next checkpoint or write
        except Exception as exc:  # without this thread no lease of the process would be kept
            logger.warning("heartbeat_failed job=%s error=%s", lease.job_id, type(exc).__name__)
            connection.close()

    def _give_up(self, lease: Lease) -> None:
        """A step that hangs keeps neither its job nor its process: the watchdog starts anew."""
        logger.error("step_hangs job=%s token=%s", lease.job_id, lease.token)
        self._since.pop(lease, None)
        signs.broken()
