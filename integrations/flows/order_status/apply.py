"""Writes what the ERP reports of an order onto our rows. Repeatable; the newest truth wins."""

from django.db import transaction
from django.utils import timezone

from integrations.models import Invoice, Order, OrderLine, Shipment
from integrations.models.order import IN_ERP, OrderState
from integrations.records import OrderProgress, web_link


@transaction.atomic
def apply_progress(
    order: Order, progress: OrderProgress, *, actor: str, job_id: int
) -> list[Shipment]:
    """Brings state, lines, shipments and invoices to `progress`.

    Returns the shipments that the storefront does not have yet.
    """
    _lines(order, progress)
    shipments = _shipments(order, progress)
    _invoices(order, progress)
    Order.objects.filter(pk=order.pk).update(
        progress_at=timezone.now(),
        erp_number=progress.number,
        erp_total=progress.gross_total,
    )
    order.refresh_from_db()
    _move(order, progress, actor=actor, job_id=job_id)
    if order.state == OrderState.CANCELLED:
        return []
    return [shipment for shipment in shipments if not shipment.storefront_ref]


def _lines(order: Order, progress: OrderProgress) -> None:
    for line in progress.lines:
        if line.our_ref:
            OrderLine.objects.filter(order=order, line_id=line.our_ref).update(
                shipped=line.shipped, invoiced=line.invoiced, expected_on=line.expected_on
            )


def _shipments(order: Order, progress: OrderProgress) -> list[Shipment]:
    return [
        Shipment.objects.update_or_create(
            order=order,
            erp_ref=shipment.ref,
            defaults={
                "number": shipment.number,
                "shipped_at": shipment.shipped_at,
                "carrier": shipment.carrier[:80],
                "tracking_number": shipment.tracking_number[:120],
                "tracking_url": web_link(shipment.tracking_url)[:500],
                "lines": [[ref, str(quantity)] for ref, quantity in shipment.lines],
            },
        )[0]
        for shipment in progress.shipments
    ]


def _invoices(order: Order, progress: OrderProgress) -> None:
    for invoice in progress.invoices:
        Invoice.objects.update_or_create(
            order=order,
            erp_ref=invoice.ref,
            defaults={
                "number": invoice.number,
                "kind": invoice.kind,
                "issued_on": invoice.issued_on,
                "due_on": invoice.due_on,
                "currency": invoice.currency,
                "gross_total": invoice.gross_total,
                "open_amount": invoice.open_amount,
                "payment_state": invoice.payment_state,
            },
        )


def _move(order: Order, progress: OrderProgress, *, actor: str, job_id: int) -> None:
    to = progress.state
    if to == OrderState.CANCELLED:
        movable = IN_ERP | {OrderState.HELD}
    else:
        # A held order stays held: its reason is about something a person has to decide.
        movable = IN_ERP if to in IN_ERP else frozenset()
    if order.state in movable and order.state != to:
        order.move(to, actor=actor, job_id=job_id, reason=f"the ERP says {to.replace('_', ' ')}")
