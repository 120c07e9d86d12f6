"""Passing an offer on to a colleague."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from integrations.models import Buyer
from quotes.errors import QuoteError
from quotes.models import Version
from quotes.portal import words
from quotes.portal.access import BuyerRequest, buyer_required
from quotes.portal.forms_forward import ForwardForm
from quotes.portal.rows import version_of
from quotes.portal.views_signin import GET_OR_POST
from quotes.services import forwarding


@require_http_methods(GET_OR_POST)
@buyer_required
def forward(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    version, person = version_of(request, pk, revision), cast(BuyerRequest, request).buyer
    form = ForwardForm(request.POST or None, colleagues=forwarding.colleagues_of(person))
    if request.method != "POST" or not form.is_valid():
        return _page(request, version, form, status=422 if request.method == "POST" else 200)
    try:
        forwarding.forward(version, person=person, **form.cleaned_data)
    except QuoteError as refused:
        form.add_error(None, words.refusal(refused))
        return _page(request, version, form, status=words.status_of(refused))
    messages.success(request, _told(form.cleaned_data["to"], form.cleaned_data["address"]))
    return redirect("portal:version", pk=pk, revision=revision)


def _told(to: Buyer | None, address: str) -> str:
    """Of a typed address the same in every case: it does not tell who is known."""
    if to is not None:
        return _("%(who)s gets a mail with the way to this quote.") % {"who": to.email}
    return _("We have told %(address)s, if they buy for your company.") % {"address": address}


def _page(
    request: HttpRequest, version: Version, form: ForwardForm, *, status: int
) -> HttpResponse:
    colleagues = form.fields["to"].queryset  # type: ignore[attr-defined]
    told = {
        "version": version,
        "quote": version.quote,
        "form": form,
        "has_colleagues": colleagues.exists(),
    }
    return render(request, "portal/quotes/forward.html", told, status=status)
