"""What is asked before a request is moved: a question, a reason, a company."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from quotes.admin.companies import CompanyField
from quotes.models import Rfq, RfqLine


class QuestionForm(forms.Form):
    text = forms.CharField(
        label="Your question",
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="The buyer reads it, and answers in the thread.",
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The buyer reads it; it is kept with your name.",
    )


class AccountForm(forms.Form):
    account = CompanyField(
        help_text="Its name, a part of it that no other has, or its tax id. A buyer of it with "
        "the address of the request becomes its buyer."
    )


class MessageForm(forms.Form):
    """A word in the thread of one request, about all of it or one of its lines."""

    text = forms.CharField(
        label="Message", max_length=4000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    line = forms.ModelChoiceField(
        queryset=RfqLine.objects.none(),
        required=False,
        label="About",
        empty_label="the whole request",
        widget=UnfoldAdminSelectWidget,
    )
    is_internal = forms.BooleanField(
        label="Internal note: only staff reads it", required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, rfq: Rfq, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = rfq.lines.all()  # type: ignore[attr-defined]
