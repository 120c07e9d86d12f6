"""What somebody without access types to ask for a quote."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from quotes.services.rfqs import Asked, AskedLine, Visitor
from quotes.signin import policies

FIRST_ROWS, MORE_ROWS, MOST_ROWS = 3, 5, 50
_NUMBER = re.compile(r"[0-9]{1,12}([.,][0-9]{1,4})?")
_COULD_BE_TWO = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class AnonymousForm(forms.Form):
    """Who asks, and what holds for all lines."""

    company = forms.CharField(
        label=_("Company"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send a code there, and later the quote."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    currency = forms.ChoiceField(label=_("Currency"))
    note = forms.CharField(
        label=_("Anything else?"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, code) for code in settings.PORTAL_CURRENCIES]
        self.fields["currency"].choices = codes  # type: ignore[attr-defined]
        self.fields["currency"].initial = codes[0][0]

    def clean_email(self) -> str:
        return policies.normal_email(self.cleaned_data["email"])


class AnonymousLineForm(forms.Form):
    title = forms.CharField(label=_("What do you need?"), max_length=300, required=False)
    sku = forms.CharField(label=_("Article no."), max_length=80, required=False)
    quantity = forms.CharField(
        label=_("Quantity"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def clean_quantity(self) -> str:
        """A text with a point, as it is kept until the address is confirmed."""
        typed = self.cleaned_data["quantity"].strip()
        if _COULD_BE_TWO.fullmatch(typed):
            raise forms.ValidationError(gettext("Write the number without thousands."))
        if not _NUMBER.fullmatch(typed) or not Decimal(typed.replace(",", ".")):
            raise forms.ValidationError(gettext("Enter a number above zero, such as 12 or 1.5."))
        return typed.replace(",", ".")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = cleaned.get("title") or cleaned.get("sku")
        if not named and not {"title", "sku"} & set(self.errors):
            self.add_error("title", gettext("Say what you need, or give its article number."))
        return cleaned


class _Lines(forms.BaseFormSet):
    """Rows that were left or made empty do not count; one must be filled in."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.empty_permitted = True
        return form

    def clean(self) -> None:
        if not any(form.has_changed() for form in self.forms):
            raise forms.ValidationError(gettext("Fill in at least one line."))


LineFormSet = forms.formset_factory(
    AnonymousLineForm,
    formset=_Lines,
    extra=FIRST_ROWS - 1,
    min_num=1,
    max_num=MOST_ROWS,
    validate_max=True,
    absolute_max=MOST_ROWS,
)


def visitor_of(contact: dict[str, str]) -> Visitor:
    return Visitor(email=contact["email"], name=contact["name"], company=contact["company"])


def asked_of(contact: dict[str, str], lines: list[dict[str, str]]) -> Asked:
    """The request of what was typed and found good."""
    return Asked(
        currency=contact["currency"],
        note=contact["note"],
        language=get_language() or "",
        lines=tuple(
            AskedLine(
                title=line["title"],
                sku=line["sku"],
                quantity=Decimal(line["quantity"]),
                note=line["note"],
            )
            for line in lines
        ),
    )
