"""`ensure_push`: the one door through which an order comes to be sent to the ERP.

Events, the sweep, quotes and operators all come here, as often as they like: there is one
Order row per storefront order and one open push per row.
"""

import logging
from typing import Any

from django.db import transaction

from integrations.engine import verbs
from integrations.engine.models import OPEN, JobState, StepState, SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.flows.orders.refusals import refuse_called_off
from integrations.flows.orders.working import (
    HELD_BY_OPERATOR,
    orders_flow,
    refuse_ended,
    resources_of,
)
from integrations.models import Connection, Flow, Order
from integrations.models.order import TERMINAL, OrderState

logger = logging.getLogger(__name__)

QUOTE = "quote"  # the origin of orders that were quoted


@transaction.atomic
def ensure_push(*, storefront: Connection, order_ref: str, origin: str, actor: str) -> Order | None:
    """Makes sure that this order is on its way to the ERP, as far as the flow's mode allows.

    None when the orders flow is off or missing: the event stays stored and the sweep finds
    the order once the flow is on. In shadow and assisted mode the payload and predicted
    total are worked out and nothing is sent.
    """
    flow = orders_flow(storefront)
    if flow is None or flow.mode == Flow.Mode.OFF:
        return None
    order, is_new = Order.objects.get_or_create(
        storefront=storefront,
        storefront_ref=order_ref,
        defaults={"erp": flow.target, "origin": origin},
    )
    if origin == QUOTE and order.origin != QUOTE:  # the event of its conversion came first
        order.origin = QUOTE
        order.save(update_fields=["origin"])
    if is_new:
        logger.info("order_received order=%s origin=%s", order_ref, origin)
    if order.is_in_erp or order.state in TERMINAL or order.held_reason == HELD_BY_OPERATOR:
        return order
    if flow.is_live:
        _start_push(order, actor=actor)
    else:
        _start_plan(order, actor=actor)
    return order


@transaction.atomic
def send_order(order: Order, *, actor: str, reason: str = "send now") -> SyncJob:
    """A person's press: sends this order, also one placed before the start instant.

    Starts from the storefront's order as it is now; a push that stopped before it reached
    the ERP is replaced, one in doubt goes on where it was. Raises NeedsOperator when the
    order is in the ERP, cancelled or being cancelled, or its flow is off or in shadow mode.
    """
    _refuse_unsendable(order)
    refuse_called_off(order)
    going = _open_push(order)
    if going is not None and (going.is_leased or may_have_arrived(going)):
        if going.state == JobState.PARKED:
            verbs.requeue(going, actor=actor, reason=reason)
        return going
    for stale in _open_jobs(order, "push_order", "plan_order"):
        verbs.cancel(stale, actor=actor, reason="replaced by “send now”")
    order.refresh_from_db()
    if order.state == OrderState.HELD:  # whoever held it, a person wants it sent now
        order.move(OrderState.RECEIVED, actor=actor, reason=reason)
    return _start_push(order, actor=actor, forced=True)


@transaction.atomic
def choose_order(*, storefront: Connection, order_ref: str, actor: str) -> Order:
    """Sends one order that the portal may not know, such as one from before the start instant.

    Raises NeedsOperator as `send_order` does.
    """
    flow = orders_flow(storefront)
    order, _ = Order.objects.get_or_create(
        storefront=storefront,
        storefront_ref=order_ref,
        defaults={"erp": flow.target if flow else None, "origin": "operator"},
    )
    send_order(order, actor=actor)
    return order


@transaction.atomic
def hold_order(order: Order, *, actor: str, reason: str) -> None:
    """Keeps an order from being sent until it is released."""
    if order.is_in_erp:
        raise NeedsOperator(
            f"{order} is in the ERP already.",
            reason="already_in_erp",
            hint="Hold it there, or cancel the order.",
        )
    for job in _open_jobs(order, "push_order"):
        verbs.hold(job, actor=actor, reason=reason)
    order.hold(
        reason=HELD_BY_OPERATOR, message=reason, hint="Release the order to send it.", actor=actor
    )


@transaction.atomic
def release_order(order: Order, *, actor: str, reason: str = "") -> None:
    """Lets a held order go on by its flow's mode."""
    if order.held_reason != HELD_BY_OPERATOR:
        raise NeedsOperator(
            f"{order} is not held by a person.",
            reason="not_held",
            hint="Look at the reason it is held for.",
        )
    order.move(
        OrderState.RECEIVED,
        actor=actor,
        reason=reason,
    )
    held = [
        job
        for job in _open_jobs(order, "push_order")
        if job.state == JobState.WAITING or job.is_leased
    ]
    for job in held:
        verbs.release(job, actor=actor, reason=reason)
    if not held:
        ensure_push(
            storefront=order.storefront,
            order_ref=order.storefront_ref,
            origin=order.origin,
            actor=actor,
        )


def stop_unsent(order: Order, *, actor: str, reason: str) -> None:
    """Cancels pushes from which nothing can have reached the ERP; a running one is asked to stop.

    One that takes its order back is left to it. A cancelled order must not wait behind its own
    parked push: jobs of one order run in sequence.
    """
    for job in _open_jobs(order, "push_order", "plan_order"):
        if not job.going_back and not may_have_arrived(job):
            verbs.cancel(job, actor=actor, reason=reason)


def _start_push(order: Order, *, actor: str, forced: bool = False) -> SyncJob:
    return start_job(
        "push_order",
        key=order.key,
        actor=actor,
        resources=resources_of(order),
        payload={"order": order.pk, "forced": forced},
        dedupe_key=f"push:{order.pk}",
    )


def _start_plan(order: Order, *, actor: str) -> SyncJob:
    return start_job(
        "plan_order",
        key=order.key,
        actor=actor,
        resources=resources_of(order),
        payload={"order": order.pk},
        source_version=str(order.storefront_version),
    )


def _open_jobs(order: Order, *kinds: str) -> list[SyncJob]:
    return list(SyncJob.objects.filter(key=order.key, kind__in=kinds, state__in=OPEN))


def _open_push(order: Order) -> SyncJob | None:
    return next(iter(_open_jobs(order, "push_order")), None)


def is_pushed_otherwise(order: Order, digest: str) -> bool:
    """Whether a push of it has begun that may send another state of it than this one."""
    going = _open_push(order)
    if going is None or going.started_at is None:
        return False  # it reads the order later than we did
    planned = going.steps.get(name="plan").output or {}
    return bool(planned.get("digest") != digest)


def may_have_arrived(job: SyncJob) -> bool:
    """Whether the ERP may hold the order of this push."""
    created: Any = job.steps.filter(name="create").exclude(state=StepState.OPEN)
    return bool(created.exists())


def _refuse_unsendable(order: Order) -> None:
    flow = orders_flow(order.storefront)
    refuse_ended(order, if_in_erp="Nothing needs to be sent.")
    if flow is None or flow.mode in (Flow.Mode.OFF, Flow.Mode.SHADOW):
        raise NeedsOperator(
            "The orders flow is off or in shadow mode, so nothing is sent.",
            reason="flow_not_sending",
            hint="Set the orders flow to assisted or live.",
        )
