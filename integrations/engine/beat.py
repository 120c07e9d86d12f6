"""The engine's clockwork: once a second, whatever has become due.

One beat of all worker trees leads and does the duties; every beat asks its own tree for a
sign of life. Flows register what they want done regularly:

    beat.register("order_sweep", 60, start_due_sweeps)
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models.functions import Now

from integrations.engine import (
    claim,
    clock,
    frozen,
    lease,
    queue,
    queueing,
    recovery,
    retention,
    signs,
)
from integrations.engine.leader import Leader
from integrations.engine.models import Canary
from integrations.engine.outage import is_database_away

logger = logging.getLogger(__name__)

RETENTION_EVERY_S = 60.0


@dataclass(slots=True)
class Duty:
    """Something done every `every_s` seconds by the leading beat."""

    name: str
    every_s: float
    function: Callable[[], object]
    due: float = 0.0  # on the monotonic clock


_registered: dict[str, Duty] = {}


def register(name: str, every_s: float, function: Callable[[], object]) -> None:
    """Has `function` called every `every_s` seconds, by one process of the whole installation.

    It must be quick, for leases and retries wait meanwhile: start a job for anything that
    calls a remote. It may be called again early after a restart. What it raises is logged.
    """
    _registered[name] = Duty(name, every_s, function)


class Beat:
    def __init__(self, lanes: list[str]) -> None:
        self._lanes = lanes
        self._leader = Leader()
        beat_s = settings.ENGINE["beat_s"]
        self._duties = [
            Duty("frozen", beat_s, frozen.end_sessions),
            Duty("sweep", beat_s, lease.sweep),
            Duty("queueing", beat_s, queueing.heal),
            Duty("recovery", beat_s, recovery.hurry),
            Duty("probes", recovery.PROBE_EVERY_S, recovery.probe_waiting),
            Duty("wake", beat_s, wake_due_lanes),
            Duty("retention", RETENTION_EVERY_S, retention.forget_old_jobs),
            *_registered.values(),
        ]
        self._canary = Duty("canary", settings.ENGINE["canary_s"], self._ask_canaries)

    def run_forever(self) -> None:
        """Beats until the process ends. A database that is away is tried again."""
        while True:
            close_old_connections()
            self.once()
            signs.alive()
            time.sleep(settings.ENGINE["beat_s"])

    def once(self) -> None:
        """One beat: every duty that is due."""
        try:
            leads = self._leader.is_me()
        except Exception as exc:
            if not is_database_away(exc):
                raise
            _database_away(exc)
            return
        for duty in [*(self._duties if leads else ()), self._canary]:
            _do_if_due(duty)

    def _ask_canaries(self) -> None:
        for lane in self._lanes:
            Canary.objects.get_or_create(lane=lane)
            Canary.objects.filter(lane=lane).update(asked_at=Now())
            queue.ask_canary(lane)
            signs.asked(lane)


def wake_due_lanes() -> None:
    """Sends wake-ups for jobs that are due, never more than the lane's workers can take."""
    now = clock.now()
    for lane in queue.lanes():
        workers = queue.workers_of(lane)
        room = workers - queue.waiting(lane)
        if room <= 0:
            continue
        due = claim.claimable(now, lane).values_list("pk", flat=True)[:room]
        for _ in due:
            queue.post_wake(lane)


def _do_if_due(duty: Duty) -> None:
    now = time.monotonic()
    if now < duty.due:
        return
    duty.due = now + duty.every_s
    try:
        duty.function()
    except Exception as exc:
        if is_database_away(exc):
            _database_away(exc)
        else:
            logger.exception("duty_failed duty=%s", duty.name)


def _database_away(error: Exception) -> None:
    logger.warning("beat_without_database error=%s %s", type(error).__name__, error)
    connection.close()
