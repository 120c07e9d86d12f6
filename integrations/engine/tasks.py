"""What the queue calls: wake-ups. Both may be lost or doubled without harm."""

import logging

from django.db import connection
from django.db.models.functions import Now

from integrations.engine import queue, runner, signs
from integrations.engine.models import Canary
from integrations.engine.outage import DATABASE_AWAY

logger = logging.getLogger(__name__)


def work(lane: str) -> None:
    """Runs due jobs of the lane for a while, and asks for another wake-up if some are left."""
    signs.alive()
    try:
        if runner.drain_for_a_while(lane) and not signs.is_stopping():
            queue.wake(lane)
    except DATABASE_AWAY as exc:
        _give_up(exc)


def canary(lane: str) -> None:
    """Shows that a task gets through this lane's queue."""
    signs.alive()
    try:
        Canary.objects.filter(lane=lane).update(beaten_at=Now())
    except DATABASE_AWAY as exc:
        _give_up(exc)


def _give_up(error: Exception) -> None:
    """The lease runs out and the beat wakes again; a raising task would only be repeated."""
    logger.warning("wake_ended_early error=%s %s", type(error).__name__, error)
    connection.close()
