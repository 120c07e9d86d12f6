"""The first page: what waits for the buyer, and their latest orders."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quotes.models import BuyingRight
from quotes.portal.access import BuyerRequest, buyer_required
from quotes.portal.rows import orders_of, requests_of, versions_of
from quotes.states import RfqState, VersionState

AT_MOST = 5


@require_GET
@buyer_required
def home(request: HttpRequest) -> HttpResponse:
    person = cast(BuyerRequest, request).buyer
    open_ones = versions_of(request).filter(valid_until__gt=timezone.now()).defer("document")
    offers = open_ones.filter(state=VersionState.OFFERED).order_by("valid_until")
    pending = open_ones.filter(state=VersionState.ACCEPTANCE_PENDING).select_related("asked_by")
    is_approver = BuyingRight.objects.filter(buyer=person, may_approve=True).exists()
    questions = requests_of(request).filter(state=RfqState.INFO_REQUESTED)
    told = {
        "offers": offers[:AT_MOST],
        "approvals": pending.order_by("valid_until")[:AT_MOST] if is_approver else [],
        "questions": questions[:AT_MOST],
        "orders": orders_of(request).order_by("-id")[:AT_MOST],
    }
    return render(request, "portal/home.html", told)
