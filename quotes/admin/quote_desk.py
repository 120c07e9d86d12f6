"""What sales does with quotes beside their way to the buyer: copies and templates."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from integrations.admin import pressing
from integrations.errors import PortalError
from quotes.admin import handing
from quotes.admin.base import SalesAdmin, ask, ask_and_press, person, press_to
from quotes.admin.quote_forms import CopyForm, FillForm, SaveTemplateForm
from quotes.models import Version
from quotes.services import choices, copying, desk, templates
from quotes.services import handing as handing_over


class QuoteDesk(SalesAdmin):
    actions = ["copy_quote", "save_template", "fill", "hand_over", "refresh_choices"]

    @admin.action(description="Copy to a new quote…", permissions=["edit"])
    def copy_quote(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        form = ask(
            self,
            request,
            rows,
            action="copy_quote",
            question="Copy to a new quote",
            consequence="A new draft with the same lines. Prices are asked of the ERP anew; those "
            "that were set by hand come along and are marked, but for the same company only. "
            "Another one gets no price, discount, term, address or note of the first.",
            button="Copy it",
            form_class=CopyForm,
        )
        if isinstance(form, HttpResponse):
            return form
        return press_to(self, request, rows, partial(self._copied, request, form))

    def _copied(self, request: HttpRequest, form: forms.Form, version: Version) -> HttpResponse:
        account = form.cleaned_data["account"] or version.quote.account
        buyer = desk.buyer_of(account, form.cleaned_data["email"])
        if buyer is None and account == version.quote.account:
            buyer = version.quote.buyer
        copied = copying.copy_quote(
            version, account=account, buyer=buyer, user=person(request), on=timezone.now().date()
        )
        fresh = copied.version
        messages.success(request, f"{fresh} is a copy of {version}.")
        if copied.refusal:
            self._tell(request, f"The ERP was not asked for prices: {copied.refusal}")
        for one in copied.unpriced:
            self._tell(request, f"{fresh}, line {one.line} got no price: {one.reason}")
        return HttpResponseRedirect(reverse("admin:quotes_version_change", args=[fresh.pk]))

    @admin.action(description="Save as a template…", permissions=["edit"])
    def save_template(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(templates.save_template, user=person(request)),
            done="saved as “{name}”",
            action="save_template",
            question="Save as a template",
            consequence="Its lines and terms can fill quotes for every company. Of its prices, "
            "those set by hand are kept; of its notes, none.",
            button="Save it",
            form_class=SaveTemplateForm,
        )

    @admin.action(description="Fill from a template…", permissions=["edit"])
    def fill(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            partial(templates.apply_template, user=person(request)),
            done="filled from “{template}”",
            action="fill",
            question="Fill from a template",
            consequence="The empty quote gets the template's lines, terms and notes. Price it "
            "from the ERP afterwards.",
            button="Fill it",
            form_class=FillForm,
        )

    @admin.action(description="Change the owner…", permissions=["edit"])
    def hand_over(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        press = handing_over.hand_over_quote
        return handing.hand_over(self, request, rows, press, question="Change the owner")

    @admin.action(description="Refresh terms and shipping", permissions=["edit"])
    def refresh_choices(self, request: HttpRequest, rows: QuerySet[Version]) -> HttpResponse | None:
        """Asks the ERP and the storefront once, whichever rows are chosen."""
        try:
            choices.refresh()
        except PortalError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            self.message_user(request, "The lists to choose from are fresh.", messages.SUCCESS)
        return pressing.back(request)

    def _tell(self, request: HttpRequest, text: Any) -> None:
        self.message_user(request, text, messages.WARNING)
