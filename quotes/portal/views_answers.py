"""What a buyer says to an offer. Each page says what happens, then takes one press.

accept       signs the statement that is shown, for the revision and hash that were shown
ask-company  hands it to the company's approver
refuse       the approver's no, or the asker's second thought
change       asks sales for another offer; keep takes that back
decline      with a reason

What does not count any more is refused with 409, what is beyond somebody's rights with 403.
"""

import logging
import uuid
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from integrations.errors import PortalError
from integrations.models import Buyer
from quotes.actors import buyer as as_buyer
from quotes.errors import (
    Expired,
    HeldForSales,
    MoveNotAllowed,
    NotOrderable,
    NotPermitted,
    QuoteError,
)
from quotes.models import Version
from quotes.portal import offer, words
from quotes.portal.access import BuyerRequest, buyer_required
from quotes.portal.forms_quotes import AcceptForm, ReasonForm, SeenForm
from quotes.portal.rows import answered_of
from quotes.portal.views_signin import GET_OR_POST
from quotes.services import answering, basis, credit, offering
from quotes.states import SHOWN_TO_BUYER, VERSION_MOVES, VersionState

logger = logging.getLogger(__name__)

ACCEPTABLE = VERSION_MOVES["accept"].sources
NOT_NOW = (HeldForSales, NotOrderable)  # the offer stands; what was entered is not lost
SOURCES = {
    "decline": VERSION_MOVES["decline"].sources,
    "change": VERSION_MOVES["request_change"].sources,
    "refuse": VERSION_MOVES["refuse_company"].sources,
}


@require_http_methods(GET_OR_POST)
@buyer_required
def accept(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    version, person = answered_of(request, pk, revision), cast(BuyerRequest, request).buyer
    if request.method != "POST":
        return _first_look(request, version, person)
    form = AcceptForm(request.POST, version=version)
    if not form.is_valid():
        return _accept_page(request, version, form, status=422)
    try:
        answering.accept(version, person=person, answer=form.answer(), check=credit.ask)
    except QuoteError as refused:
        return _refused_acceptance(request, version, form, refused)
    except PortalError as broken:
        logger.error("acceptance_failed version=%s error=%s", version.pk, broken)
        return _accept_page(request, version, form, status=503, refused=_not_now())
    messages.success(request, _("Thank you. The quote is accepted and your order is being placed."))
    return redirect("portal:quote", pk=pk)


@require_POST
@buyer_required
def ask_company(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    version, person = answered_of(request, pk, revision), cast(BuyerRequest, request).buyer
    form = SeenForm(request.POST)
    if not form.is_valid():
        return redirect("portal:quote_accept", pk=pk, revision=revision)
    try:
        answering.ask_company(version, person=person, answer=form.answer())
    except QuoteError as refused:
        return _closed(request, version, refused)
    messages.success(request, _("Your company’s approver can accept the quote now."))
    return redirect("portal:quote", pk=pk)


@require_http_methods(GET_OR_POST)
@buyer_required
def refuse(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    def say(version: Version, person: Buyer, text: str) -> None:
        answering.refuse_company(version, person=person, comment=text)

    return _reasoned(request, pk, revision, "refuse", say)


@require_http_methods(GET_OR_POST)
@buyer_required
def change(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    def say(version: Version, person: Buyer, text: str) -> None:
        answering.request_change(version, person=person, text=text)

    return _reasoned(request, pk, revision, "change", say)


@require_http_methods(GET_OR_POST)
@buyer_required
def decline(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    def say(version: Version, person: Buyer, text: str) -> None:
        answering.decline(version, person=person, reason=text)

    return _reasoned(request, pk, revision, "decline", say)


@require_POST
@buyer_required
def keep(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    """Takes the wish for a change back."""
    version, person = answered_of(request, pk, revision), cast(BuyerRequest, request).buyer
    try:
        _refuse_closed(version, "keep_offer", VERSION_MOVES["keep_offer"].sources)
        offering.keep_offer(version, actor=as_buyer(person))
    except QuoteError as refused:
        return _closed(request, version, refused)
    messages.success(request, _("The offer is open again."))
    return redirect("portal:quote", pk=pk)


# ---------------------------------------------------------------- accepting


def _not_now() -> str:
    return _("We cannot take your acceptance at this moment. Nothing was ordered; try again soon.")


def _first_look(request: HttpRequest, version: Version, person: Buyer) -> HttpResponse:
    try:
        _refuse_closed(version, "accept", ACCEPTABLE)
    except QuoteError as refused:
        return _closed(request, version, refused)
    form = AcceptForm(initial=_seen(version), version=version)
    if answering.may_accept(version, person):
        return _beyond(request, version)
    return _accept_page(request, version, form)


def _accept_page(
    request: HttpRequest,
    version: Version,
    form: AcceptForm,
    *,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    lines = offer.lines_of(offer.document_of(version))
    fallen, fell_as_of = basis.fallen(version)
    told = {
        "version": version,
        "quote": version.quote,
        "document": version.document,
        "places": offer.places_of(offer.document_of(version)),
        "count": sum(line.is_counted for line in lines),
        "fallen": [line for line in lines if line.n in fallen],
        "fell_as_of": fell_as_of,
        "may_change": version.state == VersionState.OFFERED,
        "statement": answering.statement_of(version),
        "form": form,
        "refused": refused,
    }
    return render(request, "portal/quotes/accept.html", told, status=status)


def _refused_acceptance(
    request: HttpRequest, version: Version, form: AcceptForm, refused: QuoteError
) -> HttpResponse:
    if isinstance(refused, NotPermitted):
        return _beyond(request, version)
    if isinstance(refused, NOT_NOW):
        why = words.refusal(refused)
        return _accept_page(request, version, form, status=words.status_of(refused), refused=why)
    status = words.status_of(refused)
    if status == 409:
        return _closed(request, version, refused)
    return _accept_page(request, version, form, status=status, refused=words.refusal(refused))


def _beyond(request: HttpRequest, version: Version) -> HttpResponse:
    """Above what this buyer may accept: the way to their company's approver."""
    told = {
        "version": version,
        "quote": version.quote,
        "form": SeenForm(initial=_seen(version)),
        "may_ask": version.state == VersionState.OFFERED,
    }
    return render(request, "portal/quotes/beyond.html", told, status=403)


def _seen(version: Version) -> dict[str, Any]:
    return {"revision": version.revision, "sha256": version.sha256, "key": uuid.uuid4().hex}


# ---------------------------------------------------------------- the other answers


Say = Callable[[Version, Buyer, str], None]


def _reasoned(request: HttpRequest, pk: int, revision: int, verb: str, say: Say) -> HttpResponse:
    """A page with a text and one button."""
    version, person = answered_of(request, pk, revision), cast(BuyerRequest, request).buyer
    texts = TEXTS[verb]()
    form = ReasonForm(request.POST or None, label=texts["label"], required=verb != "refuse")
    try:
        _refuse_closed(version, verb, SOURCES[verb])
        if verb == "decline":
            answering.refuse_declining(person)
        if request.method == "POST" and form.is_valid():
            say(version, person, form.cleaned_data["text"])
            messages.success(request, texts["done"])
            return redirect("portal:quote", pk=pk)
    except QuoteError as refused:
        return _closed(request, version, refused)
    told = {"version": version, "quote": version.quote, "form": form, "verb": verb, **texts}
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/quotes/say.html", told, status=status)


def _refuse_closed(version: Version, verb: str, states: frozenset[str]) -> None:
    """Nothing is said to an offer that is over, also before the timer has ended it."""
    if version.state not in states:
        raise MoveNotAllowed(version, verb, "it is not open to the buyer.")
    if offering.is_expired(version, timezone.now()):
        raise Expired(f"{version} is past its time.")


def _closed(request: HttpRequest, version: Version, refused: QuoteError) -> HttpResponse:
    told = {"quote": version.quote, "version": version, "why": words.refusal(refused)}
    version.refresh_from_db(fields=["state"])  # somebody may have been first
    told["is_shown"] = version.state in SHOWN_TO_BUYER
    told["has_ended"] = isinstance(refused, Expired)
    return render(request, "portal/quotes/closed.html", told, status=words.status_of(refused))


def _decline_texts() -> dict[str, str]:
    return {
        "heading": _("Decline this quote"),
        "lead": _("The quote ends. Your reason helps us to make a better one."),
        "label": _("Why is it not right for you?"),
        "press": _("Decline the quote"),
        "done": _("The quote is declined. Thank you for telling us why."),
    }


def _change_texts() -> dict[str, str]:
    return {
        "heading": _("Ask for a change"),
        "lead": _("Sales makes a new offer. Until then this one cannot be accepted."),
        "label": _("What should be different?"),
        "press": _("Ask for the change"),
        "done": _("Your wish is with sales."),
    }


def _refuse_texts() -> dict[str, str]:
    return {
        "heading": _("Do not accept"),
        "lead": _("The offer is open again for your colleague, who sees that it was not approved."),
        "label": _("A word to your colleague, if you like"),
        "press": _("Do not approve"),
        "done": _("The quote is not approved."),
    }


TEXTS: dict[str, Callable[[], dict[str, str]]] = {
    "decline": _decline_texts,
    "change": _change_texts,
    "refuse": _refuse_texts,
}
