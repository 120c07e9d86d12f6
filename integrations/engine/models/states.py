"""The states of jobs, steps and breakers, and which moves between job states are legal."""

from django.db import models


class JobState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"  # with a named reason, until somebody releases it
    PARKED = "parked", "Needs a person"
    COMPENSATING = "compensating", "Undoing"  # queued or leased, going backwards
    COMPENSATED = "compensated", "Undone"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


OPEN = (
    JobState.QUEUED,
    JobState.RUNNING,
    JobState.WAITING,
    JobState.PARKED,
    JobState.COMPENSATING,
)
TERMINAL = (JobState.DONE, JobState.COMPENSATED, JobState.CANCELLED)
# States in which a worker may hold the job, and from which it can be claimed.
LEASABLE = (JobState.RUNNING, JobState.COMPENSATING)
CLAIMABLE = (JobState.QUEUED, JobState.COMPENSATING)

ALLOWED: dict[str, frozenset[str]] = {
    JobState.QUEUED: frozenset(
        {
            JobState.RUNNING,
            JobState.WAITING,
            JobState.PARKED,
            JobState.COMPENSATING,
            JobState.CANCELLED,
        }
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.QUEUED,
            JobState.WAITING,
            JobState.PARKED,
            JobState.COMPENSATING,
            JobState.DONE,
            JobState.CANCELLED,
        }
    ),
    JobState.WAITING: frozenset({JobState.QUEUED, JobState.COMPENSATING, JobState.CANCELLED}),
    JobState.PARKED: frozenset(
        {JobState.QUEUED, JobState.WAITING, JobState.COMPENSATING, JobState.CANCELLED}
    ),
    JobState.COMPENSATING: frozenset(
        {JobState.COMPENSATED, JobState.CANCELLED, JobState.PARKED, JobState.WAITING}
    ),
    JobState.COMPENSATED: frozenset(),
    JobState.DONE: frozenset(),
    JobState.CANCELLED: frozenset(),
}

# Badge colours of the console, by meaning rather than by hue.
BADGES: dict[str, str] = {
    JobState.QUEUED: "info",
    JobState.RUNNING: "info",
    JobState.WAITING: "warning",
    JobState.PARKED: "danger",
    JobState.COMPENSATING: "warning",
    JobState.COMPENSATED: "default",
    JobState.DONE: "success",
    JobState.CANCELLED: "default",
}


class StepState(models.TextChoices):
    OPEN = "open", "Open"
    IN_DOUBT = "in_doubt", "In doubt"  # sent, or about to be; the answer is not recorded
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    UNDONE = "undone", "Undone"


class BreakerState(models.TextChoices):
    CLOSED = "closed", "Closed"  # calls pass
    OPEN = "open", "Open"  # no job is claimed for this resource
    HALF_OPEN = "half_open", "Probing"  # exactly one job finds out


class Request(models.TextChoices):
    """What somebody asked of a running job; obeyed between two steps."""

    NONE = "", "Nothing"
    CANCEL = "cancel", "Cancel"
    HOLD = "hold", "Hold"
