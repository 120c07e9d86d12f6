"""Extends the lease of a long step from a second thread."""

import logging
from threading import Event, Thread
from types import TracebackType

from django.conf import settings
from django.db import connection

from integrations.engine import lease as leases
from integrations.engine import signs
from integrations.engine.lease import Lease
from integrations.engine.outage import DATABASE_AWAY
from integrations.errors import Fenced

logger = logging.getLogger(__name__)


class Heartbeat:
    """Keeps one lease at a time alive while its block lasts.

    The thread has its own database connection, so it also works while the step itself holds
    a transaction. A database that is away is tried again at the next beat.
    """

    def __init__(self) -> None:
        self._lease: Lease | None = None
        self._ended = Event()
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
        self._ended.set()
        self._thread.join()

    def watch(self, lease: Lease | None) -> None:
        """From now on this lease is extended; None for none."""
        self._lease = lease

    def _run(self) -> None:
        while not self._ended.wait(settings.ENGINE["heartbeat_s"]):
            lease = self._lease
            if lease is not None:
                self._beat(lease)
        connection.close()

    def _beat(self, lease: Lease) -> None:
        try:
            leases.keep(lease)
            signs.alive()
        except Fenced:
            self._lease = None  # the step finds out at its next checkpoint or write
        except DATABASE_AWAY as exc:
            logger.warning("heartbeat_failed job=%s error=%s", lease.job_id, type(exc).__name__)
            connection.close()
