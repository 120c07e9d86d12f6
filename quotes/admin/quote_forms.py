"""What is asked before a quote is copied, made a template, filled from one."""

from django import forms
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from quotes.admin.companies import CompanyField
from quotes.models import QuoteTemplate


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


class SaveTemplateForm(forms.Form):
    name = forms.CharField(label="Name", max_length=120, widget=UnfoldAdminTextInputWidget)
    replaces = forms.BooleanField(
        label="Replace a template of that name", required=False, widget=UnfoldBooleanWidget
    )


class FillForm(forms.Form):
    template = forms.ModelChoiceField(
        queryset=QuoteTemplate.objects.all(), label="Template", widget=UnfoldAdminSelectWidget
    )
