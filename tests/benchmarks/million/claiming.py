"""One claim, and the beat's duties, among a million jobs."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from integrations.engine import beat, clock, lease, ledger, recovery
from integrations.engine import claim as claims
from integrations.engine.models import BreakerState, Resource
from tests.benchmarks.million.rows import Remotes

CLAIMS = 200
BEATS = 15


def claim_ms() -> list[float]:
    """How long each of many claims took; each job is put off afterwards."""
    times = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        claim = claims.claim("orders")
        times.append((time.perf_counter() - began) * 1000)
        if claim is None or not claim.job.key.startswith("claimable:"):
            raise RuntimeError(f"claimed {claim and claim.job.key}")
        with transaction.atomic(durable=True):
            ledger.give_back(claim, due_at=clock.now() + timedelta(hours=1))
    return times


def duties_ms(remotes: Remotes) -> dict[str, float]:
    """The median of each duty while there is something to do for it, taken back each time."""
    duties: dict[str, Callable[[], object]] = {
        "lease.sweep": lease.sweep,
        "recovery.hurry": recovery.hurry,
        "recovery.probe_waiting": recovery.probe_waiting,
        "wake_due_lanes": beat.wake_due_lanes,
    }
    Resource.objects.filter(pk=remotes.dead.resource_id).update(
        breaker_state=BreakerState.OPEN, open_until=clock.now()
    )
    return {name: statistics.median(_undone_ms(duty)) for name, duty in duties.items()}


def _undone_ms(duty: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(BEATS):
        with transaction.atomic():
            began = time.perf_counter()
            duty()
            times.append((time.perf_counter() - began) * 1000)
            transaction.set_rollback(True)
    return times
