"""The verbs of sales for revisions of quotes, as actions: each asks, calls one service, reports."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from integrations.admin.pressing import Skipped
from quotes.actors import staff
from quotes.admin import kept_told
from quotes.admin.base import ask_and_press, person, press_each, press_to
from quotes.admin.deciding import CommentForm
from quotes.admin.moment_field import SellerMomentField
from quotes.admin.quote_desk import QuoteDesk
from quotes.models import Acceptance, Version
from quotes.services import (
    approving,
    basis,
    credit,
    drafting,
    ending,
    kept_prices,
    offering,
    ordering,
    pricing,
)
from quotes.states import Who


class ExtendForm(forms.Form):
    until = SellerMomentField("Valid until")


class QuoteVerbs(QuoteDesk):
    actions = [
        "price",
        "what_moved",
        "use_kept",
        "submit",
        "return_for_editing",
        "offer",
        "keep_offer",
        "extend",
        "requote",
        "withdraw",
        "let_pass",
        "decline",
        "retry_order",
        "give_up_order",
        *QuoteDesk.actions,
    ]

    # ------------------------------------------------------------ prices

    @admin.action(description="Price from the ERP", permissions=["edit"])
    def price(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version) -> None:
            left = pricing.price_version(version, user=person(request), on=_today())
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

    @admin.action(description="Use kept prices…", permissions=["edit"])
    def use_kept(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version, *, reason: str) -> None:
            left = kept_prices.use_kept(version, user=person(request), reason=reason, on=_today())
            for one in left:
                self._tell(request, f"{version}, line {one.line} got no price: {one.reason}")

        return ask_and_press(
            self,
            request,
            rows,
            press,
            done="priced from what is kept",
            action="use_kept",
            question="Use kept prices",
            consequence="Lines without a price get what the ERP said last, by the portal's "
            f"copy, and are marked so. {kept_told.in_words(rows, on=_today())}",
            button="Use them",
        )

    # ------------------------------------------------------------ approval

    @admin.action(description="Submit for approval", permissions=["edit"])
    def submit(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        press = partial(approving.submit_version, user=person(request))
        return press_each(self, request, rows, press, done="submitted")

    @admin.action(description="Return for editing…", permissions=["edit", "approve"])
    def return_for_editing(
        self, request: HttpRequest, rows: QuerySet[Version]
    ) -> HttpResponse | None:
        who = Who.REP if self.has_edit_permission(request) else Who.APPROVER

        def press(version: Version, *, reason: str) -> object:
            actor = staff(person(request), who)
            return drafting.return_for_editing(version, actor=actor, comment=reason)

        return ask_and_press(
            self,
            request,
            rows,
            press,
            done="returned",
            action="return_for_editing",
            question="Return for editing",
            consequence="It becomes a draft again; approvals that it got are void.",
            button="Return it",
        )

    # ------------------------------------------------------------ the offer

    @admin.action(description="Send to the buyer…", permissions=["offer"])
    def offer(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(offering.offer, user=person(request)),
            done="sent",
            action="offer",
            question="Send to the buyer",
            consequence="The buyer can accept it from now on. It is never changed again; an "
            "offer that is with the buyer already is superseded.",
            button="Send it",
            form_class=forms.Form,
        )

    @admin.action(description="Keep the offer…", permissions=["offer"])
    def keep_offer(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version, *, comment: str) -> object:
            return offering.keep_offer(version, actor=staff(person(request)), reason=comment)

        return ask_and_press(
            self,
            request,
            rows,
            press,
            done="kept",
            action="keep_offer",
            question="Keep the offer",
            consequence="The buyer asked for a change. They get the same offer again.",
            button="Keep it",
            form_class=CommentForm,
        )

    @admin.action(description="Extend…", permissions=["offer"])
    def extend(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(offering.extend, actor=staff(person(request))),
            done="extended",
            action="extend",
            question="Extend",
            consequence="The offer stays the same and can be accepted for longer.",
            button="Extend it",
            form_class=ExtendForm,
        )

    @admin.action(description="Quote anew", permissions=["edit"])
    def requote(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        def press(version: Version) -> HttpResponse:
            fresh = drafting.requote(version, user=person(request))
            return HttpResponseRedirect(reverse("admin:quotes_version_change", args=[fresh.pk]))

        return press_to(self, request, rows, press)

    @admin.action(description="Withdraw…", permissions=["offer"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(ending.withdraw, actor=staff(person(request))),
            done="withdrawn",
            action="withdraw",
            question="Withdraw",
            consequence="It cannot be accepted any more. A buyer who had it is told by mail; your "
            "reason is for us only. It can be quoted anew.",
            button="Withdraw it",
            tone="danger",
        )

    @admin.action(description="Declined by the buyer…", permissions=["offer"])
    def decline(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(ending.decline, actor=staff(person(request))),
            done="declined",
            action="decline",
            question="Declined by the buyer",
            consequence="For a buyer who said so otherwise, by telephone for example. The offer "
            "cannot be accepted any more; it can be quoted anew.",
            button="They declined it",
            tone="danger",
        )

    @admin.action(description="Allow the acceptance…", permissions=["approve"])
    def let_pass(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(credit.let_pass, user=person(request)),
            done="allowed",
            action="let_pass",
            question="Allow the acceptance",
            consequence="The buyer may accept it though their credit could not be judged, and is "
            "told so. A block of the account, or a limit that is known, still stands.",
            button="Allow it",
        )

    # ------------------------------------------------------------ the order

    @admin.action(description="Retry the order…", permissions=["settle"])
    def retry_order(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(_of_acceptance, ordering.retry_order, user=person(request)),
            done="tried again",
            action="retry_order",
            question="Retry the order",
            consequence="The order is placed from where it stopped; what exists is not made again.",
            button="Retry it",
        )

    @admin.action(description="Give up the order…", permissions=["settle"])
    def give_up_order(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(_of_acceptance, ordering.give_up_order, user=person(request)),
            done="given up",
            action="give_up_order",
            question="Give up the order",
            consequence="The quote is withdrawn though the buyer accepted it. They are told by "
            "mail that no order comes; your reason is for us only. It can be quoted anew.",
            button="Give it up",
            tone="danger",
        )


def _of_acceptance(press: Callable[..., object], version: Version, **said: Any) -> object:
    acceptance = Acceptance.objects.filter(version=version).first()
    if acceptance is None:
        raise Skipped(f"{version} is not accepted")
    return press(acceptance, **said)


def _today() -> date:
    return timezone.now().date()
