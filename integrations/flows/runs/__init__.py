"""Running batch flows: one flow has one open run, in pages, resumable at every page.

    request_run(flow, actor="olga", trigger="press")     # a job of the lane "batch"
    apply_plan(run, actor="olga")                        # writes what an assisted run planned

What a kind of flow does with a page is registered once: `register_batch("products", open_it)`.
A shadow or assisted run reads, decides and keeps a plan; only a live run and an applied plan
write. The job works for a bounded time and is followed by another until the window is read.
"""

from integrations.flows.runs.batch import (
    BatchNotRegistered,
    PageOutcome,
    PlanItem,
    Work,
    is_batch,
    register_batch,
)
from integrations.flows.runs.cancelling import cancel_run
from integrations.flows.runs.guard import allow_removals
from integrations.flows.runs.request import apply_latest_plan, apply_plan, request_run
from integrations.flows.runs.work import RUN_FLOW

__all__ = [
    "RUN_FLOW",
    "BatchNotRegistered",
    "PageOutcome",
    "PlanItem",
    "Work",
    "allow_removals",
    "apply_latest_plan",
    "apply_plan",
    "cancel_run",
    "is_batch",
    "register_batch",
    "request_run",
]
