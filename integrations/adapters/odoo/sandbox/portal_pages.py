"""The customer pages of an invoice: whoever has the token sees it, nobody else does."""

import uuid

from integrations.adapters.odoo.sandbox.computed import invoice_residual, invoice_total
from integrations.adapters.odoo.sandbox.store import Row, Store
from integrations.standin import Request, Response
from integrations.standin.paper import pdf

MODEL = "account.move"
_TO_SIGN_IN = (
    "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n"
    '<p>You should be redirected automatically to the target URL: <a href="/my">/my</a>. If not, '
    "click the link.\n"
)


def link(store: Store, invoice_id: int, suffix: str, *, report_type: str, download: bool) -> str:
    token = store.get(MODEL, invoice_id)["access_token"]
    if not token:
        token = str(uuid.uuid4())
        store.update(MODEL, invoice_id, {"access_token": token})
    report = f"&report_type={report_type}" if report_type else ""
    return (
        f"/my/invoices/{invoice_id}{suffix}?access_token={token}{report}"
        f"{'&download=true' if download else ''}"
    )


def page(store: Store, request: Request) -> Response:
    """The PDF, the page around it, or the way to the sign-in."""
    number = request.path_values["invoice"]
    row_id = int(number) if number.isdigit() else 0
    if not store.exists(MODEL, row_id) or not _opens(store.get(MODEL, row_id), request):
        return Response(303, text=_TO_SIGN_IN, headers={"Location": "/my"})
    invoice = store.get(MODEL, row_id)
    if request.param("report_type") != "pdf":
        return Response(200, text=f"<!DOCTYPE html>\n<title>{invoice['name']}</title>\n")
    name = str(invoice["name"]).replace("/", "_")
    kind = "attachment" if request.param("download") else "inline"
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": f"{kind}; filename*=UTF-8''{name}.pdf",
    }
    return Response(200, content=pdf(_lines(store, invoice)), headers=headers)


def _opens(invoice: Row, request: Request) -> bool:
    return (
        bool(invoice["access_token"]) and request.param("access_token") == invoice["access_token"]
    )


def _lines(store: Store, invoice: Row) -> list[str]:
    currency = store.get("res.currency", invoice["currency_id"])["name"]
    word = "Credit note" if invoice["move_type"] == "out_refund" else "Invoice"
    return [
        f"{word} {invoice['name']}",
        str(store.get("res.partner", invoice["partner_id"])["name"]),
        f"Date: {invoice['invoice_date']}",
        f"Due: {invoice['invoice_date_due']}",
        f"Order: {invoice['invoice_origin']}",
        f"Total: {invoice_total(store, MODEL, invoice, ''):.2f} {currency}",
        f"Open: {invoice_residual(store, MODEL, invoice, ''):.2f} {currency}",
    ]
