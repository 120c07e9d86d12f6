"""What people type to get in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.models import Buyer
from quotes.signin import policies


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )

    def clean_email(self) -> str:
        return policies.normal_email(self.cleaned_data["email"])


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("The six digits from the mail."),
        max_length=16,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code",
            }
        ),
    )


class AccountForm(forms.Form):
    """One of the buyers that this user may act as."""

    buyer = forms.ModelChoiceField(queryset=Buyer.objects.none())

    def __init__(self, *args: Any, buyers: list[Buyer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = Buyer.objects.filter(pk__in=[buyer.pk for buyer in buyers])
        self.fields["buyer"].queryset = allowed  # type: ignore[attr-defined]
