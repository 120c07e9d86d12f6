"""The job that sees to one order of which the ERP may hold too many.

settle  looks again, cancels the ones nobody touched, asks a person about the others
tell    history of the order, an issue that counts such cases, and what had stopped goes on
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from integrations.engine import verbs
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobState, Step, SyncJob
from integrations.engine.start import start_job
from integrations.errors import Conflict, NeedsOperator, Rejected
from integrations.flows.issues import DOUBLED, note_move, note_news
from integrations.flows.orders.doubles.decide import Decision, decide
from integrations.flows.orders.working import erp_of, order_of, require_writing, resources_of
from integrations.gateways import open_erp
from integrations.models import Order, StateChange
from integrations.models.order import TERMINAL
from integrations.ports import ListsOrders, PushesOrders
from integrations.records import ErpSighting

logger = logging.getLogger(__name__)

AMBIGUOUS = "ambiguous_order"  # how adapters name two orders under one reference
MOVING = (JobState.QUEUED, JobState.RUNNING, JobState.COMPENSATING)
WRITERS = ("push_order", "change_order", "cancel_order")


def start_repair(order: Order, *, actor: str) -> SyncJob:
    """Asks for a look at the ERP's orders under this order's reference. Repeatable."""
    return start_job(
        "settle_double",
        key=order.doubles_key,
        actor=actor,
        resources=resources_of(order),
        payload={"order": order.pk},
        dedupe_key=f"double:{order.pk}",
    )


def known_ref(order: Order) -> str:
    """The ERP's order that our rows know: bound, or created by a push that is not through."""
    if order.erp_ref:
        return order.erp_ref
    pushes = Step.objects.filter(job__key=order.key, job__kind="push_order", name="create")
    output = pushes.order_by("-job_id").values_list("output", flat=True).first() or {}
    return str(output.get("ref", ""))


def is_being_worked_on(order: Order) -> bool:
    """Whether a job of this order may be creating, changing or cancelling it right now."""
    return SyncJob.objects.filter(key=order.key, kind__in=WRITERS, state__in=MOVING).exists()


def settle(ctx: StepContext) -> Mapping[str, Any]:
    """Decides on what the ERP holds at this moment. Repeatable.

    Raises NeedsOperator while a person must decide; requeued it looks anew.
    """
    order = order_of(ctx.payload)
    require_writing(order)
    if is_being_worked_on(order):
        raise Conflict(f"{order} is being worked on at this moment.")
    with open_erp(erp_of(order), PushesOrders, ListsOrders) as adapter:
        found = adapter.orders_under(order.storefront_ref)
        decision = decide(found, known_ref=known_ref(order), is_wanted=order.state not in TERMINAL)
        asked = [*decision.ask, *_cancel(adapter, decision.cancel, ctx)]
        after = adapter.orders_under(order.storefront_ref) if decision.cancel else found
    if asked:
        raise _ask(order, decision, asked)
    return {
        "kept": [one.number for one in after if not one.is_cancelled],
        "cancelled": [one.number for one in after if one.is_cancelled],
    }


@transaction.atomic
def tell(ctx: StepContext) -> Mapping[str, Any]:
    """Writes down what became of it, once, and lets go on what stopped because of it."""
    order = order_of(ctx.payload)
    settled = ctx.outputs["settle"]
    if not settled["cancelled"] or _is_told(order, ctx):
        return {}
    sentence = _sentence(order, settled)
    StateChange.objects.create(
        subject="order",
        subject_id=order.pk,
        before=order.state,
        after=order.state,
        actor=ctx.actor,
        reason=sentence,
        job_id=ctx.job_id,
    )
    note_news(
        SyncJob.objects.get(pk=ctx.job_id),
        order,
        cause=f"{order.erp_id}:{DOUBLED}",
        kind=DOUBLED,
        title=sentence,
        hint="The ERP enforces no reference, so a sender that stalled could send twice. Nothing "
        "needs to be done; look whether someone in the ERP had seen the cancelled order. The "
        "count is how often it happened since this was last resolved.",
        connection=order.erp,
    )
    _let_go_on(order)
    logger.warning("order_doubled order=%s %s", order.storefront_ref, settled)
    return {"told": sentence}


# ---------------------------------------------------------------- the fine print


def _cancel(adapter: Any, surplus: Sequence[ErpSighting], ctx: StepContext) -> list[ErpSighting]:
    """Cancels what nobody touched; what the ERP would not cancel is for a person."""
    refused = []
    for one in surplus:
        ctx.checkpoint()
        try:
            adapter.cancel_order(one.ref, "The portal's order was taken twice.")
        except (NeedsOperator, Rejected) as exc:
            logger.warning("double_not_cancelled number=%s error=%s", one.number, exc.message)
            refused.append(one)
    return refused


def _ask(order: Order, decision: Decision, asked: Sequence[ErpSighting]) -> NeedsOperator:
    erp = erp_of(order).name
    numbers = ", ".join(one.number for one in asked)
    if decision.keep is not None:
        message = (
            f"{erp} holds {decision.keep.number} for {order}, and also {numbers}, which somebody "
            "has worked with or which it would not cancel."
        )
        hint = f"Cancel the one that is not wanted in {erp}, then requeue: it looks again."
    elif order.state in TERMINAL:
        message = f"{order} is cancelled, but {erp} holds {numbers} for it, which was worked with."
        hint = f"Cancel it in {erp}, then requeue: it looks again."
    else:
        message = f"{erp} holds {numbers} for {order}, which the portal does not know as sent."
        hint = f"Press “send now” to adopt it, or cancel it in {erp}; then requeue: it looks again."
    return NeedsOperator(
        message,
        reason="order_doubled",
        cause=f"order_doubled:{order.storefront_ref}",
        hint=hint,
        ids={"order": order.storefront_ref},
    )


def _sentence(order: Order, settled: Mapping[str, Any]) -> str:
    cancelled, kept = ", ".join(settled["cancelled"]), ", ".join(settled["kept"])
    erp = erp_of(order).name
    if not kept:
        return f"{erp} held {cancelled} for {order}, which is cancelled; it is cancelled there now."
    return f"{erp} took {order} twice: {kept} stays, {cancelled} is cancelled there."


def _is_told(order: Order, ctx: StepContext) -> bool:
    return StateChange.objects.filter(
        subject="order", subject_id=order.pk, job_id=ctx.job_id
    ).exists()


def _let_go_on(order: Order) -> None:
    stopped = SyncJob.objects.filter(
        key__in=order.job_keys, state=JobState.PARKED, error_reason=AMBIGUOUS
    )
    for job in stopped:
        verbs.requeue(job, actor="portal", reason="the second order is cancelled")


SETTLE_DOUBLE = register(
    JobKind(
        "settle_double",
        [StepSpec("settle", settle, on="erp"), StepSpec("tell", tell, on=None)],
        lane="batch",
        on_move=note_move,
    )
)
