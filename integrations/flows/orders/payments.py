"""The job that tells the ERP of captured payments, each amount once.

A payment may be captured in parts and refunded: what was told is kept per payment, and the
difference is told under a reference that names both sums.
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


def start_untold(order: Order, *, actor: str) -> list[SyncJob]:
    """One job per payment whose captured sum the ERP has not been told. Repeatable."""
    return [
        start_job(
            "record_payment",
            key=order.key,
            actor=actor,
            resources=resources_of(order),
            payload={"order": order.pk, "payment": payment.pk},
            dedupe_key=f"payment:{payment.pk}:{_sums(payment)}",
        )
        for payment in order.payments.all()
        if _net(payment) != payment.told_amount
    ]


def record(ctx: StepContext) -> Mapping[str, Any]:
    """Tells the ERP what is new since the last time; nothing when it knows all."""
    order = order_of(ctx.payload)
    payment = Payment.objects.get(pk=ctx.payload["payment"])
    net = _net(payment)
    amount = _untold(payment)
    if not amount or not order.is_in_erp:
        return {}
    amount = _edited(ctx, payment, amount)
    notice = PaymentNotice(
        our_ref=f"{payment.storefront_ref}:{_sums(payment)}",
        amount=amount,
        currency=payment.currency,
        provider=payment.provider,
        captured_at=payment.captured_at or timezone.now(),
    )
    require_writing(order)
    with open_erp(erp_of(order), RecordsPayments) as adapter:
        ctx.checkpoint()
        ref: str = adapter.record_payment(order.erp_ref, notice)
    Payment.objects.filter(pk=payment.pk).update(told_amount=net, erp_ref=ref)
    return {"ref": ref, "amount": str(amount)}


def _untold(payment: Payment) -> Decimal:
    return round_half_up(_net(payment) - payment.told_amount, payment.currency)


def _edited(ctx: StepContext, payment: Payment, amount: Decimal) -> Decimal:
    """The amount that two people agreed to book, if what it was agreed for still holds."""
    if not ctx.payload.get("amount"):
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
    payment = Payment.objects.get(pk=job.payload["payment"])
    untold = _untold(payment)
    if value * untold <= 0 or abs(value) > abs(untold):
        raise ValueError(
            f"{untold} {payment.currency} is to be told; only a part of it can be booked."
        )
    if value != round_half_up(value, payment.currency):
        raise ValueError(f"{payment.currency} has fewer digits.")


def _untold_now(job: SyncJob) -> str:
    return str(_untold(Payment.objects.get(pk=job.payload["payment"])))


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


def _sums(payment: Payment) -> str:
    """Names this state of a payment. The net alone would not: 5 − 2 + 2 is 5 again."""
    return f"{payment.captured_amount.normalize():f}-{payment.refunded_amount.normalize():f}"


def _net(payment: Payment) -> Decimal:
    """What is captured and not refunded, as people write it: the storefront does not round."""
    return round_half_up(payment.captured_amount - payment.refunded_amount, payment.currency)


RECORD_PAYMENT = register(
    JobKind(
        "record_payment",
        [StepSpec("record", record, on="erp")],
        on_parked=hold_parked,
        on_move=note_move,
        editable=EDITABLE,
    )
)
