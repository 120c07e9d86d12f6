"""Finds a company by what is typed: a list of all of them would be too long to choose from."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from unfold.widgets import UnfoldAdminTextInputWidget

from integrations.models import Account

NAMED = 5


class CompanyField(forms.CharField):
    """Cleans to the one Account meant, or None for nothing typed where that is allowed."""

    def __init__(self, **kwargs: Any) -> None:
        known = {"label": "Company", "max_length": 200, "widget": UnfoldAdminTextInputWidget}
        super().__init__(**{**known, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        return _company_named(text) if text else None


def _company_named(text: str) -> Account:
    """The one company meant; names those it could be when there are several."""
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
