"""Files of a request, for the buyers of its account. Everybody else gets 404.

POST /portal/requests/<number>/attachments         adds one, and goes back to `next`
GET  /portal/requests/<number>/attachments/<id>    downloads one
"""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quotes.actors import buyer as as_buyer
from quotes.downloads import served
from quotes.models import Attachment, Rfq
from quotes.numbers import pk_of
from quotes.portal.access import BuyerRequest, buyer_required, of_account, safe_next
from quotes.portal.forms_attachment import AttachmentForm
from quotes.services.attachments import BadFile, add_attachment, open_attachment


@require_POST
@buyer_required
def add(request: HttpRequest, number: str) -> HttpResponse:
    rfq = _rfq(request, number)
    form = AttachmentForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect(_back(request))
    actor = as_buyer(cast(BuyerRequest, request).buyer)
    try:
        added = add_attachment(rfq, actor=actor, upload=form.cleaned_data["file"])
    except BadFile as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, _("%(name)s was added.") % {"name": added.name})
    return redirect(_back(request))


@require_GET
@buyer_required
def download(request: HttpRequest, number: str, pk: int) -> FileResponse:
    own = of_account(Attachment.objects.select_related("rfq"), request, "rfq__account")
    attachment = get_object_or_404(own, pk=pk, rfq_id=pk_of("RFQ", number))
    try:
        content = open_attachment(attachment, buyer=cast(BuyerRequest, request).buyer)
    except FileNotFoundError as exc:
        raise Http404("The file is gone.") from exc
    return served(attachment, content)


def _rfq(request: HttpRequest, number: str) -> Rfq:
    return get_object_or_404(of_account(Rfq.objects.all(), request), pk=pk_of("RFQ", number))


def _back(request: HttpRequest) -> str:
    return safe_next(request, request.POST.get("next", ""))
