"""The only module that knows django-q2, which carries wake-ups and gives us processes.

A task names a lane, never work: it may be lost or doubled without harm, because the
claim decides what runs and the beat wakes again whatever is due.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django_q.brokers import get_broker
from django_q.signals import post_spawn
from django_q.tasks import async_task

from integrations.engine import notify, signs
from integrations.engine.outage import is_database_away

logger = logging.getLogger(__name__)
_cluster: dict[str, Any] = settings.Q_CLUSTER

WORK = "integrations.engine.tasks.work"
CANARY = "integrations.engine.tasks.canary"


def wake(lane: str) -> None:
    """Tells the lane's workers that there is something to claim, once this transaction commits.

    Costs nothing when the transaction has asked for it before.
    """
    wake_up = _WakeUp(lane)
    if any(known == wake_up for _, known, *_ in connection.run_on_commit):
        return
    if notify.is_on():
        notify.send(lane)
    elif _is_transactional():
        _publish(WORK, lane)  # the row commits or rolls back with the change
    # Any other broker would publish before the commit, and also after a rollback.
    transaction.on_commit(wake_up)


def post_wake(lane: str) -> None:
    """Wakes one worker process of the lane through the queue, whatever else carries wake-ups."""
    _publish(WORK, lane)


def pass_on(lane: str) -> None:
    """Wakes another process of the lane, because all threads of this one are busy.

    Only what the queue carries has to be passed on: a notification reaches them all.
    """
    _publish_if_possible(WORK, lane)


def ask_canary(lane: str) -> None:
    """Sends a sign of life through the lane's queue and back."""
    _publish(CANARY, lane)


def waiting(lane: str) -> int:
    """How many wake-ups the lane's cluster has not fetched yet."""
    try:
        return int(get_broker(lane).queue_size())
    except Exception as exc:  # whatever a broker's client raises
        if is_database_away(exc):
            raise
        logger.warning("queue_not_readable lane=%s error=%s", lane, type(exc).__name__)
        return 0


def lanes() -> list[str]:
    """The lanes that have a cluster, as the settings declare them."""
    return [_cluster["name"], *_cluster.get("ALT_CLUSTERS", {})]


def workers_of(lane: str) -> int:
    """How many worker processes one cluster of the lane has."""
    alternative = _cluster.get("ALT_CLUSTERS", {}).get(lane, {})
    return int(alternative.get("workers", _cluster["workers"]))


def run_cluster(lane: str, *, on_spawn: Callable[[str], object]) -> None:
    """Runs the lane's cluster in this process until SIGTERM; the lane must be in the environment.

    Each of its worker processes calls `on_spawn` with the lane when it starts. django-q2 reads
    Q_CLUSTER_NAME when it is imported, long before this line.
    """
    if os.environ.get("Q_CLUSTER_NAME") != lane:
        raise RuntimeError(f"Q_CLUSTER_NAME must be {lane} before Django starts.")
    _watch_monitor()

    def spawned(**_: object) -> None:
        on_spawn(lane)

    post_spawn.connect(spawned, weak=False)
    call_command("qcluster")


def _watch_monitor() -> None:
    """Has this process's cluster say so when its monitor dies.

    django-q2 replaces a dead monitor, but the new one can wait for ever on a lock that the old
    one held: tasks then run, and run again, and are never acknowledged. Canaries do not show
    it. (django-q2 1.11; its issue 339.)
    """
    from django_q import cluster  # starts Django when it is imported before the apps are loaded

    class Sentinel(cluster.Sentinel):
        def reincarnate(self, process: object) -> None:
            if process is self.monitor:
                signs.broken()
            super().reincarnate(process)

    cluster.Sentinel = Sentinel  # where Cluster.start() looks it up


@dataclass(frozen=True, slots=True)
class _WakeUp:
    """What a transaction does at its commit to wake a lane; equal ones are the same."""

    lane: str

    def __call__(self) -> None:
        if not (notify.is_on() or _is_transactional()):
            _publish_if_possible(WORK, self.lane)


def _publish(function: str, lane: str) -> None:
    """Raises only what says that our database is away; a broker that is costs a delay."""
    try:
        async_task(function, lane, cluster=lane)
    except Exception as exc:  # whatever a broker's client raises
        if is_database_away(exc):
            raise
        logger.warning("wake_not_sent lane=%s error=%s", lane, type(exc).__name__)


def _publish_if_possible(function: str, lane: str) -> None:
    try:
        _publish(function, lane)
    except Exception as exc:
        if not is_database_away(exc):  # then the beat wakes the lane in a moment
            raise


def _is_transactional() -> bool:
    return bool(_cluster.get("orm") == "default")
