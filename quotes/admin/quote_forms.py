"""What is asked before a quote is copied, made a template, filled from one."""

from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from quotes.admin.companies import CompanyField
from quotes.errors import Incomplete
from quotes.models import QuoteTemplate
from quotes.services import desk


class CopyForm(forms.Form):
    account = CompanyField(
        label="For which company",
        required=False,
        help_text="Its name, a part of it that no other has, or its tax id. Empty: the same one.",
    )
    email = forms.EmailField(
        label="For which buyer",
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text="The address of a buyer of that company. Empty: the same one, or for another "
        "company nobody in particular.",
    )


class OpenForm(forms.Form):
    account = CompanyField(help_text="Its name, a part of it that no other has, or its tax id.")
    email = forms.EmailField(
        label="Buyer",
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text="The address of a buyer of that company. Empty: nobody in particular.",
    )
    currency = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    title = forms.CharField(
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="For yourselves; the buyer does not see it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, code) for code in settings.PORTAL_CURRENCIES]
        self.fields["currency"].choices = codes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The buyer beside the company, as `buyer`."""
        entered = super().clean() or {}
        if "account" in entered and "email" in entered:
            try:
                entered["buyer"] = desk.buyer_of(entered["account"], entered["email"])
            except Incomplete as refusal:
                self.add_error("email", str(refusal))
        return entered


class SaveTemplateForm(forms.Form):
    name = forms.CharField(label="Name", max_length=120, widget=UnfoldAdminTextInputWidget)
    note = forms.CharField(
        label="Note to every buyer",
        required=False,
        widget=UnfoldAdminTextareaWidget,
        help_text="It goes into each quote that is filled from the template. The notes of this "
        "quote are not kept: they are for its company. Empty: a template that is replaced keeps "
        "its own.",
    )
    replaces = forms.BooleanField(
        label="Replace a template of that name", required=False, widget=UnfoldBooleanWidget
    )


class FillForm(forms.Form):
    template = forms.ModelChoiceField(
        queryset=QuoteTemplate.objects.all(), label="Template", widget=UnfoldAdminSelectWidget
    )
