"""Jobs parked because their workers died: released as an operator would, if they really did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from integrations.engine import verbs
from integrations.engine.models import Attempt, JobState, SyncJob
from tests.faults.nemesis.schedule import Fault

REASON = "kills_its_worker"
# A process that was killed takes others along: a cluster is ended with its last one.
AFTERMATH = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault with the times at which it really began and ended."""

    fault: Fault
    began: datetime
    ended: datetime
    words: str


def release(happened: Sequence[Happened]) -> tuple[list[str], list[str]]:
    """(what was released, what was parked although too few of its workers died)."""
    released, unexplained = [], []
    for job in SyncJob.objects.filter(state=JobState.PARKED, error_reason=REASON):
        crashes = _last_crashes(job)
        deaths = [one for one in crashes if _is_explained(one, happened)]
        words = f"job {job.pk} ({job.kind} {job.key}): {len(deaths)} of {len(crashes)} explained"
        if len(deaths) >= settings.ENGINE["max_crashes"]:
            released.append(words)
        else:
            unexplained.append(words)
        verbs.requeue(job, actor="nemesis", reason="its workers were killed, not by it")
    return released, unexplained


def _last_crashes(job: SyncJob) -> list[Attempt]:
    """The crashes in a row that parked it; a success in between would have forgiven them."""
    tries = Attempt.objects.filter(step__job=job).order_by("-started_at")
    crashes = []
    for one in tries:
        if one.outcome == Attempt.DONE:
            break
        if one.outcome == Attempt.CRASHED:
            crashes.append(one)
    return crashes


def _is_explained(crash: Attempt, happened: Sequence[Happened]) -> bool:
    """Whether a process was killed, stopped or cut off while this try ran."""
    until = crash.finished_at or crash.started_at
    return any(
        one.began <= until and one.ended + AFTERMATH >= crash.started_at
        for one in happened
        if one.fault.what in {"kill", "stop", "postgres"}
    )
