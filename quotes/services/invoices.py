"""Invoices as the ERP prints them, fetched for a buyer who waits, and kept for a short while."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from integrations.engine import beat, clock
from integrations.errors import NeedsOperator, Unavailable
from integrations.gateways import has_ability, open_erp
from integrations.models import Invoice, Order
from integrations.ports import PrintsInvoices
from integrations.records import Document
from quotes.models import InvoiceCopy

logger = logging.getLogger(__name__)

PDF = "application/pdf"
EVERY_S, AT_MOST = 300.0, 100


def can_print(order: Order) -> bool:
    """Whether its ERP hands out printed invoices at all. Asks no remote."""
    return order.erp is not None and has_ability(order.erp, PrintsInvoices)


def printed(invoice: Invoice, *, actor: str) -> Document:
    """The PDF of the invoice; whoever asks must have seen to it that they may see it.

    Waits for the ERP for INVOICE_WAIT_S at most. Raises what the ERP's adapter raises: also
    while its connection is paused, for a document of another kind, and for one that is too large.
    """
    known = InvoiceCopy.objects.filter(
        invoice=invoice, payment_state=invoice.payment_state, fetched_at__gt=_oldest()
    ).first()
    if known is not None:
        return Document(name=known.name, media_type=PDF, content=bytes(known.content))
    found = _fetched(invoice, actor)
    InvoiceCopy.objects.update_or_create(
        invoice=invoice,
        defaults={
            "payment_state": invoice.payment_state,
            "name": found.name[:100],
            "content": found.content,
            "fetched_at": clock.now(),
        },
    )
    logger.info("invoice_fetched invoice=%s bytes=%s", invoice.pk, len(found.content))
    return found


def _fetched(invoice: Invoice, actor: str) -> Document:
    order = invoice.order
    if order.erp is None:
        raise NeedsOperator(f"{order} has no ERP.", reason="no_erp")
    with open_erp(order.erp, PrintsInvoices, actor=actor, within_s=settings.INVOICE_WAIT_S) as erp:
        found: Document = erp.invoice_document(
            invoice.erp_ref, number=invoice.number, most_bytes=settings.INVOICE_MAX_BYTES
        )
    if found.media_type != PDF or not found.content.startswith(b"%PDF-"):
        raise Unavailable(f"What {order.erp.name} gave for {invoice} is no PDF.")
    return found


def forget_old_copies() -> int:
    """Deletes copies that are shown to nobody any more; how many. Run by the beat."""
    old = InvoiceCopy.objects.filter(fetched_at__lte=_oldest()).order_by("fetched_at")
    chosen = list(old.values_list("pk", flat=True)[:AT_MOST])
    return InvoiceCopy.objects.filter(pk__in=chosen).delete()[0] if chosen else 0


def _oldest() -> datetime:
    return clock.now() - timedelta(seconds=settings.INVOICE_KEEP_S)


def register_all() -> None:
    """Has the beat forget copies. Safe to repeat."""
    beat.register("forget_invoices", EVERY_S, forget_old_copies)
