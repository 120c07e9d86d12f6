"""What the queue calls: wake-ups. Both may be lost or doubled without harm."""

import logging
from multiprocessing.util import Finalize

from django.db import connection
from django.db.models.functions import Now

from integrations.engine import pool, signs
from integrations.engine.models import Canary
from integrations.engine.outage import is_database_away

logger = logging.getLogger(__name__)

_pools: dict[str, pool.Pool] = {}


def start_pool(lane: str) -> pool.Pool:
    """The threads of this process that run the lane's jobs, started once.

    When django-q2 ends the process, their steps are finished first.
    """
    if lane not in _pools:
        _pools[lane] = pool.Pool(lane, size=pool.places()).start()
        Finalize(None, _pools[lane].stop, exitpriority=100)
    return _pools[lane]


def work(lane: str) -> None:
    """Has a thread of this process look for due jobs of the lane."""
    signs.alive()
    start_pool(lane).wake()


def canary(lane: str) -> None:
    """Shows that a task gets through this lane's queue."""
    signs.alive()
    try:
        Canary.objects.filter(lane=lane).update(beaten_at=Now())
    except Exception as exc:
        if not is_database_away(exc):
            raise
        # A raising task would only be repeated; the next canary tells.
        logger.warning("canary_without_database error=%s %s", type(exc).__name__, exc)
        connection.close()
