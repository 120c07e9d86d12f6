"""Runs claimed jobs step by step. The one place that catches what steps raise."""

import logging
import time
from collections.abc import Callable

from django.conf import settings

from integrations import logs
from integrations.engine import claim as claims
from integrations.engine import faults, signs
from integrations.engine.claim import Claim
from integrations.engine.heartbeat import Heartbeat
from integrations.engine.job_run import JobRun
from integrations.engine.outage import DATABASE_AWAY
from integrations.errors import Fenced

logger = logging.getLogger(__name__)

# A wake-up ends well before django-q2's task timeout and lets the next one go on.
LONGEST_WAKE_S = 20.0


def drain(lane: str | None = None, *, until_idle: bool = True) -> int:
    """Runs what is due, in this process, through the same claims as every worker.

    Returns how many claims were run. With `until_idle=False` it stops after the first one.
    """
    return _drain(lane, lambda ran: not until_idle and ran >= 1)


def drain_for_a_while(lane: str) -> bool:
    """What one wake-up does: bounded in jobs and time. True if there may be more to do."""
    ends = time.monotonic() + LONGEST_WAKE_S
    window = settings.ENGINE["wake_window"]
    ran = _drain(lane, lambda ran: ran >= window or time.monotonic() > ends)
    return ran >= window or time.monotonic() > ends


def _drain(lane: str | None, is_enough: Callable[[int], bool]) -> int:
    ran = 0
    found = claims.claim(lane)
    if found is None:
        return 0  # the usual wake-up on a quiet lane costs no thread
    with Heartbeat() as heartbeat:
        while found is not None:
            run(found, heartbeat)
            ran += 1
            if is_enough(ran) or signs.is_stopping():
                break
            found = claims.claim(lane)
    return ran


def run(claim: Claim, heartbeat: Heartbeat) -> None:
    """Runs the claimed job until it ends, waits, fails or is taken away."""
    job = claim.job
    heartbeat.watch(claim.lease)
    with logs.bind(job=job.pk, kind=job.kind, key=job.key):
        try:
            JobRun(claim).go()
            faults.reach("finished")
        except Fenced:
            logger.warning("job_fenced token=%s", claim.lease.token)
        except DATABASE_AWAY:
            raise
        except Exception:
            # Not a step's failure but the engine's own. The lease runs out and is counted as
            # a crash, so the job is parked after some; the jobs behind it go on meanwhile.
            logger.exception("job_broke token=%s", claim.lease.token)
        finally:
            heartbeat.watch(None)
    signs.alive()
