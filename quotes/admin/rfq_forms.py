"""What is asked before a request is moved: a question, a reason, a company."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from integrations.models import Account
from quotes.models import Rfq, RfqLine

NAMED = 5


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
    """Finds a company by what is typed: a list of all of them would be too long to choose from."""

    account = forms.CharField(
        label="Company",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its name, a part of it that no other has, or its tax id. A buyer of it with "
        "the address of the request becomes its buyer.",
    )

    def clean_account(self) -> Account:
        """The one company meant; names those it could be when there are several."""
        text = self.cleaned_data["account"].strip()
        exact = list(Account.objects.filter(Q(name__iexact=text) | Q(tax_id__iexact=text))[:2])
        if len(exact) == 1:
            return exact[0]
        found = list(Account.objects.filter(name__icontains=text)[: NAMED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError("No company has such a name or tax id. Add it under Companies.")
        names = ", ".join(account.name for account in found[:NAMED])
        raise ValidationError(f"Several companies match: {names}. Write more of the name.")


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
