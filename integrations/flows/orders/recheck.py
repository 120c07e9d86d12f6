"""The job behind every hint that an order may have changed.

An event or the sweep only says "look again": the order is read as it is now, and what it
needs is started. A late or repeated hint therefore changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from integrations.engine import verbs
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobState, SyncJob
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.orders import payments, snapshot
from integrations.flows.orders.doors import ensure_push, is_pushed_otherwise, stop_unsent
from integrations.flows.orders.looking import read_order
from integrations.flows.orders.refusals import being_called_off
from integrations.flows.orders.working import (
    hold_parked,
    is_writing,
    order_of,
    orders_flow,
    resources_of,
)
from integrations.models import Flow, Order
from integrations.models.order import TERMINAL
from integrations.records import StorefrontOrder

ASSISTED = "assisted mode: release it to write this to the ERP"


def start_recheck(order: Order, *, actor: str) -> SyncJob:
    """Asks for a look at the order; hints that come before it starts become one look."""
    return start_job(
        "recheck_order",
        # A key of its own: a look must not wait behind a push that stopped.
        key=f"look:{order.storefront_ref}",
        actor=actor,
        resources=resources_of(order),
        payload={"order": order.pk},
    )


def look(ctx: StepContext) -> Mapping[str, Any]:
    """Reads the order and starts what it needs, in one transaction with the snapshot."""
    order = order_of(ctx.payload)
    if order.is_in_erp and not is_writing(order.storefront):
        return {"needs": []}  # nothing may be written; the sweep finds it once the flow is on
    seen = read_order(order)
    with transaction.atomic():
        # It may have reached the ERP while the shop was asked, or is about to: one at a time.
        order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        snapshot.store(order, seen)
        return {"needs": _start_what_it_needs(order, seen, f"job {ctx.job_id}")}


def _start_what_it_needs(order: Order, seen: StorefrontOrder, actor: str) -> list[str]:
    if seen.is_canceled or order.state in TERMINAL:
        return _end(order, actor)
    if not order.is_in_erp:
        ensure_push(
            storefront=order.storefront,
            order_ref=order.storefront_ref,
            origin="recheck",
            actor=actor,
        )
        if not is_pushed_otherwise(order, snapshot.digest(seen)):
            return ["push"]
        _start_change(order, seen, actor)  # it waits until the push is through
        return ["push", "change"]
    needs = []
    if order.pushed_digest and snapshot.digest(seen) != order.pushed_digest:
        _start_change(order, seen, actor)
        needs.append("change")
    if payments.start_untold(order, actor=actor):
        needs.append("payment")
    return needs


def _end(order: Order, actor: str) -> list[str]:
    """Cancels it in the ERP, and tells it what the storefront paid back with that.

    A cancellation refunds what was captured; no event says so. The portal's own cancellation
    of a refused order comes back here too: its job sees to the rest.
    """
    undoing = being_called_off(order)
    if undoing is not None:
        if undoing.state == JobState.PARKED:
            verbs.requeue(undoing, actor=actor, reason="cancelled in the storefront")
        return []
    needs = []
    if order.state not in TERMINAL:
        stop_unsent(order, actor=actor, reason="cancelled in the storefront")
        _start("cancel_order", order, actor)
        needs.append("cancel")
    if order.is_in_erp and payments.start_untold(order, actor=actor):
        needs.append("payment")
    return needs


def _start_change(order: Order, seen: StorefrontOrder, actor: str) -> SyncJob:
    """One job per state of the order: a change that is being made has read an older one."""
    return _start("change_order", order, actor, about=f":{snapshot.digest(seen)[:16]}")


def _start(kind: str, order: Order, actor: str, *, about: str = "") -> SyncJob:
    flow = orders_flow(order.storefront)
    is_assisted = flow is not None and flow.mode == Flow.Mode.ASSISTED
    return start_job(
        kind,
        key=order.key,
        actor=actor,
        resources=resources_of(order),
        payload={"order": order.pk},
        dedupe_key=f"{kind}:{order.pk}{about}",
        wait_reason=ASSISTED if is_assisted else "",
    )


RECHECK_ORDER = register(
    JobKind(
        "recheck_order",
        [StepSpec("look", look, on="storefront")],
        coalesce=True,
        on_parked=hold_parked,
        on_move=note_move,
    )
)
