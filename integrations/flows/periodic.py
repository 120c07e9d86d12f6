"""Jobs that the clock asks for: one open job per flow, and none that stays stopped."""

from collections.abc import Callable
from datetime import datetime, timedelta

from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.engine.start import start_job
from integrations.models import Flow

PARKED_FOR = timedelta(minutes=5)


def start_for_each(
    flow_kind: str,
    job_kind: str,
    *,
    word: str,
    now: datetime,
    fits: Callable[[Flow], bool] = lambda flow: True,
) -> list[SyncJob]:
    """Starts `job_kind` for every flow of that kind that is on and `fits`, at its source.
    Repeatable.

    `word` names the actor and the key. A job that parked some minutes ago is tried again by
    itself: these jobs are the net under everything else.
    """
    flows = Flow.objects.filter(kind=flow_kind).exclude(mode=Flow.Mode.OFF)
    jobs = [
        start_job(
            job_kind,
            key=f"{word}:{flow.pk}",
            actor=word,
            payload={"flow": flow.pk},
            resources={flow.source.role: flow.source.resource_id},
            dedupe_key=f"{word}:{flow.pk}",
        )
        for flow in flows.select_related("source")
        if fits(flow)
    ]
    return [unpark(job, actor=word, now=now) for job in jobs]


def unpark(job: SyncJob, *, actor: str, now: datetime) -> SyncJob:
    """Tries a job again that parked some minutes ago."""
    if job.state == JobState.PARKED and job.failed_at and now - job.failed_at > PARKED_FOR:
        return verbs.requeue(job, actor=actor, reason="tried again by the clock")
    return job
