"""The job that tells the ERP of captured payments, each amount once.

A payment may be captured in parts and refunded: what was told is kept per payment, and the
difference is told under a reference that names both sums. What the ERP itself reported, as a
paid invoice, it is not told.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.editable import EditableField, FieldType
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.flows.issues import note_move
from integrations.flows.orders.working import (
    erp_of,
    hold_parked,
    order_of,
    require_writing,
    resources_of,
)
from integrations.flows.totals.currency import round_half_up
from integrations.gateways import open_erp
from integrations.models import Order, Payment
from integrations.ports import RecordsPayments
from integrations.records import PaymentNotice

Output = Mapping[str, Any]
Sums = tuple[Decimal, Decimal]  # captured, refunded


def start_untold(order: Order, *, actor: str) -> list[SyncJob]:
    """One job per payment whose captured sum the ERP has not been told. Repeatable."""
    return [
        start_job(
            "record_payment",
            key=order.key,
            actor=actor,
            resources=resources_of(order),
            payload={
                "order": order.pk,
                "payment": payment.pk,
                "captured": str(payment.captured_amount),
                "refunded": str(payment.refunded_amount),
            },
            dedupe_key=f"payment:{payment.pk}:{_named(*_now(payment))}",
        )
        for payment in order.payments.filter(is_from_erp=False)
        if _net(payment.currency, *_now(payment)) != payment.told_amount
    ]


def record(ctx: StepContext) -> Output:
    """Tells the ERP what is new since the last time; nothing when it knows all."""
    order, payment = order_of(ctx.payload), _payment(ctx)
    notice = _notice(payment, ctx)
    if not notice.amount or not order.is_in_erp:
        return {}
    require_writing(order)
    with open_erp(erp_of(order), RecordsPayments) as adapter:
        ctx.checkpoint()
        ref: str = adapter.record_payment(order.erp_ref, notice)
    return {"ref": ref, "amount": str(notice.amount)}


def find(ctx: StepContext) -> Output | None:
    """What an earlier try told the ERP, whose answer was lost."""
    order, payment = order_of(ctx.payload), _payment(ctx)
    notice = _notice(payment, ctx)
    if not notice.amount or not order.is_in_erp:
        return {}
    with open_erp(erp_of(order), RecordsPayments) as adapter:
        ref: str | None = adapter.find_payment(order.erp_ref, notice)
    return None if ref is None else {"ref": ref, "amount": str(notice.amount)}


def settle_s(ctx: StepContext) -> float:
    """How long a look-up may still miss what was told: the adapter says."""
    with open_erp(erp_of(order_of(ctx.payload)), RecordsPayments) as adapter:
        seconds: float = adapter.settle_s
    return seconds


def keep(ctx: StepContext) -> Output:
    """Writes down what the ERP knows now. A step of its own, for what was told may be found."""
    told = ctx.outputs["record"]
    payment = _payment(ctx)
    if "ref" in told:
        net = _net(payment.currency, *_sums(payment, ctx.payload))
        Payment.objects.filter(pk=payment.pk).update(told_amount=net, erp_ref=told["ref"])
    return {}


def _payment(ctx: StepContext) -> Payment:
    return Payment.objects.get(pk=ctx.payload["payment"])


def _notice(payment: Payment, ctx: StepContext) -> PaymentNotice:
    """The same at every try, whatever was captured since: it is looked for by its name."""
    sums = _sums(payment, ctx.payload)
    return PaymentNotice(
        our_ref=f"{payment.storefront_ref}:{_named(*sums)}",
        amount=_edited(ctx, payment, _untold(payment, ctx.payload)),
        currency=payment.currency,
        provider=payment.provider,
        captured_at=payment.captured_at or timezone.now(),
    )


def _sums(payment: Payment, payload: Mapping[str, Any]) -> Sums:
    """Captured and refunded when the job was asked for; now, for a job older than its sums."""
    if "captured" not in payload:
        return _now(payment)
    return Decimal(payload["captured"]), Decimal(payload["refunded"])


def _untold(payment: Payment, payload: Mapping[str, Any]) -> Decimal:
    told_now = _net(payment.currency, *_sums(payment, payload))
    return round_half_up(told_now - payment.told_amount, payment.currency)


def _edited(ctx: StepContext, payment: Payment, amount: Decimal) -> Decimal:
    """The amount that two people agreed to book, if what it was agreed for still holds."""
    if not amount or not ctx.payload.get("amount"):
        return amount
    if Decimal(ctx.payload["amount_for"]) != amount:
        raise NeedsOperator(
            f"Booking {ctx.payload['amount']} {payment.currency} was agreed when "
            f"{ctx.payload['amount_for']} was to be told; it is {amount} now.",
            reason="agreed_amount_outdated",
            cause=f"agreed_amount_outdated:{payment.storefront_ref}",
            hint="Edit this job: empty the amount, or agree on a new one.",
        )
    return Decimal(ctx.payload["amount"])


def _is_part_of_it(value: Decimal, job: SyncJob) -> None:
    payment, untold = _payment_and_untold(job)
    if value * untold <= 0 or abs(value) > abs(untold):
        raise ValueError(
            f"{untold} {payment.currency} is to be told; only a part of it can be booked."
        )
    if value != round_half_up(value, payment.currency):
        raise ValueError(f"{payment.currency} has fewer digits.")


def _untold_now(job: SyncJob) -> str:
    return str(_payment_and_untold(job)[1])


def _payment_and_untold(job: SyncJob) -> tuple[Payment, Decimal]:
    payment = Payment.objects.get(pk=job.payload["payment"])
    return payment, _untold(payment, job.payload)


EDITABLE = (
    EditableField(
        "amount",
        "Amount to book in the ERP",
        FieldType.DECIMAL,
        feeds="record",
        is_money=True,
        sends=True,
        check=_is_part_of_it,
        pins={"amount_for": _untold_now},
        help="Instead of all that was captured: less a fee, or a part that is booked already.",
    ),
)


def _now(payment: Payment) -> Sums:
    return payment.captured_amount, payment.refunded_amount


def _named(captured: Decimal, refunded: Decimal) -> str:
    """Names this state of a payment. The net alone would not: 5 − 2 + 2 is 5 again."""
    return f"{captured.normalize():f}-{refunded.normalize():f}"


def _net(currency: str, captured: Decimal, refunded: Decimal) -> Decimal:
    """What is captured and not refunded, as people write it: the storefront does not round."""
    return round_half_up(captured - refunded, currency)


RECORD_PAYMENT = register(
    JobKind(
        "record_payment",
        [
            StepSpec("record", record, on="erp", find=find, settle_s=settle_s),
            StepSpec("keep", keep, on=None),
        ],
        on_parked=hold_parked,
        on_move=note_move,
        editable=EDITABLE,
    )
)
