"""Credit of customers: what they may owe, what they owe, and the warning on an order."""

from decimal import Decimal

from integrations.adapters.odoo.sandbox.amounts import AmountLine, order_totals, rounded
from integrations.adapters.odoo.sandbox.computed import (
    amount_line,
    commercial_partner,
    company_currency,
    invoice_residual,
    line_to_invoice,
    order_currency,
    order_total,
    rounds_per_line,
)
from integrations.adapters.odoo.sandbox.store import Row, Store


def _company(store: Store) -> Row:
    return next(iter(store.table("res.company").values()))


def _default_limit(store: Store) -> Decimal:
    # no field of the company: a user reads it only through the partners it holds for
    return Decimal(str(_company(store).get("default_credit_limit") or 0))


def credit_limit_of(store: Store, model: str, row: Row, name: str) -> Decimal:
    """The partner's own, 0 included; else the default of the company. 0 means no limit."""
    own = row.get("credit_limit")
    return _default_limit(store) if own is None or own is False else Decimal(str(own))


def has_own_limit(store: Store, model: str, row: Row, name: str) -> bool:
    return credit_limit_of(store, model, row, name) != _default_limit(store)


def receivable(store: Store, model: str, row: Row, name: str) -> Decimal:
    """Posted and unpaid, credit notes taken off; in the company's currency."""
    total = Decimal(0)
    for invoice in store.table("account.move").values():
        if invoice["state"] == "posted" and _is_theirs(store, invoice["partner_id"], row):
            sign = -1 if invoice["move_type"] == "out_refund" else 1
            residual = invoice_residual(store, "account.move", invoice, "amount_residual")
            total += sign * _in_company(store, residual, invoice["currency_id"])
    return total


def credit_to_invoice(store: Store, model: str, row: Row, name: str) -> Decimal:
    """Confirmed and invoiceable now: goods that are invoiced on delivery count when they left."""
    total = Decimal(0)
    for order in store.table("sale.order").values():
        if order["state"] == "sale" and _is_theirs(store, order["partner_id"], row):
            amount = _to_invoice(store, order)
            total += _in_company(store, amount, order_currency(store, "sale.order", order, ""))
    return total


def _to_invoice(store: Store, order: Row) -> Decimal:
    lines = []
    for line in store.find("sale.order.line", "order_id", order["id"]):
        quantity = line_to_invoice(store, "sale.order.line", line, "")
        known = amount_line(store, line)
        if quantity > 0:
            lines.append(
                AmountLine(
                    quantity=quantity,
                    price_unit=known.price_unit,
                    discount=known.discount,
                    taxes=known.taxes,
                )
            )
    return order_totals(lines, per_line=rounds_per_line(store), digits=2).gross


def _is_theirs(store: Store, partner_id: int, row: Row) -> bool:
    partner = store.get("res.partner", partner_id)
    return commercial_partner(store, "res.partner", partner, "") == row["id"]


def _in_company(store: Store, amount: Decimal, currency_id: int) -> Decimal:
    theirs = Decimal(store.get("res.currency", currency_id)["rate"])
    ours = Decimal(store.get("res.currency", company_currency(store, "", {}, ""))["rate"])
    return rounded(amount * ours / theirs, 2)


def credit_warning(store: Store, model: str, row: Row, name: str) -> str:
    """Of a draft; Odoo only warns. Empty while the switch of the company is off."""
    if not _company(store)["account_use_credit_limit"] or not row["partner_id"]:
        return ""
    contact = store.get("res.partner", row["partner_id"])
    whole = store.get("res.partner", commercial_partner(store, "", contact, ""))
    limit = credit_limit_of(store, "", whole, "")
    waiting = credit_to_invoice(store, "", whole, "")
    order_amount = order_total(store, model, row, "amount_total")
    here = _in_company(store, order_amount, order_currency(store, model, row, ""))
    total = receivable(store, "", whole, "") + waiting + here
    if not limit or total <= limit or row["state"] not in {"draft", "sent"}:
        return ""
    counted = [
        word for word, amount in (("sales orders", waiting), ("this document", here)) if amount
    ]
    including = f" (including {' and '.join(counted)})" if counted else ""
    return (
        f"{whole['name']} has reached its credit limit of: {_told(store, limit)}\n"
        f"Total amount due{including}: {_told(store, total)}"
    )


def _told(store: Store, amount: Decimal) -> str:
    symbol = store.get("res.currency", company_currency(store, "", {}, ""))["symbol"]
    return f"{symbol}\u00a0{amount:,.2f}"


def sale_warning(store: Store, model: str, row: Row, name: str) -> str:
    if not row["partner_id"]:
        return ""
    partner = store.get("res.partner", row["partner_id"])
    words = partner["sale_warn_msg"]
    return f"{partner['name']} - {words}" if words else ""


CREDIT_COMPUTES = {
    one.__name__: one
    for one in (
        credit_limit_of,
        has_own_limit,
        receivable,
        credit_to_invoice,
        credit_warning,
        sale_warning,
    )
}
