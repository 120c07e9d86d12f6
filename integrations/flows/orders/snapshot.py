"""Writes what the storefront says of an order onto our rows. Repeatable; knows no remote."""

import hashlib
import json

from django.db import transaction

from integrations.models import Order, OrderLine, Payment
from integrations.records import StorefrontOrder
from integrations.records.codec import to_json

PO_KEYS = ("po_number", "purchase_order", "po")


@transaction.atomic
def store(order: Order, seen: StorefrontOrder) -> None:
    """Brings the order's header, lines and payments to `seen`. Progress fields are kept."""
    order.display_id = seen.display_id
    order.storefront_version = seen.version
    order.placed_at, order.storefront_updated_at = seen.placed_at, seen.updated_at
    order.email, order.customer_id = seen.email, seen.customer_id or ""
    order.company = (seen.bill_to.company or seen.ship_to.company)[:200]
    order.po_number = po_number(seen)[:100]
    order.currency = seen.currency
    order.gross_total, order.tax_total = seen.gross_total, seen.tax_total
    order.seen_digest = seen.digest
    order.save(
        update_fields=[
            "display_id",
            "storefront_version",
            "placed_at",
            "storefront_updated_at",
            "email",
            "customer_id",
            "seen_digest",
            "company",
            "po_number",
            "currency",
            "gross_total",
            "tax_total",
        ]
    )
    _store_lines(order, seen)
    _store_payments(order, seen)


def po_number(seen: StorefrontOrder) -> str:
    """The buyer's own order number from the order's metadata, or an empty text."""
    found = (seen.metadata.get(key) for key in PO_KEYS)
    return next((str(value) for value in found if value), "")


def digest(seen: StorefrontOrder) -> str:
    """A fingerprint of what an ERP would be sent: lines, prices, taxes, addresses, currency."""
    shown = to_json(seen)
    kept = {name: shown[name] for name in ("currency", "gross_total", "ship_to", "bill_to")}
    kept["lines"] = [
        {
            name: value
            for name, value in line.items()
            if name not in {"fulfilled_quantity", "shipped_quantity"}
        }
        for line in shown["lines"]
    ]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _store_lines(order: Order, seen: StorefrontOrder) -> None:
    for line in seen.lines:
        OrderLine.objects.update_or_create(
            order=order,
            line_id=line.line_id,
            defaults={
                "kind": line.kind,
                "sku": line.sku[:120],
                "title": line.title[:300],
                "quantity": line.quantity,
                "net_subtotal": line.net_subtotal,
                "net_discount": line.net_discount,
                "tax_total": line.tax_total,
                "gross_total": line.gross_total,
            },
        )
    order.lines.exclude(line_id__in=[line.line_id for line in seen.lines]).delete()


def _store_payments(order: Order, seen: StorefrontOrder) -> None:
    invoices = order.invoices.exclude(collection_ref="")
    from_erp = set(invoices.values_list("collection_ref", flat=True))
    for payment in seen.payments:
        Payment.objects.update_or_create(
            order=order,
            storefront_ref=payment.payment_id,
            defaults={
                "provider": payment.provider[:80],
                "currency": seen.currency,
                "amount": payment.amount,
                "captured_amount": payment.captured_amount,
                "refunded_amount": payment.refunded_amount,
                "captured_at": payment.captured_at,
                "is_from_erp": payment.collection_id in from_erp,
            },
        )
