"""Requests for quote: the list, one with its thread, and what a buyer does with it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quotes.actors import buyer as as_buyer
from quotes.errors import MoveNotAllowed, QuoteError
from quotes.models import Message, Rfq, RfqLine
from quotes.portal import words
from quotes.portal.access import BuyerRequest, buyer_required
from quotes.portal.forms_attachment import AttachmentForm
from quotes.portal.forms_requests import CancelForm, MessageForm
from quotes.portal.rows import (
    offers_of,
    page_of,
    request_of,
    requests_of,
)
from quotes.services import rfqs
from quotes.states import RFQ_COPYABLE, RFQ_EDITABLE, RFQ_TERMINAL, RfqState


@require_GET
@buyer_required
def index(request: HttpRequest) -> HttpResponse:
    page = page_of(requests_of(request).order_by("-id"), request)
    worths = _worths_of([rfq.pk for rfq in page])
    rows = [(rfq, len(worths[rfq.pk]), _sum(worths[rfq.pk])) for rfq in page]
    return render(request, "portal/requests/list.html", {"page": page, "rows": rows})


@require_GET
@buyer_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, request_of(request, pk))


@require_POST
@buyer_required
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """A word in the thread."""
    return _say(request, request_of(request, pk), _speak, _("Your message is sent."))


@require_POST
@buyer_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers sales' question, which sends the request to them again."""
    return _say(request, request_of(request, pk), _answer, _("Your answer is sent."))


@require_POST
@buyer_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    rfq, person = request_of(request, pk), cast(BuyerRequest, request).buyer
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, rfq, cancelling=form, status=422)
    try:
        _refuse_unless(rfq, "may_cancel")
        rfqs.cancel_rfq(rfq, actor=as_buyer(person), reason=form.cleaned_data["reason"])
    except QuoteError as refused:
        return _page(request, request_of(request, pk), refused=refused)
    messages.success(request, _("The request is cancelled."))
    return redirect("portal:request", pk=pk)


@require_POST
@buyer_required
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft like a request that ended."""
    rfq, person = request_of(request, pk), cast(BuyerRequest, request).buyer
    try:
        _refuse_unless(rfq, "may_copy")
        copied = rfqs.copy_rfq(rfq, actor=as_buyer(person))
    except QuoteError as refused:
        return _page(request, request_of(request, pk), refused=refused)
    messages.success(request, _("This is the copy. Change what you like, then send it."))
    return redirect("portal:request_edit", pk=copied.pk)


Say = Callable[[Rfq, HttpRequest, dict[str, Any]], object]


def _say(request: HttpRequest, rfq: Rfq, say: Say, done: str) -> HttpResponse:
    form = MessageForm(request.POST, lines=list(rfq.lines.all()))
    if not form.is_valid():
        return _page(request, rfq, form=form, status=422)
    try:
        _refuse_unless(rfq, "may_talk")
        say(rfq, request, form.cleaned_data)
    except QuoteError as refused:
        return _page(request, request_of(request, rfq.pk), form=form, refused=refused)
    messages.success(request, done)
    return redirect("portal:request", pk=rfq.pk)


def _speak(rfq: Rfq, request: HttpRequest, said: dict[str, Any]) -> None:
    actor = as_buyer(cast(BuyerRequest, request).buyer)
    rfqs.say(rfq, actor=actor, text=said["text"], line=said["line"], is_from_buyer=True)


def _answer(rfq: Rfq, request: HttpRequest, said: dict[str, Any]) -> None:
    rfqs.answer_sales(rfq, actor=as_buyer(cast(BuyerRequest, request).buyer), text=said["text"])


def _page(
    request: HttpRequest,
    rfq: Rfq,
    *,
    form: MessageForm | None = None,
    cancelling: CancelForm | None = None,
    refused: QuoteError | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = list(rfq.lines.all())
    told = {
        "rfq": rfq,
        "lines": lines,
        "target": _sum([_worth(line) for line in lines]),
        "thread": _thread(rfq, lines),
        "offers": offers_of(request, rfq),
        "form": form or MessageForm(lines=lines),
        "cancelling": cancelling or CancelForm(),
        "refused": words.refusal(refused) if refused else "",
        "attachment_form": None if rfq.state in RFQ_TERMINAL else AttachmentForm(),
        "next": reverse("portal:request", args=[rfq.pk]),
        **_what_can_be_done(rfq),
    }
    status = words.status_of(refused) if refused else status
    return render(request, "portal/requests/detail.html", told, status=status)


def _thread(rfq: Rfq, lines: list[RfqLine]) -> list[Message]:
    """What was said, each word with the line that it is about."""
    by_pk = {line.pk: line for line in lines}
    said = list(rfq.messages.filter(is_internal=False))
    for one in said:
        one.line = by_pk.get(one.line_id or 0)
    return said


def _what_can_be_done(rfq: Rfq) -> dict[str, bool]:
    return {
        "is_draft": rfq.state == RfqState.DRAFT,
        "is_asked": rfq.state == RfqState.INFO_REQUESTED,
        "may_edit": rfq.state in RFQ_EDITABLE,
        "may_talk": rfq.state not in RFQ_TERMINAL and rfq.state != RfqState.DRAFT,
        "may_cancel": rfq.state not in RFQ_TERMINAL,
        "may_copy": rfq.state in RFQ_COPYABLE,
    }


def _refuse_unless(rfq: Rfq, what: str) -> None:
    if not _what_can_be_done(rfq)[what]:
        raise MoveNotAllowed(rfq, what, "the page does not offer it.")


def _worths_of(pks: list[int]) -> dict[int, list[Decimal | None]]:
    """What each line of these requests comes to at its target price; None without one."""
    worths: dict[int, list[Decimal | None]] = {pk: [] for pk in pks}
    lines = RfqLine.objects.filter(rfq__in=pks).order_by()
    for pk, quantity, price in lines.values_list("rfq_id", "quantity", "target_price"):
        worths[pk].append(None if price is None else quantity * price)
    return worths


def _worth(line: RfqLine) -> Decimal | None:
    return None if line.target_price is None else line.quantity * line.target_price


def _sum(worths: list[Decimal | None]) -> Decimal | None:
    """What a request comes to, where every line has a target price."""
    known = [one for one in worths if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(worths) else None
