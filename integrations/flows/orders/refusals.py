"""What follows when the ERP refuses an order for good: it waits for a person, or is called off.

The orders flow says which (setting `refused`). Called off means: nothing of the order is left
in the ERP, the storefront's order is cancelled, and with that its payment is released or paid
back. Both are the undoing of finished steps of the push, so the engine repeats them until they
are recorded; each looks first and tolerates that nothing is there.

Only the ERP's plain refusal of the order counts: a missing mapping, an outage, a refusal while
the portal reads settings, and everything after the ERP took the order, wait for a person. So
does a row of refusals: that is more likely a fault of the connection than of the orders.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import StepContext
from integrations.engine.models import OPEN, Attempt, SyncJob
from integrations.errors import Kind, NeedsOperator, Rejected
from integrations.flows.issues import CALLED_OFF, note_cause, note_news
from integrations.flows.orders.looking import look, read_order
from integrations.flows.orders.working import erp_of, order_of, orders_flow
from integrations.flows.totals.currency import round_half_up
from integrations.gateways import open_erp, open_storefront
from integrations.models import IssueItem, Order
from integrations.models.order import TERMINAL, OrderState
from integrations.ports import PushesOrders
from integrations.records import ErpOrder, StorefrontOrder, StorefrontPayment

logger = logging.getLogger(__name__)

SETTING, CALL_OFF = "refused", "cancel"
REFUSED_STEP = "create"  # the one in which the ERP sees the order
MOST_IN_A_ROW, ROW = 5, timedelta(hours=1)
IN_ERP_ALL_THE_SAME = "refused_but_in_erp"
NOT_CANCELLED = "refused_not_cancelled"


def calls_off(job: SyncJob, refused: str) -> bool:
    """`goes_back` of the push: whether this refusal calls the order off."""
    if refused != REFUSED_STEP:
        return False
    order = order_of(job.payload)
    flow = orders_flow(order.storefront)
    if flow is None or not flow.is_live or flow.settings.get(SETTING) != CALL_OFF:
        return False
    return flow.target_id == order.erp_id and not _is_a_row_of_refusals(order)


def clear_erp(ctx: StepContext) -> None:
    """Undo of `plan`: leaves nothing of the order in the ERP. Repeatable.

    There may be an unconfirmed order of an earlier push. What a person must decide stays, and
    then the storefront's order stays too.
    """
    order = order_of(ctx.payload)
    reason = f"refused: {words_of(ctx.job_id)}"
    with open_erp(erp_of(order), PushesOrders) as adapter:
        try:
            held: ErpOrder | None = adapter.find_order(order.storefront_ref)
            if held is None or held.is_cancelled:
                return
            if not held.is_confirmed:
                ctx.checkpoint()
                adapter.cancel_order(held.ref, reason)
                return
        except (NeedsOperator, Rejected) as exc:
            _leave(order, IN_ERP_ALL_THE_SAME, f"It could not be cleared there: {exc.message}", ctx)
            return
    _leave(order, IN_ERP_ALL_THE_SAME, f"It holds {held.number} for it all the same.", ctx)


def call_off(ctx: StepContext) -> None:
    """Undo of `read`: cancels the storefront's order, which gives its payment back. Repeatable."""
    order = order_of(ctx.payload)
    if order.state in TERMINAL or order.held_reason == IN_ERP_ALL_THE_SAME:
        return
    if not read_order(order).is_canceled:
        with open_storefront(order.storefront) as storefront:
            ctx.checkpoint()
            try:
                storefront.cancel_order(order.storefront_ref)
            except (NeedsOperator, Rejected) as exc:
                _leave(order, NOT_CANCELLED, f"The shop would not cancel it: {exc.message}", ctx)
                return
    _note_called_off(order, look(order), ctx)


def being_called_off(order: Order) -> SyncJob | None:
    """The job that is taking this order back, until it has ended."""
    undoing = SyncJob.objects.filter(
        key=order.key, kind="push_order", going_back=True, state__in=OPEN
    )
    return undoing.first()


def refuse_called_off(order: Order) -> None:
    """Refuses a press on an order that is on its way back."""
    if being_called_off(order) is not None:
        raise NeedsOperator(
            f"{erp_of(order).name} refused {order}, and it is being cancelled in the storefront.",
            reason="being_called_off",
            hint="The flow's setting “Orders the ERP refuses” asks for that.",
        )


def words_of(job_id: int) -> str:
    """The ERP's own words when it refused the order of this push."""
    refusals = Attempt.objects.filter(
        step__job=job_id, step__name=REFUSED_STEP, outcome=str(Kind.REJECTED)
    )
    refusal = refusals.order_by("id").last()
    return (refusal.message or refusal.remote_words) if refusal else "no reason given"


# ---------------------------------------------------------------- money


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What a cancelled order's payments came to, in the order's currency, rounded to it."""

    currency: str
    released: Decimal
    refunded: Decimal
    kept: Decimal
    still_authorised: Decimal

    @property
    def is_complete(self) -> bool:
        return not (self.kept or self.still_authorised)

    @property
    def sentence(self) -> str:
        parts = (
            (self.released, "authorised was released"),
            (self.refunded, "captured was refunded"),
            (self.kept, "captured was NOT refunded"),
            (self.still_authorised, "authorised was NOT released"),
        )
        said = [f"{amount:f} {self.currency} {what}" for amount, what in parts if amount]
        return "; ".join(said) or "no money was authorised or captured"


def given_back(currency: str, payments: Iterable[StorefrontPayment]) -> GivenBack:
    """What became of the money, read from the cancelled order's payments. Pure."""
    released = refunded = kept = authorised = Decimal(0)
    for payment in payments:
        refunded += payment.refunded_amount
        kept += payment.captured_amount - payment.refunded_amount
        if not payment.captured_amount:
            released += payment.amount if payment.is_canceled else 0
            authorised += 0 if payment.is_canceled else payment.amount
    return GivenBack(
        currency=currency,
        released=round_half_up(released, currency),
        refunded=round_half_up(refunded, currency),
        kept=round_half_up(kept, currency),
        still_authorised=round_half_up(authorised, currency),
    )


# ---------------------------------------------------------------- the fine print


def _is_a_row_of_refusals(order: Order) -> bool:
    called_off = IssueItem.objects.filter(
        issue__kind=CALLED_OFF, issue__connection=order.erp, at__gte=timezone.now() - ROW
    )
    return called_off.count() >= MOST_IN_A_ROW


@transaction.atomic
def _note_called_off(order: Order, seen: StorefrontOrder, ctx: StepContext) -> None:
    """The order is over; money that stayed behind becomes a cause of its own, never silence."""
    order.refresh_from_db()
    if order.state in TERMINAL:
        return
    money = given_back(seen.currency, seen.payments)
    erp, words = erp_of(order), words_of(ctx.job_id)
    order.move(
        OrderState.CANCELLED,
        actor=ctx.actor,
        job_id=ctx.job_id,
        reason=f"{erp.name} refused it: {words} "
        f"It was cancelled in the storefront; {money.sentence}.",
    )
    note_news(
        SyncJob.objects.get(pk=ctx.job_id),
        order,
        cause=f"{erp.pk}:{CALLED_OFF}:{words}",
        kind=CALLED_OFF,
        title=f"{erp.name} refused orders, and they were cancelled in the storefront: {words}",
        hint="Was the refusal right? The buyers have to order anew. Resolve this when you have "
        "seen to it; the orders flow sets what becomes of refused orders.",
        connection=erp,
    )
    if not money.is_complete:
        note_cause(
            f"money_kept:{order.storefront_ref}",
            kind="money_kept",
            title=f"{order} is cancelled in the storefront, but {money.sentence}.",
            hint="Give the money back in the storefront's admin or at the payment provider, "
            "then resolve this.",
            connection=order.storefront,
        )
    logger.warning("order_called_off order=%s money=%s", order.storefront_ref, money.sentence)


@transaction.atomic
def _leave(order: Order, reason: str, why: str, ctx: StepContext) -> None:
    """Ends the undoing where a person must decide: the order stands, held. Repeatable."""
    message = f"{erp_of(order).name} refused {order}: {words_of(ctx.job_id)} {why}"
    hint = (
        "Look at the order in both systems. “Send now” tries again; cancelling it in the "
        "storefront cancels it here and in the ERP."
    )
    order.hold(reason=reason, message=message, hint=hint, actor=ctx.actor, job_id=ctx.job_id)
    note_cause(
        f"{reason}:{order.storefront_ref}",
        kind=reason[:20],
        title=message,
        hint=hint,
        connection=order.erp,
    )
