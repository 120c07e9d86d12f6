"""Runs claimed jobs step by step. The one place that catches what steps raise."""

import logging

from integrations import logs
from integrations.engine import claim as claims
from integrations.engine import faults, signs
from integrations.engine.claim import Claim
from integrations.engine.heartbeat import Heartbeat
from integrations.engine.job_run import JobRun, begin_first
from integrations.engine.outage import is_database_away
from integrations.errors import Fenced

logger = logging.getLogger(__name__)


def drain(lane: str | None = None, *, until_idle: bool = True) -> int:
    """Runs what is due, in this thread, through the same claims as every worker.

    Returns how many claims were run. With `until_idle=False` it stops after the first one.
    """
    ran = 0
    found = claims.claim(lane, first=begin_first)
    if found is None:
        return 0
    with Heartbeat() as heartbeat:
        while found is not None:
            run(found, heartbeat)
            ran += 1
            if not until_idle or signs.is_stopping():
                break
            found = claims.claim(lane, first=begin_first)
    return ran


def run(claim: Claim, heartbeat: Heartbeat) -> None:
    """Runs the claimed job until it ends, waits, fails or is taken away."""
    job = claim.job
    with logs.bind(job=job.pk, kind=job.kind, key=job.key), heartbeat.keeping(claim.lease):
        try:
            JobRun(claim, lambda: heartbeat.renew(claim.lease)).go()
            faults.reach("finished")
        except Fenced:
            logger.warning("job_fenced token=%s", claim.lease.token)
        except Exception as exc:
            if is_database_away(exc):
                raise
            # Not a step's failure but the engine's own. The lease runs out and is counted as
            # a crash, so the job is parked after some; the jobs behind it go on meanwhile.
            logger.exception("job_broke token=%s", claim.lease.token)
        finally:
            claim.seat.give_up()
    signs.alive()
