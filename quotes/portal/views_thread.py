"""Somebody without access writes about the one request that they sent, until it is closed.

GET  /portal/request/open/<token>    from a mail: lets this browser at the request, and goes there
GET  /portal/request/thread          what was said, and the forms
POST /portal/request/thread/say      a word, or the answer to sales' question
POST /portal/request/thread/files    one file

The browser keeps which link it came with; whether that still opens anything is asked each time.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quotes.actors import Actor
from quotes.errors import QuoteError
from quotes.models import PortalToken, Rfq
from quotes.portal import words
from quotes.portal.forms_attachment import AttachmentForm
from quotes.portal.forms_thread import WordForm
from quotes.services import rfqs
from quotes.services.attachments import BadFile, add_attachment
from quotes.signin import threads
from quotes.states import RfqState, Who

LINK = "portal_thread"  # the id of the link that this browser came with
PAGE, ENDED_PAGE = "portal/request/thread.html", "portal/request/link_ended.html"


@never_cache
@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    row = threads.find(token, now=timezone.now())
    if row is None:
        return render(request, ENDED_PAGE, status=410)
    remember(request, row)
    return redirect("portal:thread")


@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    return _page(request, _rfq(request))


@never_cache
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    rfq = _rfq(request)
    form = WordForm(request.POST)
    if not form.is_valid():
        return _page(request, rfq, form=form, status=422)
    text, asker = form.cleaned_data["text"], _asker(rfq)
    try:
        if rfq.state == RfqState.INFO_REQUESTED:
            rfqs.answer_sales(rfq, actor=asker, text=text)
        else:
            rfqs.say(rfq, actor=asker, text=text, is_from_buyer=True)
    except QuoteError as refused:
        rfq = _rfq(request)
        return _page(request, rfq, form=form, refused=refused, status=words.status_of(refused))
    messages.success(request, _("Your message is sent."))
    return redirect("portal:thread")


@never_cache
@require_POST
def add_file(request: HttpRequest) -> HttpResponse:
    rfq = _rfq(request)
    form = AttachmentForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect("portal:thread")
    try:
        added = add_attachment(rfq, actor=_asker(rfq), upload=form.cleaned_data["file"])
    except BadFile as bad:
        messages.error(request, str(bad))
    else:
        messages.success(request, _("%(name)s was added.") % {"name": added.name})
    return redirect("portal:thread")


def let_in(request: HttpRequest, rfq: Rfq) -> None:
    """Lets the browser whose user just showed that they read the mailbox at their request."""
    now = timezone.now()
    link = threads.find(threads.issue(rfq, now=now), now=now)
    if link is not None:
        remember(request, link)


def remember(request: HttpRequest, link: PortalToken) -> None:
    """Lets this browser at the request of the link, under a new session key."""
    request.session.cycle_key()
    request.session[LINK] = link.pk
    if not request.user.is_authenticated:  # a session of staff or of a buyer keeps its own end
        request.session.set_expiry(int(settings.PORTAL_SESSION_HOURS * 3600))


def _rfq(request: HttpRequest) -> Rfq:
    pk = request.session.get(LINK)
    rfq = threads.request_of(pk, now=timezone.now()) if pk is not None else None
    if rfq is None:
        raise Http404("No link opens a request here.")
    return rfq


def _asker(rfq: Rfq) -> Actor:
    return Actor(who=Who.BUYER, name=rfq.contact_email)


def _page(
    request: HttpRequest,
    rfq: Rfq,
    *,
    form: WordForm | None = None,
    refused: QuoteError | None = None,
    status: int = 200,
) -> HttpResponse:
    """What sales and they themselves said and sent: colleagues they may have stay unknown."""
    own = Q(is_from_buyer=False) | Q(author=rfq.contact_email[:120])
    told: dict[str, Any] = {
        "rfq": rfq,
        "is_asked": rfq.state == RfqState.INFO_REQUESTED,
        "thread": rfq.messages.filter(own, is_internal=False).select_related("line"),
        "files": rfq.attachments.filter(added_by=rfq.contact_email[:120]),
        "form": form or WordForm(),
        "attachment_form": AttachmentForm(),
        "refused": words.refusal(refused) if refused else "",
    }
    return render(request, PAGE, told, status=status)
