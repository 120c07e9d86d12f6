"""Fields of the editor that offer what the ERP and the storefront have, where that is known."""

from django import forms
from django.utils import timezone

from integrations.looks import written
from quotes.services.choices import CALLED, Choice, Kind, Lists, Offered

FIELDS = {"terms_ref": Kind.TERMS, "region_ref": Kind.REGIONS, "shipping_ref": Kind.SHIPPING}
LABELS = {"terms_ref": "Payment terms", "region_ref": "Region", "shipping_ref": "Shipping"}


def offer_choices(form: forms.Form | forms.ModelForm, lists: Lists) -> None:
    """Makes a field with a known list a choice; the others stay typed, and say why.

    The service judges what was chosen, so that a row that is gone is refused in its words.
    """
    for name, kind in FIELDS.items():
        if kind not in lists:
            continue
        field, offered = form.fields[name], lists[kind]
        field.help_text = _age(offered)
        if not offered.rows:
            continue
        field.label = LABELS[name]
        now = _now(form, name)
        if name == "terms_ref":
            now = form.initial[name] = now or _ref_of(offered, _now(form, "terms_name"))
            del form.fields["terms_name"]
        field.widget = forms.Select(choices=_options(offered, now))


def _now(form: forms.Form | forms.ModelForm, name: str) -> str:
    return str((form.data if form.is_bound else form.initial).get(name) or "")


def _ref_of(offered: Offered, typed: str) -> str:
    """What was typed before there was a list may name a row of it."""
    return next((row.ref for row in offered.rows if row.name == typed), typed)


def _options(offered: Offered, now: str) -> list[tuple[str, str]]:
    rows = [("", "–"), *((row.ref, _named(row)) for row in offered.rows)]
    if now and offered.named(now) is None:
        rows.append((now, f"{now} (not on the list)"))
    return rows


def _named(row: Choice) -> str:
    return f"{row.name} ({row.detail})" if row.detail and row.detail != row.name else row.name


def _age(offered: Offered) -> str:
    called = CALLED[Kind(offered.kind)]
    if offered.as_of is None:
        return f"The {called} of {offered.owner} were not copied yet; type it, or refresh them."
    age = written.age(offered.as_of, now=timezone.now())
    if not offered.rows:
        return f"{offered.owner} offered none {age}; type it."
    return f"From {offered.owner}, {age}."
