"""What accounting does: invoices from orders, posting, payments, credit notes."""

from datetime import timedelta
from decimal import Decimal

from integrations.adapters.odoo.sandbox.computed import (
    invoice_residual,
    invoice_total,
    line_to_invoice,
    order_currency,
    order_invoices,
)
from integrations.adapters.odoo.sandbox.faults import user_error
from integrations.adapters.odoo.sandbox.store import Row, Store

_NOTHING = (
    "Cannot create an invoice. No items are available to invoice.\n\nTo resolve this issue, please "
    "ensure that:\n   • The products have been delivered before attempting to invoice them.\n"
)


def invoice_order(store: Store, order_id: int) -> int:
    """A draft invoice of what can be invoiced; returns its id."""
    order = store.get("sale.order", order_id)
    lines = [
        (line, quantity)
        for line in store.find("sale.order.line", "order_id", order_id)
        if (quantity := line_to_invoice(store, "sale.order.line", line, ""))
    ]
    if not lines:
        raise user_error(_NOTHING)
    invoice = store.insert("account.move", _invoice_values(store, order))
    for line, quantity in lines:
        store.insert("account.move.line", _invoice_line(invoice["id"], line, quantity))
    store.update("sale.order", order_id, {})
    return int(invoice["id"])


def _invoice_values(store: Store, order: Row) -> Row:
    term = order["payment_term_id"]
    days = int(store.get("account.payment.term", term)["due_days"]) if term else 0
    return {
        "name": False,
        "state": "draft",
        "currency_id": order_currency(store, "sale.order", order, ""),
        "company_id": order["company_id"],
        "partner_id": order["partner_invoice_id"],
        "invoice_date_due": store.now().date() + timedelta(days=days),
        "invoice_origin": order["name"],
        "ref": order["client_order_ref"],
    }


def _invoice_line(invoice_id: int, line: Row, quantity: Decimal) -> Row:
    return {
        "move_id": invoice_id,
        "product_id": line["product_id"],
        "quantity": quantity,
        "price_unit": line["price_unit"],
        "discount": line["discount"],
        "tax_ids": line["tax_ids"],
        "sale_line_ids": [line["id"]],
        "of_sale_line": line["id"],
    }


def post(store: Store, invoice_id: int) -> None:
    """Moves the invoice's write_date, not that of the order."""
    invoice = store.get("account.move", invoice_id)
    if invoice["state"] != "draft":
        raise user_error(f"The entry {invoice['name']} (id {invoice_id}) must be in draft.")
    prefix = "RINV" if invoice["move_type"] == "out_refund" else "INV"
    number = store.next_number(f"{prefix}/{store.now().year}/", 5)
    store.update(
        "account.move",
        invoice_id,
        {
            "state": "posted",
            "name": number,
            "payment_reference": number if prefix == "INV" else False,
            "invoice_date": store.now().date(),
        },
    )


def pay(
    store: Store, invoice_id: int, amount: Decimal | None = None, *, awaits_bank: bool = False
) -> None:
    """Books a payment; None: all that is open. `awaits_bank`: in_payment instead of paid."""
    invoice = store.get("account.move", invoice_id)
    if invoice["state"] != "posted":
        raise user_error("You can only register payments for posted journal entries.")
    open_amount = invoice_residual(store, "account.move", invoice, "")
    paid = min(open_amount, Decimal(str(amount)) if amount is not None else open_amount)
    whole = "in_payment" if awaits_bank else "paid"
    store.update(
        "account.move",
        invoice_id,
        {
            "amount_paid": Decimal(invoice["amount_paid"]) + paid,
            "payment_state": whole if paid == open_amount else "partial",
        },
    )


def credit_note(
    store: Store,
    invoice_id: int,
    *,
    reason: str = "",
    is_posted: bool = True,
    reconcile: bool = False,
) -> int:
    """A refund of the whole invoice; returns its id. Reconciled with an unpaid invoice, both
    are settled and the invoice is `reversed`; a paid one stays `paid`."""
    invoice = store.get("account.move", invoice_id)
    refund = store.insert("account.move", _refund_values(store, invoice, reason))
    for line in store.find("account.move.line", "move_id", invoice_id):
        fresh = {name: value for name, value in line.items() if name != "id"}
        store.insert("account.move.line", {**fresh, "move_id": refund["id"]})
    store.update("account.move", invoice_id, {})
    _touch_orders(store, invoice_id)
    if is_posted:
        post(store, refund["id"])
    if reconcile:
        _reconcile(store, invoice_id, refund["id"])
    return int(refund["id"])


def _refund_values(store: Store, invoice: Row, reason: str) -> Row:
    today = store.now().date()
    return {
        "currency_id": invoice["currency_id"],
        "company_id": invoice["company_id"],
        "partner_id": invoice["partner_id"],
        "invoice_origin": invoice["invoice_origin"],
        "name": False,
        "state": "draft",
        "move_type": "out_refund",
        "ref": f"Reversal of: {invoice['name']}, {reason}".rstrip(", "),
        "invoice_date": today,
        "invoice_date_due": today,
        "reversed_entry_id": invoice["id"],
    }


def _reconcile(store: Store, invoice_id: int, refund_id: int) -> None:
    for move_id, state in ((invoice_id, "reversed"), (refund_id, "paid")):
        total = invoice_total(store, "account.move", store.get("account.move", move_id), "")
        store.update("account.move", move_id, {"amount_paid": total, "payment_state": state})


def _touch_orders(store: Store, invoice_id: int) -> None:
    for line in store.find("account.move.line", "move_id", invoice_id):
        order_id = store.get("sale.order.line", line["of_sale_line"])["order_id"]
        store.update("sale.order", order_id, {})


def draft_invoices(store: Store, order_id: int) -> list[int]:
    ids = order_invoices(store, "sale.order", store.get("sale.order", order_id), "")
    return [one for one in ids if store.get("account.move", one)["state"] == "draft"]


def cancel_drafts(store: Store, order_id: int) -> None:
    for invoice_id in draft_invoices(store, order_id):
        store.update("account.move", invoice_id, {"state": "cancel"})
