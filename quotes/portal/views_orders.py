"""Orders of the account, with what the ERP says of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from integrations.models import Order
from quotes.models import Acceptance
from quotes.portal.access import buyer_required, of_account
from quotes.portal.rows import order_of, orders_of, page_of
from quotes.portal.words import payment_of


@require_GET
@buyer_required
def index(request: HttpRequest) -> HttpResponse:
    page = page_of(orders_of(request).order_by("-id"), request)
    return render(request, "portal/orders/list.html", {"page": page})


@require_GET
@buyer_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = order_of(request, pk)
    invoices = [(invoice, *payment_of(invoice.payment_state)) for invoice in order.invoices.all()]
    told = {
        "order": order,
        "lines": order.lines.all(),
        "shipments": order.shipments.all(),
        "invoices": invoices,
        "acceptance": _acceptance(request, order),
    }
    return render(request, "portal/orders/detail.html", told)


def _acceptance(request: HttpRequest, order: Order) -> Acceptance | None:
    """The accepted quote that the order came from."""
    rows = of_account(Acceptance.objects.select_related("quote"), request, "quote__account")
    return rows.filter(order_ref=order.storefront_ref).first()
