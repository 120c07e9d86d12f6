"""Orders of the account, with what the ERP says of them."""

import logging
import re
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from integrations.errors import PortalError
from integrations.models import Invoice, Order, Shipment
from quotes.models import Acceptance
from quotes.portal.access import BuyerRequest, buyer_required, of_account
from quotes.portal.rows import of_orders, order_of, orders_of, page_of
from quotes.portal.words import payment_of
from quotes.services import invoices

logger = logging.getLogger(__name__)


@require_GET
@buyer_required
def index(request: HttpRequest) -> HttpResponse:
    page = page_of(orders_of(request).order_by("-id"), request)
    return render(request, "portal/orders/list.html", {"page": page})


@require_GET
@buyer_required
def shipments(request: HttpRequest) -> HttpResponse:
    """Those of all orders, the newest first."""
    page = page_of(of_orders(Shipment.objects.all(), request).order_by("-id"), request)
    return render(request, "portal/orders/shipments.html", {"page": page})


@require_GET
@buyer_required
def invoices_of_all(request: HttpRequest) -> HttpResponse:
    """Invoices and credit notes of all orders, the newest first."""
    page = page_of(of_orders(Invoice.objects.all(), request).order_by("-id"), request)
    erps = {invoice.order.erp_id: invoice.order for invoice in page}
    printing = {erp: invoices.can_print(order) for erp, order in erps.items()}
    rows = [(one, *payment_of(one.payment_state), printing[one.order.erp_id]) for one in page]
    return render(request, "portal/orders/invoices.html", {"page": page, "rows": rows})


@require_GET
@buyer_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = order_of(request, pk)
    bills = [(invoice, *payment_of(invoice.payment_state)) for invoice in order.invoices.all()]
    told = {
        "order": order,
        "lines": order.lines.all(),
        "shipments": order.shipments.all(),
        "invoices": bills,
        "can_print": bool(bills) and invoices.can_print(order),
        "acceptance": _acceptance(request, order),
    }
    return render(request, "portal/orders/detail.html", told)


@require_GET
@buyer_required
def invoice_pdf(request: HttpRequest, pk: int, invoice_pk: int) -> HttpResponse:
    """The ERP's own print, through us: its link is a key that opens for everybody."""
    order = order_of(request, pk)
    invoice = get_object_or_404(order.invoices.select_related("order__erp"), pk=invoice_pk)
    try:
        paper = invoices.printed(invoice, actor=cast(BuyerRequest, request).buyer.email)
    except PortalError as broken:
        logger.warning("invoice_not_fetched invoice=%s error=%s", invoice.pk, broken)
        told = {"order": order, "invoice": invoice}
        return render(request, "portal/orders/no_invoice.html", told, status=503)
    answer = HttpResponse(paper.content, content_type=paper.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{safe_name(paper.name)}"'
    return answer


def safe_name(name: str) -> str:
    """What may stand in a header, whatever the ERP calls its files."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name.removesuffix(".pdf")).strip("-.")[:80] + ".pdf"


def _acceptance(request: HttpRequest, order: Order) -> Acceptance | None:
    """The accepted quote that the order came from."""
    rows = of_account(Acceptance.objects.select_related("quote"), request, "quote__account")
    return rows.filter(order_ref=order.storefront_ref).first()
