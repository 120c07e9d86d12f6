"""The inbox of requests: what waits longest, what it is worth, who has it, and what to press."""

import re
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BigAutoField, Exists, OuterRef, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.admin.pressing import Button
from integrations.looks import written
from integrations.looks.badges import badge, toned
from quotes.actors import staff
from quotes.admin import handing, mail_previews
from quotes.admin.base import (
    SalesAdmin,
    ask_and_press,
    history_of,
    person,
    press_each,
    press_to,
)
from quotes.admin.rfq_filters import CompanyFilter, ToDoFilter, urgency, value_of
from quotes.admin.rfq_forms import AccountForm, DeclineForm, MessageForm, QuestionForm
from quotes.downloads import served
from quotes.errors import NotPermitted, QuoteError
from quotes.models import Rfq, RfqLine, Version
from quotes.services import desk, drafting, rfqs
from quotes.services import handing as handing_over
from quotes.services.attachments import open_attachment
from quotes.signin.threads import is_askers
from quotes.states import RFQ_COPYABLE, RFQ_FOR_SALES, RFQ_TERMINAL, RfqState

NUMBER = re.compile(r"(?:rfq-?)?0*(\d{1,18})", re.IGNORECASE)


@admin.register(Rfq)
class RfqAdmin(SalesAdmin):
    list_display = ["name", "customer", "sent", "due", "value", "state_badge", "who"]
    list_filter = [ToDoFilter, "state", CompanyFilter]
    search_fields = ["id"]  # shows the box; get_search_results says how
    search_help_text = "RFQ number, company, e-mail or SKU"
    list_select_related = ["account", "assigned_to"]
    page_template = "console/rfq.html"
    actions = [
        "take_on",
        "ask",
        "assign",
        "quote",
        "decline",
        "hand_over",
        "close_links",
        "enter_again",
    ]

    def get_ordering(self, request: HttpRequest) -> Any:
        return [urgency(timezone.now()).asc(), "answer_due_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rfq]:
        # A draft is the buyer's own until it is sent.
        sent = super().get_queryset(request).exclude(state=RfqState.DRAFT)
        return sent.annotate(worth=value_of())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Rfq], search_term: str
    ) -> tuple[QuerySet[Rfq], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = (
            Q(account__name__icontains=term)
            | Q(company_name__icontains=term)
            | Q(contact_email__istartswith=term)
            | Q(Exists(RfqLine.objects.filter(rfq=OuterRef("pk"), sku__iexact=term)))
        )
        number = NUMBER.fullmatch(term)
        if number and int(number[1]) <= BigAutoField.MAX_BIGINT:
            found |= Q(pk=int(number[1]))
        return queryset.filter(found), False

    def get_urls(self) -> list[Any]:
        say = self.admin_site.admin_view(self.say)
        return [
            path("<int:rfq_id>/say/", say, name="quotes_rfq_say"),
            path(
                "<int:rfq_id>/files/<int:pk>/",
                self.admin_site.admin_view(self.download),
                name="quotes_rfq_file",
            ),
            *mail_previews.addresses(self, "rfq"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, row: Rfq) -> dict[str, Any]:
        may_talk = self.has_work_permission(request) and row.state not in RFQ_TERMINAL
        return {
            "title": f"{row} {_company(row)}",
            "company": _company(row),
            "is_overdue": _is_overdue(row),
            "lines": [(line, _worth(line)) for line in row.lines.all()],
            "attachments": row.attachments.all(),
            "thread": row.messages.select_related("line"),
            "form": MessageForm(row) if may_talk else None,
            "versions": _newest_versions(row),
            "history": history_of(Rfq.SUBJECT, {row.pk: row.number}, "Request"),
            "buttons": _buttons(row) if self.has_work_permission(request) else [],
        }

    def say(self, request: HttpRequest, rfq_id: int) -> HttpResponse:
        """A word in the thread; the buyer reads it unless it is an internal note."""
        if request.method != "POST" or not self.has_work_permission(request):
            raise PermissionDenied
        rfq = self.get_queryset(request).filter(pk=rfq_id).first()
        if rfq is None:
            raise Http404
        form = MessageForm(rfq, request.POST)
        if not form.is_valid():
            messages.error(request, "Write something first, of at most 4000 characters.")
            return _to_page(rfq)
        try:
            rfqs.say(rfq, actor=staff(person(request)), is_from_buyer=False, **form.cleaned_data)
        except QuoteError as refusal:
            messages.error(request, str(refusal))
        return _to_page(rfq)

    def download(self, request: HttpRequest, rfq_id: int, pk: int) -> FileResponse:
        """A file of a request that this person sees."""
        rfq = self.get_queryset(request).filter(pk=rfq_id).first()
        attachment = rfq.attachments.filter(pk=pk).first() if rfq else None
        if attachment is None:
            raise Http404
        try:
            return served(attachment, open_attachment(attachment, user=person(request)))
        except NotPermitted as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except FileNotFoundError as gone:
            raise Http404("The file is gone.") from gone

    @admin.display(description="Request")
    def name(self, rfq: Rfq) -> str:
        return rfq.number

    @admin.display(description="Company")
    def customer(self, rfq: Rfq) -> SafeString:
        return format_html(
            '<span class="two-lines">{}<span class="quiet">{}</span></span>',
            _company(rfq),
            rfq.contact_email if rfq.account else f"{rfq.contact_email}, no account yet",
        )

    @admin.display(description="Sent", ordering="submitted_at")
    def sent(self, rfq: Rfq) -> Any:
        return written.instant(rfq.submitted_at, now=timezone.now())

    @admin.display(description="Answer due", ordering="answer_due_at")
    def due(self, rfq: Rfq) -> Any:
        if rfq.state not in RFQ_FOR_SALES or rfq.answer_due_at is None:
            return written.NOTHING
        when = written.age(rfq.answer_due_at, now=timezone.now())
        return toned(f"overdue, {when}", "danger") if _is_overdue(rfq) else when

    @admin.display(description="Value", ordering="worth")
    def value(self, rfq: Any) -> SafeString:
        return written.money(rfq.worth, rfq.currency)

    @admin.display(description="State", ordering="state")
    def state_badge(self, rfq: Rfq) -> SafeString:
        return badge("rfq", rfq.state)

    @admin.display(description="Assigned to", ordering="assigned_to")
    def who(self, rfq: Rfq) -> str:
        return str(rfq.assigned_to or written.NOTHING)

    @admin.action(description="Take on", permissions=["work"])
    def take_on(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        press = partial(rfqs.review_rfq, actor=staff(person(request)))
        return press_each(self, request, rows, press, done="taken on")

    @admin.action(description="Ask the buyer…", permissions=["work"])
    def ask(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(rfqs.ask_buyer, actor=staff(person(request))),
            done="asked",
            action="ask",
            question="Ask the buyer",
            consequence="The request waits until the buyer answers, and ends if they never do.",
            button="Send the question",
            form_class=QuestionForm,
        )

    @admin.action(description="Assign to a company…", permissions=["work"])
    def assign(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(desk.assign_account, actor=staff(person(request))),
            done="assigned to {account}",
            action="assign",
            question="Assign to a company",
            consequence="From then on everybody who buys for that company sees the request.",
            button="Assign",
            form_class=AccountForm,
        )

    @admin.action(description="Decline…", permissions=["work"])
    def decline(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(rfqs.decline_rfq, actor=staff(person(request))),
            done="declined",
            action="decline",
            question="Decline requests",
            consequence="The buyer is told that nothing is offered, and why.",
            button="Decline",
            form_class=DeclineForm,
            tone="danger",
        )

    @admin.action(description="Hand to a colleague…", permissions=["work"])
    def hand_over(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        press = handing_over.hand_over_rfq
        return handing.hand_over(self, request, rows, press, question="Hand to a colleague")

    @admin.action(description="Close the asker's link…", permissions=["work"])
    def close_links(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(desk.close_links, actor=staff(person(request))),
            done="closed",
            action="close_links",
            question="Close the asker's link",
            consequence="Whoever sent the request has no access to the portal and writes to you "
            "through a link in a mail. It opens nothing any more; your next question carries a "
            "new one.",
            button="Close it",
            tone="danger",
            form_class=forms.Form,
        )

    @admin.action(description="Quote it", permissions=["edit"])
    def quote(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        def press(rfq: Rfq) -> HttpResponse:
            version = drafting.quote_rfq(rfq, user=person(request))
            return HttpResponseRedirect(reverse("admin:quotes_version_change", args=[version.pk]))

        return press_to(self, request, rows, press)

    @admin.action(description="Copy as a new request", permissions=["work"])
    def enter_again(self, request: HttpRequest, rows: QuerySet[Rfq]) -> HttpResponse | None:
        def press(rfq: Rfq) -> HttpResponse:
            return _to_page(desk.enter_again(rfq, user=person(request), now=timezone.now()))

        return press_to(self, request, rows, press)


def _buttons(rfq: Rfq) -> list[Button]:
    ask = Button(action="ask", label="Ask the buyer…")
    decline = Button(action="decline", label="Decline…", tone="danger")
    assign = [] if rfq.account_id else [Button(action="assign", label="Assign to a company…")]
    quote = Button(action="quote", label="Quote it", tone="primary")
    hand = Button(action="hand_over", label="Hand to a colleague…")
    link = [Button(action="close_links", label="Close the asker's link…")]
    link = link if is_askers(rfq) else []
    match rfq.state:
        case RfqState.SUBMITTED:
            return [
                Button(action="take_on", label="Take on"),
                *assign,
                quote,
                ask,
                hand,
                *link,
                decline,
            ]
        case RfqState.IN_REVIEW:
            return [*assign, quote, ask, hand, *link, decline]
        case RfqState.INFO_REQUESTED:
            return [*assign, quote, hand, *link, decline]
        case RfqState.QUOTED:
            return [hand, *link]
    if rfq.state in RFQ_COPYABLE:
        return [Button(action="enter_again", label="Copy as a new request")]
    return []


def _company(rfq: Rfq) -> str:
    return str(rfq.account or rfq.company_name or rfq.contact_name or rfq.contact_email)


def _is_overdue(rfq: Rfq) -> bool:
    due = rfq.answer_due_at
    return rfq.state in RFQ_FOR_SALES and due is not None and due <= timezone.now()


def _worth(line: RfqLine) -> Decimal | None:
    return None if line.target_price is None else line.target_price * line.quantity


def _newest_versions(rfq: Rfq) -> list[Version]:
    """The newest revision of each quote for this request."""
    found = Version.objects.filter(quote__rfq=rfq).select_related("quote").order_by("revision")
    return list({version.quote_id: version for version in found}.values())


def _to_page(rfq: Rfq) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:quotes_rfq_change", args=[rfq.pk]))
