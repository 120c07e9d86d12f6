"""The job that shows a paid invoice of a quoted order as paid in the storefront, once.

plan      what is open there, and which collections there are already
open      a collection for the invoice's amount, unless one waits for just that; looked up first
remember  its id, so that the payment is known as the ERP's own when the storefront tells of it
pay       marks it as paid; looked up first
note      the invoice is done with

The order of a quote is placed without a payment: the ERP's word that the money came is the only
one there is. Other orders were paid, or are, in the storefront's checkout.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.flows.issues import note_move
from integrations.flows.orders.doors import QUOTE
from integrations.flows.orders.working import resources_of
from integrations.flows.totals.currency import round_half_up
from integrations.gateways import open_storefront
from integrations.models import Invoice, Order
from integrations.records import PaymentCollection, StorefrontOrder

Output = Mapping[str, Any]
SKIPPED = "skip"
PAID = "paid"


def start_collections(order: Order, *, actor: str) -> list[SyncJob]:
    """One job for each invoice of a quoted order that is paid and not shown as such. Repeatable."""
    if order.origin != QUOTE:
        return []
    paid = order.invoices.filter(kind="invoice", payment_state=PAID, collected_at=None)
    return [
        start_job(
            "collect_invoice",
            key=order.collections_key,
            actor=actor,
            resources=resources_of(order),
            payload={"invoice": invoice.pk, "order": order.pk},
            dedupe_key=f"collect:{invoice.pk}",
        )
        for invoice in paid
    ]


def plan(ctx: StepContext) -> Output:
    """The amount, and what is there before anything is opened. Only reads."""
    invoice = _invoice(ctx)
    if invoice.collected_at:
        return {SKIPPED: "it is shown as paid already"}
    order = invoice.order
    with open_storefront(order.storefront) as storefront:
        seen: StorefrontOrder = storefront.get_order(order.storefront_ref)
        known: list[PaymentCollection] = storefront.payment_collections(order.storefront_ref)
    _refuse_other_currency(invoice, seen)
    open_now = round_half_up(seen.open_amount, seen.currency)
    if seen.is_canceled or open_now <= 0:
        return {SKIPPED: "nothing is open in the storefront"}
    # The storefront does not round: the last invoice takes what is left of a cent with it.
    is_last = invoice.gross_total >= open_now
    amount = seen.open_amount if is_last else invoice.gross_total
    return {"amount": str(amount), "known": [one.collection_id for one in known]}


def open_(ctx: StepContext) -> Output:
    """The collection for this invoice: one that waits for its very amount, else a new one."""
    planned = ctx.outputs["plan"]
    if SKIPPED in planned:
        return {}
    order = _invoice(ctx).order
    with open_storefront(order.storefront) as storefront:
        found = storefront.payment_collections(order.storefront_ref)
        waiting = [one for one in found if one.is_open and _is_for(one, ctx)]
        if waiting:
            return {"collection": waiting[0].collection_id}
        ctx.checkpoint()
        made = storefront.open_collection(order.storefront_ref, _amount(ctx))
    return {"collection": made.collection_id}


def find_opened(ctx: StepContext) -> Output | None:
    """The collection that was not there before, whose answer was lost."""
    planned = ctx.outputs["plan"]
    if SKIPPED in planned:
        return {}
    new = [
        one
        for one in _collections(ctx)
        if one.collection_id not in planned["known"] and _is_for(one, ctx)
    ]
    return {"collection": new[0].collection_id} if new else None


def remember(ctx: StepContext) -> Output:
    opened = ctx.outputs["open"]
    if opened:
        Invoice.objects.filter(pk=ctx.payload["invoice"]).update(
            collection_ref=opened["collection"]
        )
    return {}


def pay(ctx: StepContext) -> Output:
    opened = ctx.outputs["open"]
    if opened:
        order = _invoice(ctx).order
        with open_storefront(order.storefront) as storefront:
            ctx.checkpoint()
            storefront.mark_collected(order.storefront_ref, opened["collection"])
    return {}


def find_paid(ctx: StepContext) -> Output | None:
    opened = ctx.outputs["open"]
    if not opened:
        return {}
    paid = {one.collection_id for one in _collections(ctx) if one.is_paid}
    return {} if opened["collection"] in paid else None


def note(ctx: StepContext) -> Output:
    unmarked = Invoice.objects.filter(pk=ctx.payload["invoice"], collected_at=None)
    unmarked.update(collected_at=timezone.now())
    return {}


def settle_s(ctx: StepContext) -> float:
    """How long a look-up may still miss what was written: the adapter says."""
    with open_storefront(_invoice(ctx).order.storefront) as storefront:
        seconds: float = storefront.settle_s
    return seconds


def _invoice(ctx: StepContext) -> Invoice:
    rows = Invoice.objects.select_related("order__storefront", "order__erp")
    return rows.get(pk=ctx.payload["invoice"])


def _collections(ctx: StepContext) -> list[PaymentCollection]:
    order = _invoice(ctx).order
    with open_storefront(order.storefront) as storefront:
        return list(storefront.payment_collections(order.storefront_ref))


def _amount(ctx: StepContext) -> Decimal:
    return Decimal(ctx.outputs["plan"]["amount"])


def _is_for(one: PaymentCollection, ctx: StepContext) -> bool:
    """Whether it is for the planned amount, as people write it."""
    currency = _invoice(ctx).currency
    return round_half_up(one.amount, currency) == round_half_up(_amount(ctx), currency)


def _refuse_other_currency(invoice: Invoice, seen: StorefrontOrder) -> None:
    if invoice.currency != seen.currency:
        raise NeedsOperator(
            f"Invoice {invoice} is in {invoice.currency}, its order in {seen.currency}.",
            reason="invoice_in_other_currency",
            cause=f"invoice_in_other_currency:{invoice.pk}",
            hint="Mark the order as paid in the storefront by hand, then skip this job's steps.",
        )


COLLECT_INVOICE = register(
    JobKind(
        "collect_invoice",
        [
            StepSpec("plan", plan, on="storefront"),
            StepSpec("open", open_, on="storefront", find=find_opened, settle_s=settle_s),
            StepSpec("remember", remember, on=None),
            StepSpec("pay", pay, on="storefront", find=find_paid, settle_s=settle_s),
            StepSpec("note", note, on=None),
        ],
        on_move=note_move,
    )
)
