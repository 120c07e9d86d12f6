"""The verbs of sales for revisions of quotes, as actions: each asks, calls one service, reports."""

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from integrations.admin import pressing
from integrations.admin.pressing import ReasonForm, Skipped
from quotes.actors import staff
from quotes.admin.base import SalesAdmin, press_each, press_to
from quotes.admin.deciding import CommentForm
from quotes.admin.editor_forms import moment_input
from quotes.models import Acceptance, Version
from quotes.services import approving, basis, drafting, ending, offering, ordering, pricing
from quotes.states import Who


class ExtendForm(forms.Form):
    until = forms.DateTimeField(label="Valid until (UTC)", widget=moment_input())


class QuoteVerbs(SalesAdmin):
    actions = [
        "price",
        "what_moved",
        "submit",
        "return_for_editing",
        "offer",
        "keep_offer",
        "extend",
        "requote",
        "withdraw",
        "retry_order",
        "give_up_order",
    ]

    # ------------------------------------------------------------ prices

    @admin.action(description="Price from the ERP", permissions=["edit"])
    def price(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version) -> None:
            left = pricing.price_version(version, user=_user(request), on=_today())
            for one in left:
                self._tell(request, f"{version}, line {one.line} got no price: {one.reason}")

        return press_each(self, request, rows, press, done="priced")

    @admin.action(description="Compare prices with the ERP", permissions=["edit"])
    def what_moved(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version) -> None:
            moved = pricing.what_moved(version, on=_today())
            basis.keep(version, moved)
            for one in moved:
                self._tell(request, f"{version}, {basis.in_words(one)}")

        return press_each(self, request, rows, press, done="compared")

    # ------------------------------------------------------------ approval

    @admin.action(description="Submit for approval", permissions=["edit"])
    def submit(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        press = partial(approving.submit_version, user=_user(request))
        return press_each(self, request, rows, press, done="submitted")

    @admin.action(description="Return for editing…", permissions=["edit", "approve"])
    def return_for_editing(
        self, request: HttpRequest, rows: QuerySet[Version]
    ) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="return_for_editing",
            question="Return for editing",
            consequence="It becomes a draft again; approvals that it got are void.",
            button="Return it",
        )
        if isinstance(asked, HttpResponse):
            return asked
        who = Who.REP if self.has_edit_permission(request) else Who.APPROVER
        press = partial(
            drafting.return_for_editing,
            actor=staff(_user(request), who),
            comment=asked.cleaned_data["reason"],
        )
        return press_each(self, request, rows, press, done="returned")

    # ------------------------------------------------------------ the offer

    @admin.action(description="Send to the buyer…", permissions=["offer"])
    def offer(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="offer",
            question="Send to the buyer",
            consequence="The buyer can accept it from now on. It is never changed again; an "
            "offer that is with the buyer already is superseded.",
            button="Send it",
            form_class=forms.Form,
        )
        if isinstance(asked, HttpResponse):
            return asked
        press = partial(offering.offer, user=_user(request))
        return press_each(self, request, rows, press, done="sent")

    @admin.action(description="Keep the offer…", permissions=["offer"])
    def keep_offer(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="keep_offer",
            question="Keep the offer",
            consequence="The buyer asked for a change. They get the same offer again.",
            button="Keep it",
            form_class=CommentForm,
        )
        if isinstance(asked, HttpResponse):
            return asked
        comment = asked.cleaned_data["comment"]
        press = partial(offering.keep_offer, actor=staff(_user(request)), reason=comment)
        return press_each(self, request, rows, press, done="kept")

    @admin.action(description="Extend…", permissions=["offer"])
    def extend(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="extend",
            question="Extend",
            consequence="The offer stays the same and can be accepted for longer.",
            button="Extend it",
            form_class=ExtendForm,
        )
        if isinstance(asked, HttpResponse):
            return asked
        until = asked.cleaned_data["until"]
        press = partial(offering.extend, actor=staff(_user(request)), until=until)
        return press_each(self, request, rows, press, done="extended")

    @admin.action(description="Quote anew", permissions=["edit"])
    def requote(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version) -> HttpResponse:
            fresh = drafting.requote(version, user=_user(request))
            return HttpResponseRedirect(reverse("admin:quotes_version_change", args=[fresh.pk]))

        return press_to(self, request, rows, press)

    @admin.action(description="Withdraw…", permissions=["offer"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="withdraw",
            question="Withdraw",
            consequence="It cannot be accepted any more. It can be quoted anew.",
            button="Withdraw it",
            tone="danger",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        press = partial(ending.withdraw, actor=staff(_user(request)), reason=reason)
        return press_each(self, request, rows, press, done="withdrawn")

    # ------------------------------------------------------------ the order

    @admin.action(description="Retry the order…", permissions=["settle"])
    def retry_order(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="retry_order",
            question="Retry the order",
            consequence="The order is placed from where it stopped; what exists is not made again.",
            button="Retry it",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        press = partial(_of_acceptance, ordering.retry_order, user=_user(request), reason=reason)
        return press_each(self, request, rows, press, done="tried again")

    @admin.action(description="Give up the order…", permissions=["settle"])
    def give_up_order(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        asked = self._ask(
            request,
            rows,
            action="give_up_order",
            question="Give up the order",
            consequence="The quote is withdrawn though the buyer accepted it. Tell them.",
            button="Give it up",
            tone="danger",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        press = partial(_of_acceptance, ordering.give_up_order, user=_user(request), reason=reason)
        return press_each(self, request, rows, press, done="given up")

    def _tell(self, request: HttpRequest, text: str) -> None:
        self.message_user(request, text, messages.WARNING)

    def _ask(
        self, request: HttpRequest, rows: QuerySet[Version], **asked: Any
    ) -> forms.Form | HttpResponse:
        """A page that says what will happen; with a reason unless another form is named."""
        known = {"form_class": ReasonForm, "tone": "primary", "by_job": False}
        return pressing.ask_reason(self, request, rows, **{**known, **asked})


def _of_acceptance(press: Any, version: Version, **said: Any) -> object:
    acceptance = Acceptance.objects.filter(version=version).first()
    if acceptance is None:
        raise Skipped(f"{version} is not accepted")
    return press(acceptance, **said)


def _today() -> date:
    return timezone.now().date()


def _user(request: HttpRequest) -> Any:
    return request.user
