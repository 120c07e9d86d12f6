"""The job that puts an order into the ERP, once.

read      the order as the storefront holds it now
plan      counterparts, totals contract, draft             (held here when something lacks)
create    the draft in the ERP; looked up first            (pivot)
confirm   the ERP's total is compared, then the order is confirmed
tell      the ERP's number goes onto the storefront's order
follow_up payments that were captured meanwhile

An order that the ERP refuses at `create` is held, or called off by undoing `plan` and `read`,
as the flow says: see `refusals`.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.errors import NeedsOperator
from integrations.flows import links
from integrations.flows.issues import note_move
from integrations.flows.order_status.refresh import start_refresh
from integrations.flows.orders import payments, snapshot
from integrations.flows.orders.agreed import as_agreed
from integrations.flows.orders.allowed import refuse_not_allowed
from integrations.flows.orders.looking import look
from integrations.flows.orders.overrides import EDITABLE, keep_on_order, overrides_of
from integrations.flows.orders.planning import Plan, plan_order
from integrations.flows.orders.refusals import call_off, calls_off, clear_erp
from integrations.flows.orders.settling import push_settled
from integrations.flows.orders.working import (
    BEFORE_START,
    HELD_BY_OPERATOR,
    erp_of,
    hold_parked,
    note_remarks,
    note_sending,
    note_waiting,
    order_of,
    orders_flow,
    require_writing,
    told_values,
)
from integrations.gateways import open_erp, open_storefront
from integrations.models import IdLink, Order
from integrations.models.order import OrderState
from integrations.ports import PushesOrders
from integrations.records import ErpOrder, OrderDraft, StorefrontOrder
from integrations.records.codec import from_json, to_json

logger = logging.getLogger(__name__)

Output = Mapping[str, Any]
SKIPPED = "skip"
CANCELLED_BEFORE = "cancelled in the storefront before it was sent"
FRESH = timedelta(minutes=1)


def read(ctx: StepContext) -> Output:
    """The order now. Says `skip` for one that must not be pushed, with the reason."""
    order = order_of(ctx.payload)
    seen = look(order)
    why = _why_not(order, seen, forced=bool(ctx.payload.get("forced")))
    if why:
        _set_aside(order, why, ctx)
        return {SKIPPED: why}
    return {"order": to_json(seen), "at": timezone.now().isoformat()}


def plan(ctx: StepContext) -> Output:
    """The draft and its predicted total; from here on the order is being sent."""
    if SKIPPED in ctx.outputs["read"]:
        return {}
    order = order_of(ctx.payload)
    seen = _still(order, ctx)
    if seen.is_canceled:
        _set_aside(order, CANCELLED_BEFORE, ctx)
        return {}
    note_sending(order, ctx)
    return _work_out(order, seen)


def sketch(ctx: StepContext) -> Output:
    """As `plan`, for an order that waits for a person: nothing is sent."""
    if SKIPPED in ctx.outputs["read"]:
        return {}
    order = order_of(ctx.payload)
    worked_out = _work_out(order, _still(order, ctx))
    note_waiting(order, ctx)
    return worked_out


def _work_out(order: Order, seen: StorefrontOrder) -> Output:
    """Draft and totals, kept on the order, where an operator reads them.

    Raises NeedsOperator for an order of no quote that its company may not place.
    """
    erp, overrides = erp_of(order), overrides_of(order)
    with open_erp(erp, PushesOrders) as adapter:
        made = plan_order(
            seen,
            storefront=order.storefront,
            erp=erp,
            erp_adapter=adapter,
            overrides=as_agreed(seen, erp, overrides),
        )
        payload = adapter.preview_order(made.draft)
    keep_plan(order, payload, made)
    if made.agreed is None:
        refuse_not_allowed(
            seen,
            erp=erp,
            customer_ref=made.draft.customer_ref,
            overrides=overrides,
            today=timezone.now().date(),
        )
    return {
        "draft": to_json(made.draft),
        "digest": snapshot.digest(seen),
        "at": timezone.now().isoformat(),
    }


def create(ctx: StepContext) -> Output:
    """Sends the draft, unless the ERP already holds our reference.

    An unconfirmed order of an earlier push may be out of date: it is brought to this draft.
    """
    if "draft" not in ctx.outputs["plan"]:
        return {}
    order = order_of(ctx.payload)
    require_writing(order)
    draft = from_json(OrderDraft, ctx.outputs["plan"]["draft"])
    with open_erp(erp_of(order), PushesOrders) as adapter:
        held = _held(adapter, order)
        ctx.checkpoint()
        if held is None:
            return _remember(note_remarks(order, adapter.create_order(draft), ctx))
        if not held.is_confirmed:
            held = adapter.change_order(held.ref, draft)
        return _remember(held)


def find(ctx: StepContext) -> Output | None:
    """The order in the ERP that carries our reference. A cancelled one needs a person."""
    if "draft" not in ctx.outputs["plan"]:
        return {}
    order = order_of(ctx.payload)
    with open_erp(erp_of(order), PushesOrders) as adapter:
        held = _held(adapter, order)
    return None if held is None else _remember(held)


def settle_s(ctx: StepContext) -> float:
    """How long a look-up may still miss an order whose answer was lost: the adapter says."""
    with open_erp(erp_of(order_of(ctx.payload)), PushesOrders) as adapter:
        seconds: float = adapter.settle_s
    return seconds


def confirm(ctx: StepContext) -> Output:
    """Confirms what the ERP holds now, if its total is right, and writes its number here.

    The storefront is asked once more when the plan is not fresh: an order that was cancelled
    meanwhile is cancelled in the ERP instead.
    """
    if "ref" not in ctx.outputs["create"]:
        return {}
    order = order_of(ctx.payload)
    draft = from_json(OrderDraft, ctx.outputs["plan"]["draft"])
    is_cancelled = _is_stale(ctx.outputs["plan"]) and look(order).is_canceled
    require_writing(order)
    with open_erp(erp_of(order), PushesOrders) as adapter:
        held = _held(adapter, order)
        if held is None:
            raise _gone(order, ctx)
        if is_cancelled:
            adapter.cancel_order(held.ref, CANCELLED_BEFORE)
            _set_aside(order, CANCELLED_BEFORE, ctx)
            return {}
        _compare(order, draft, held)
        _compare_terms(order, draft, held)
        ctx.checkpoint()
        confirmed: ErpOrder = adapter.confirm_order(held.ref)
    _confirmed(order, confirmed, ctx)
    # Somebody was faster in the ERP: what happened there since was not ours to hear of.
    return {**_remember(confirmed), "was_confirmed": held.is_confirmed}


def tell(ctx: StepContext) -> Output:
    """Writes the ERP's number onto the storefront's order. Repeatable."""
    order = order_of(ctx.payload)
    if "ref" not in ctx.outputs["confirm"]:
        return {}
    with open_storefront(order.storefront) as storefront:
        storefront.write_metadata(order.storefront_ref, told_values(order))
    return {"told": order.erp_number}


def follow_up(ctx: StepContext) -> Output:
    """Starts what waited for the order to be in the ERP: captured payments, progress."""
    order = order_of(ctx.payload)
    if order.is_in_erp:
        payments.start_untold(order, actor=f"job {ctx.job_id}")
        if ctx.outputs["confirm"].get("was_confirmed"):
            start_refresh(order, actor=f"job {ctx.job_id}")
    return {}


def keep_plan(order: Order, payload: Any, made: Plan) -> None:
    """Keeps what is, or would be, sent on the order, for the operator to read."""
    order.predicted_total = made.totals.predicted_gross
    order.plan = {
        "payload": payload,
        "totals": made.totals.as_json(),
        "agreed": _agreed(made),
        "made_at": timezone.now().isoformat(),
    }
    order.save(update_fields=["plan", "predicted_total"])


def _agreed(made: Plan) -> dict[str, Any]:
    """Of the agreement that the order is of, what its page shows; lines by the storefront's id."""
    draft, agreed = made.draft, made.agreed
    return {
        "source": agreed.name if agreed else "",
        "terms": agreed.payment_term_name if agreed else "",
        "terms_ref": draft.payment_term_ref,
        "lines": {line.our_ref: line.configuration for line in draft.lines if line.configuration},
    }


# ---------------------------------------------------------------- the fine print


def _still(order: Order, ctx: StepContext) -> StorefrontOrder:
    """The order as it was read, or read again: a parked job may go on days later."""
    if _is_stale(ctx.outputs["read"]):
        return look(order)
    return from_json(StorefrontOrder, ctx.outputs["read"]["order"])


def _is_stale(output: Output) -> bool:
    made_at = datetime.fromisoformat(output["at"])
    return timezone.now() - made_at > FRESH


def _held(adapter: Any, order: Order) -> ErpOrder | None:
    """The living order in the ERP under our reference."""
    found: ErpOrder | None = adapter.find_order(order.storefront_ref)
    if found is not None and found.is_cancelled:
        raise NeedsOperator(
            f"{erp_of(order).name} holds order {found.number} for {order}, but it is cancelled.",
            reason="cancelled_in_erp",
            cause=f"cancelled_in_erp:{order.storefront_ref}",
            hint="Reopen it in the ERP and requeue, or cancel the order here.",
            ids={"order": order.storefront_ref},
        )
    return found


def _gone(order: Order, ctx: StepContext) -> NeedsOperator:
    number = ctx.outputs["create"]["number"]
    return NeedsOperator(
        f"{erp_of(order).name} no longer holds order {number} for {order}.",
        reason="gone_from_erp",
        cause=f"gone_from_erp:{order.storefront_ref}",
        hint="Cancel this job and press “send now”, or cancel the order.",
        ids={"order": order.storefront_ref},
    )


def _why_not(order: Order, seen: StorefrontOrder, *, forced: bool) -> str:
    if order.is_in_erp:
        return "already in the ERP"
    if seen.is_canceled:
        return CANCELLED_BEFORE
    flow = orders_flow(order.storefront)
    starts = flow.live_from if flow else None
    if starts and seen.placed_at < starts and not forced:
        return BEFORE_START
    return ""


def _set_aside(order: Order, why: str, ctx: StepContext) -> None:
    if why == CANCELLED_BEFORE and order.can_move(OrderState.CANCELLED):
        order.move(
            OrderState.CANCELLED,
            actor=ctx.actor,
            reason=why,
            job_id=ctx.job_id,
        )
    elif why == BEFORE_START and order.held_reason != HELD_BY_OPERATOR:
        order.hold(
            reason=BEFORE_START,
            actor=ctx.actor,
            job_id=ctx.job_id,
            message="Placed before the order flow went live, so it is not sent by itself.",
            hint="Press “send now” if this order belongs into the ERP.",
        )


def _compare_terms(order: Order, draft: OrderDraft, held: ErpOrder) -> None:
    """Terms decide when money is due: an ERP that took others by itself is not confirmed."""
    told = held.payment_term_ref
    if not draft.payment_term_ref or told is None or told == draft.payment_term_ref:
        return
    raise NeedsOperator(
        f"{order} was agreed with the payment terms {draft.payment_term_ref}, but "
        f"{erp_of(order).name} has {told or 'none'} on order {held.number}.",
        reason="erp_terms_differ",
        cause=f"erp_terms:{order.storefront_ref}",
        hint="Correct the terms of the order in the ERP, then requeue; or cancel it there and "
        "here.",
        ids={"order": order.storefront_ref, "erp_number": held.number},
    )


def _compare(order: Order, draft: OrderDraft, held: ErpOrder) -> None:
    if (held.gross_total, held.currency) == (draft.expected_gross_total, draft.currency):
        return
    state = "confirmed there" if held.is_confirmed else "not confirmed"
    wanted = "in the storefront" if overrides_of(order).agreed_total is None else "as agreed"
    raise NeedsOperator(
        f"{order} is {draft.expected_gross_total} {draft.currency} {wanted} but "
        f"{held.gross_total} {held.currency} in {erp_of(order).name} (order {held.number}, "
        f"{state}).",
        reason="erp_total_differs",
        cause=f"erp_total:{order.storefront_ref}",
        hint="Correct the order in the ERP to the storefront's total, then requeue; "
        "or cancel it there and here.",
        ids={"order": order.storefront_ref, "erp_number": held.number},
    )


@transaction.atomic
def _confirmed(order: Order, confirmed: ErpOrder, ctx: StepContext) -> None:
    digest = ctx.outputs["plan"].get("digest", "")
    Order.objects.filter(pk=order.pk).update(
        erp_ref=confirmed.ref,
        erp_number=confirmed.number,
        erp_total=confirmed.gross_total,
        pushed_digest=digest,
        confirmed_at=order.confirmed_at or timezone.now(),
    )
    order.refresh_from_db()
    links.bind(
        IdLink.Kind.ORDER,
        order.storefront,
        order.storefront_ref,
        erp_of(order),
        confirmed.ref,
        actor=f"job {ctx.job_id}",
        label=str(order),
        fingerprint=digest,
    )
    if order.can_move(OrderState.CONFIRMED):
        order.move(
            OrderState.CONFIRMED,
            actor=ctx.actor,
            job_id=ctx.job_id,
            reason=f"ERP order {confirmed.number}",
        )
    logger.info("order_confirmed order=%s erp_number=%s", order.storefront_ref, confirmed.number)


def _remember(found: ErpOrder) -> Output:
    return {
        "ref": found.ref,
        "number": found.number,
        "currency": found.currency,
        "gross_total": str(found.gross_total),
        "is_confirmed": found.is_confirmed,
    }


PUSH_ORDER = register(
    JobKind(
        "push_order",
        [
            StepSpec("read", read, on="storefront", undo=call_off),
            StepSpec("plan", plan, on="erp", undo=clear_erp),
            StepSpec("create", create, on="erp", find=find, pivot=True, settle_s=settle_s),
            StepSpec("confirm", confirm, on="erp"),
            StepSpec("tell", tell, on="storefront"),
            StepSpec("follow_up", follow_up, on=None),
        ],
        goes_back=calls_off,
        on_parked=hold_parked,
        on_settled=push_settled,
        on_move=note_move,
        editable=EDITABLE,
        on_edited=keep_on_order,
    )
)

# Shadow and assisted: the same two first steps, and nothing is sent.
PLAN_ORDER = register(
    JobKind(
        "plan_order",
        [StepSpec("read", read, on="storefront"), StepSpec("plan", sketch, on="erp")],
        coalesce=True,
        on_parked=hold_parked,
        on_move=note_move,
        editable=EDITABLE,
        on_edited=keep_on_order,
    )
)
