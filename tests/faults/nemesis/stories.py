"""Everything known of one order, in the order of time: for whoever looks for a cause."""

from collections.abc import Iterator
from datetime import datetime

from integrations.engine.models import Attempt, JobMove, SyncJob
from integrations.models import Event, StateChange
from integrations.models.order import Order
from integrations.standin import StandIn

Moment = tuple[datetime, str]


def story_of(order_id: str, *, erp: StandIn, shop: StandIn) -> list[str]:
    """Lines: events, jobs, moves and tries of this order, and what both remotes logged of it."""
    moments = [
        *_ledger(order_id),
        *_remote("erp", erp, order_id),
        *_remote("shop", shop, order_id),
    ]
    said = [f"  {at:%H:%M:%S.%f}  {words}" for at, words in sorted(moments, key=lambda one: one[0])]
    return [f"story of {order_id}", *said]


def _ledger(order_id: str) -> Iterator[Moment]:
    for event in Event.objects.filter(subject=order_id):
        yield event.received_at, f"event {event.type} {event.state} {event.note} ×{event.repeats}"
    keys = [f"order:{order_id}", f"look:{order_id}", f"shipments:{order_id}"]
    for job in SyncJob.objects.filter(key__in=keys):
        yield job.created_at, f"job {job.pk} {job.kind} by {job.actor}, now {job.state}"
    for move in JobMove.objects.filter(job__key__in=keys):
        words = f"{move.from_state} → {move.to_state} by {move.actor}: {move.reason}"
        yield move.at, f"job {move.job_id} {words}"
    for one in Attempt.objects.filter(step__job__key__in=keys).select_related("step"):
        what = f"job {one.step.job_id} {one.act} {one.step.name} token {one.lease_token}"
        yield one.started_at, f"{what} begins"
        if one.finished_at:
            yield one.finished_at, f"{what} ends: {one.outcome} {one.message[:160]}"
    for order in Order.objects.filter(storefront_ref=order_id):
        for change in StateChange.objects.filter(subject="order", subject_id=order.pk):
            yield change.at, f"order {change.before} → {change.after}: {change.reason}"


def _remote(name: str, remote: StandIn, order_id: str) -> Iterator[Moment]:
    with remote.lock:
        entries = [one for one in remote.log if order_id in one.path or order_id in one.body]
    for one in entries:
        done = "" if one.did_work else " (no work)"
        yield one.at, f"{name}: {one.route} {one.status} {one.fault}{done}"
