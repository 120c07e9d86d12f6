"""The job that tells the ERP of captured payments, each amount once.

A payment may be captured in parts and refunded: what was told is kept per payment, and the
difference is told under a reference that names both sums.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
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
    amount = round_half_up(net - payment.told_amount, payment.currency)
    if not amount or not order.is_in_erp:
        return {}
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
    )
)
