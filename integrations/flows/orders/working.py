"""What the steps of all order jobs share: the order of a payload, its connections, its state."""

import logging
from typing import Any

from django.db.models import Case, Value, When

from integrations.engine.declare import StepContext
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.models import Connection, Flow, Order, StateChange
from integrations.models.order import NOT_IN_ERP, TERMINAL, OrderState
from integrations.records import ErpOrder

logger = logging.getLogger(__name__)

# Reasons of our own for holding an order; others come from the error that parked its job.
BEFORE_START = "before_start"
HELD_BY_OPERATOR = "held_by_operator"
CHANGED_AFTER_PUSH = "changed_after_push"
FLOW_NOT_WRITING = "flow_not_writing"
WRITING = (Flow.Mode.ASSISTED, Flow.Mode.LIVE)


def order_of(payload: Any) -> Order:
    """The order a job is about, with both connections."""
    return Order.objects.select_related("storefront", "erp").get(pk=payload["order"])


def erp_of(order: Order) -> Connection:
    """The ERP this order goes to. Raises NeedsOperator when no order flow says which."""
    if order.erp is None:
        raise NeedsOperator(
            f"No ERP is set for orders of {order.storefront.name}.",
            reason="no_order_flow",
            cause=f"no_order_flow:{order.storefront_id}",
            hint="Add an orders flow from this storefront to an ERP.",
        )
    return order.erp


def orders_flow(storefront: Connection) -> Flow | None:
    """The orders flow of a storefront: the one that writes, else one in shadow, else any.

    A shop that moves to another ERP has two; at most one of them writes.
    """
    boldness = Case(
        When(mode__in=WRITING, then=Value(0)),
        When(mode=Flow.Mode.SHADOW, then=Value(1)),
        default=Value(2),
    )
    flows = Flow.objects.filter(kind=Flow.Kind.ORDERS, source=storefront)
    return flows.select_related("source", "target").order_by(boldness, "pk").first()


def is_writing(storefront: Connection) -> bool:
    """Whether the portal may write orders of this storefront into its ERP at all."""
    flow = orders_flow(storefront)
    return flow is not None and flow.mode in WRITING


def require_writing(order: Order) -> None:
    """Stops a step before it writes to the ERP while the flow is off or in shadow mode.

    The job parks under this reason; `set_mode` requeues it when the flow writes again.
    """
    if not is_writing(order.storefront):
        raise NeedsOperator(
            f"The orders flow of {order.storefront.name} is off or in shadow mode, so nothing "
            "is written to the ERP.",
            reason=FLOW_NOT_WRITING,
            cause=f"{FLOW_NOT_WRITING}:{order.storefront_id}",
            hint="Set the flow to assisted or live; what waits goes on by itself then.",
            ids={"order": order.storefront_ref},
        )


def refuse_ended(order: Order, *, if_in_erp: str) -> None:
    """Refuses a press on an order that is cancelled or in the ERP; `if_in_erp` is the hint then."""
    if order.is_in_erp:
        raise NeedsOperator(
            f"{order} is in the ERP as {order.erp_number}.", reason="already_in_erp", hint=if_in_erp
        )
    if order.state in TERMINAL:
        raise NeedsOperator(
            f"{order} is cancelled.", reason="order_cancelled", hint="Nothing needs to be done."
        )


def told_values(order: Order, status: str = "") -> dict[str, str]:
    """What the storefront's order carries of the ERP; `status` defaults to our state."""
    return {
        "erp_order_id": order.erp_ref,
        "erp_number": order.erp_number,
        "erp_status": status or order.state,
        "erp_system": erp_of(order).name,
    }


def resources_of(order: Order) -> dict[str, int]:
    """The engine's resources by role, for jobs of this order."""
    return {
        "storefront": order.storefront.resource_id,
        "erp": erp_of(order).resource_id,
    }


def note_sending(order: Order, ctx: StepContext) -> None:
    """The order is being worked on: received and held ones become `pushing`."""
    if order.state in (OrderState.RECEIVED, OrderState.HELD) and not order.is_in_erp:
        order.move(
            OrderState.PUSHING,
            actor=ctx.actor,
            job_id=ctx.job_id,
        )


def note_remarks(order: Order, made: ErpOrder, ctx: StepContext) -> ErpOrder:
    """What the ERP said when it took the order stands in the order's history."""
    if made.remarks:
        StateChange.objects.create(
            subject="order",
            subject_id=order.pk,
            before=order.state,
            after=order.state,
            actor=ctx.actor,
            reason=f"{erp_of(order).name} took it and said: {' '.join(made.remarks)}"[:1000],
            job_id=ctx.job_id,
        )
    return made


def note_waiting(order: Order, ctx: StepContext) -> None:
    """What held the order is gone, and it waits for a press (or for the flow to go live)."""
    if order.held_reason == HELD_BY_OPERATOR:
        return
    if order.state == OrderState.HELD and not order.is_in_erp:
        order.move(
            OrderState.RECEIVED,
            actor=ctx.actor,
            job_id=ctx.job_id,
        )


def _is_held_by(job: SyncJob, order: Order) -> bool:
    if order.held_reason == HELD_BY_OPERATOR or order.state in TERMINAL:
        return False  # a person's own reason stays; a cancelled order stands
    return order.state in NOT_IN_ERP or job.kind == "change_order"


def hold_parked(job: SyncJob) -> None:
    """Hook of order jobs that park: the order is held with the same sentence."""
    order = order_of(job.payload)
    if _is_held_by(job, order):
        order.hold(
            reason=job.error_reason or job.error_kind,
            message=job.error_text,
            hint=job.error_hint,
            actor=f"job {job.pk}",
            job_id=job.pk,
        )
    logger.warning(
        "order_parked order=%s job=%s kind=%s error=%s",
        order.storefront_ref,
        job.pk,
        job.kind,
        job.error_kind,
    )
