"""What the engine remembers."""

from integrations.engine.models.edits import EditDecision, JobEdit
from integrations.engine.models.jobs import JobMove, KeyHead, SyncJob
from integrations.engine.models.presses import Press, PressMember
from integrations.engine.models.resources import Resource, Slot
from integrations.engine.models.states import (
    ALLOWED,
    BADGES,
    CLAIMABLE,
    LEASABLE,
    OPEN,
    TERMINAL,
    BreakerState,
    JobState,
    Request,
    StepState,
)
from integrations.engine.models.steps import Attempt, Step
from integrations.engine.models.watch import Canary

__all__ = [
    "ALLOWED",
    "BADGES",
    "CLAIMABLE",
    "LEASABLE",
    "OPEN",
    "TERMINAL",
    "Attempt",
    "BreakerState",
    "Canary",
    "EditDecision",
    "JobEdit",
    "JobMove",
    "JobState",
    "KeyHead",
    "Press",
    "PressMember",
    "Request",
    "Resource",
    "Slot",
    "Step",
    "StepState",
    "SyncJob",
]
