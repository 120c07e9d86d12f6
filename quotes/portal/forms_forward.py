"""To whom in their company a buyer passes an offer on."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.models import Buyer


class ColleagueField(forms.ModelChoiceField):
    def label_from_instance(self, person: Any) -> str:
        return str(person.email)


class ForwardForm(forms.Form):
    """A colleague from the list, or an address."""

    to = ColleagueField(
        label=_("Colleague"),
        queryset=Buyer.objects.none(),
        required=False,
        empty_label=_("Choose a colleague"),
    )
    address = forms.EmailField(
        label=_("Or their e-mail address"),
        help_text=_("Only who buys for your company already gets a mail."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("A word to your colleague, if you like"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, colleagues: QuerySet[Buyer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = colleagues

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if self.errors:
            return entered
        if bool(entered["to"]) == bool(entered["address"]):
            raise forms.ValidationError(gettext("Choose a colleague, or type an address."))
        return entered
