"""The form of a request: new, or one that may still be changed.

Every button sends the whole form, so without any script nothing that was typed is lost:

save, send      keep it as a draft; send it to sales
more, remove:3  five more rows; without the third
paste           read the pasted rows into lines
search, add:SKU look for articles; a line for one of them
look            what Enter in a field presses: reads and looks, keeps nothing
"""

import uuid
from dataclasses import dataclass, field
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quotes.actors import buyer as as_buyer
from quotes.errors import QuoteError
from quotes.models import Quote, Rfq
from quotes.portal import articles, paste, words
from quotes.portal.access import BuyerRequest, buyer_required, of_account
from quotes.portal.forms_requests import (
    FIRST_ROWS,
    MORE_ROWS,
    Lines,
    PasteForm,
    RequestForm,
    asked_of,
    is_filled,
    rows_in,
    rows_of,
)
from quotes.portal.paste import LineRow
from quotes.portal.rows import request_of, requests_of
from quotes.portal.views_signin import GET_OR_POST
from quotes.services import rfqs
from quotes.services.rfq_drafts import draft_once
from quotes.services.rfqs import Asked, KeyReused
from quotes.states import RFQ_EDITABLE, RfqState

KEPT = ("save", "send")
MOST_PRESET = 50  # SKUs that a link may bring along


@dataclass(slots=True)
class Desk:
    """One page of the form, and what lies on it."""

    request: HttpRequest
    rfq: Rfq | None
    form: RequestForm
    rows: list[LineRow]
    query: str = ""
    paste: str = ""
    lines: Lines | None = None
    errors: list[str] = field(default_factory=list)  # of pasted rows
    refused: str = ""
    status: int = 200

    def page(self) -> HttpResponse:
        lines = self.lines or Lines(self.rows, bound=False)
        told = {
            "rfq": self.rfq,
            "may_send": self.rfq is None or self.rfq.state == RfqState.DRAFT,
            "form": self.form,
            "lines": lines.forms,
            "paste": PasteForm(initial={"paste": self.paste, "q": self.query}),
            "paste_errors": self.errors,
            "refused": self.refused,
            "query": self.query,
            "found": articles.find(self.query),
        }
        return render(self.request, "portal/requests/edit.html", told, status=self.status)


@require_http_methods(GET_OR_POST)
@buyer_required
def new(request: HttpRequest) -> HttpResponse:
    """A request from nothing; `?sku=` brings articles along, `?q=` looks for some."""
    if request.method == "POST":
        return _sent(request, None)
    form = RequestForm(currency=_usual_currency(request), initial={"key": uuid.uuid4().hex})
    rows: list[LineRow] = [{"sku": sku[:80]} for sku in request.GET.getlist("sku")[:MOST_PRESET]]
    rows += [{}] * max(1, FIRST_ROWS - len(rows))
    return Desk(request, None, form, rows, query=request.GET.get("q", "")).page()


@require_http_methods(GET_OR_POST)
@buyer_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft, or a request about which sales asked something."""
    rfq = request_of(request, pk)
    if rfq.state not in RFQ_EDITABLE:
        return _is_closed(request, rfq)
    if request.method == "POST":
        return _sent(request, rfq)
    form = RequestForm(currency=rfq.currency, initial=RequestForm.initial_of(rfq))
    return Desk(request, rfq, form, [*rows_of(rfq), {}], query=request.GET.get("q", "")).page()


def _sent(request: HttpRequest, rfq: Rfq | None) -> HttpResponse:
    sent = request.POST
    currency = rfq.currency if rfq else _usual_currency(request)
    rows = rows_in(sent)
    room = rfqs.MOST_LINES - sum(is_filled(row) for row in rows)
    pasted = paste.read(sent.get("paste", ""), room=room)
    desk = Desk(
        request,
        rfq,
        RequestForm(sent, currency=currency),
        rows,
        query=sent.get("q", "")[:80],
        paste="\n".join(pasted.left),
        errors=pasted.errors,
    )
    desk.rows = _with(desk.rows, pasted.rows)
    verb, _colon, what = sent.get("do", "save").partition(":")
    if verb in KEPT:
        return _keep(desk, is_sent=verb == "send")
    _press(desk, verb, what)
    desk.form = RequestForm(currency=currency, initial=sent.dict())
    desk.status = 422 if desk.errors else 200
    return desk.page()


def _press(desk: Desk, verb: str, what: str) -> None:
    """The buttons that keep nothing."""
    if verb == "more":
        desk.rows += [{}] * MORE_ROWS
    elif verb == "remove" and what.isdecimal() and int(what) < len(desk.rows):
        del desk.rows[int(what)]
    elif verb == "add":
        title = next((one.title for one in articles.find(what) if one.sku == what), "")
        desk.rows = _with(desk.rows, [{"sku": what[:80], "title": title, "quantity": "1"}])
    desk.rows = desk.rows or [{}]


def _with(rows: list[LineRow], more: list[LineRow]) -> list[LineRow]:
    """The new lines follow the last one that says something."""
    if not more:
        return rows
    return [row for row in rows if is_filled(row)] + more


def _keep(desk: Desk, *, is_sent: bool) -> HttpResponse:
    desk.lines = Lines(desk.rows, bound=True)
    are_valid = [desk.form.is_valid(), desk.lines.is_valid(), not desk.errors]
    if not all(are_valid):
        desk.status = 422
        return desk.page()
    asked = asked_of(desk.form, desk.lines, like=desk.rfq)
    try:
        rfq = _written(desk, asked, is_sent)
    except KeyReused:
        desk.form = RequestForm(
            currency=asked.currency, initial=desk.form.cleaned_data | {"key": uuid.uuid4().hex}
        )
        desk.refused = _("You sent this request before. Send it again if you want another one.")
        desk.status = 409
        return desk.page()
    except QuoteError as refused:
        return _refused(desk, refused)
    done = _("Your request is sent. We answer soon.") if is_sent else _("Your request is saved.")
    messages.success(desk.request, done)
    return redirect("portal:request", pk=rfq.pk)


def _written(desk: Desk, asked: Asked, is_sent: bool) -> Rfq:
    person = cast(BuyerRequest, desk.request).buyer
    key = desk.form.cleaned_data["key"] or uuid.uuid4().hex
    if desk.rfq is None and is_sent:
        rfq, _is_new = rfqs.request_quote(person=person, asked=asked, key=key, now=timezone.now())
        return rfq
    if desk.rfq is None:
        return draft_once(person=person, asked=asked, key=key)
    rfq = rfqs.edit_rfq(desk.rfq, actor=as_buyer(person), asked=asked)
    if is_sent and rfq.state == RfqState.DRAFT:
        return rfqs.submit_rfq(rfq, actor=as_buyer(person), now=timezone.now())
    return rfq


def _refused(desk: Desk, refused: QuoteError) -> HttpResponse:
    if desk.rfq is not None:
        now = request_of(desk.request, desk.rfq.pk)
        if now.state not in RFQ_EDITABLE:  # a second press, or sales was faster
            return _is_closed(desk.request, now)
    desk.refused, desk.status = words.refusal(refused), words.status_of(refused)
    return desk.page()


def _is_closed(request: HttpRequest, rfq: Rfq) -> HttpResponse:
    messages.warning(request, _("This request cannot be changed any more."))
    return redirect("portal:request", pk=rfq.pk)


def _usual_currency(request: HttpRequest) -> str:
    """What the account was quoted or asked in last."""
    for rows in (of_account(Quote.objects.all(), request), requests_of(request)):
        newest = rows.order_by("-pk").values_list("currency", flat=True).first()
        if newest:
            return str(newest)
    return ""
