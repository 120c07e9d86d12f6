"""The editor's one form: header, two addresses, and the lines; and how it becomes an Edit.

Forms check that a number is a number; what is allowed is checked by the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from integrations.records import Address
from quotes.admin.choice_fields import offer_choices
from quotes.admin.moment_field import SellerMomentField
from quotes.admin.tier_field import TiersField, text_of
from quotes.models import Version, VersionLine
from quotes.services import choices
from quotes.services.choices import Kind, Lists
from quotes.services.editing import MOST_LINES, Edit, EditedLine

LINE_FIELDS = (
    "sku",
    "title",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "tax_percent",
    "is_optional",
    "note",
)
_ADDRESS_LABELS = {
    "street1": "Street",
    "street2": "Street, second line",
    "region": "State or province",
    "country_code": "Country (two letters)",
}


def _number_input() -> forms.TextInput:
    """Typed text, not a spinner: a wheel over a price must not change it."""
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class HeaderForm(forms.ModelForm):
    valid_until = SellerMomentField("Valid until", required=False)

    class Meta:
        model = Version
        fields = (
            "valid_until",
            "terms_name",
            "terms_ref",
            "discount_percent",
            "freight_name",
            "freight_net",
            "freight_tax_percent",
            "region_ref",
            "shipping_ref",
            "needs_po_number",
            "note",
            "internal_note",
        )
        labels = {
            "discount_percent": "Discount on all lines, %",
            "freight_name": "Freight is called",
            "freight_tax_percent": "Tax on freight, %",
            "needs_po_number": "The buyer must give a PO number",
            "internal_note": "Internal note, never shown to the buyer",
        }
        widgets = {
            "discount_percent": _number_input(),
            "freight_net": _number_input(),
            "freight_tax_percent": _number_input(),
            "note": _area(3),
            "internal_note": _area(2),
        }

    def __init__(self, *args: Any, lists: Lists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _show_plainly(self, "discount_percent", "freight_net", "freight_tax_percent")
        self.lists = lists
        offer_choices(self, lists)

    def clean(self) -> dict[str, Any]:
        """The name of terms that were chosen comes with them, not from what was there before."""
        entered = super().clean() or {}
        if "terms_name" not in self.fields:
            term = self.lists[Kind.TERMS].named(entered.get("terms_ref", ""))
            entered["terms_name"] = term.name if term else ""
        return entered

    def validate_constraints(self) -> None:
        """The service checks the rules, in words."""


class AddressForm(forms.Form):
    """The fields of an Address; all empty means none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in fields(Address):
            label = _ADDRESS_LABELS.get(part.name, part.name.replace("_", " ").capitalize())
            self.fields[part.name] = forms.CharField(label=label, max_length=200, required=False)
        self.fields["country_code"].validators.append(
            RegexValidator("^[A-Za-z]{2}$", "Two letters, such as DE.")
        )

    def written(self) -> dict[str, str]:
        kept = dict(self.cleaned_data)
        kept["country_code"] = kept["country_code"].upper()
        return kept if any(kept.values()) else {}


class LineForm(forms.ModelForm):
    line_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label="No.",
        required=False,
        min_value=0,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    alternative = forms.IntegerField(
        label="Instead of line",
        required=False,
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    tiers = TiersField()

    class Meta:
        model = VersionLine
        fields = LINE_FIELDS
        labels = {
            "discount_percent": "Discount, %",
            "tax_percent": "Tax, %",
            "unit_price": "Net price",
            "is_optional": "Optional",
        }
        widgets = {
            "quantity": _number_input(),
            "unit_price": _number_input(),
            "discount_percent": _number_input(),
            "tax_percent": _number_input(),
            "title": _area(1),  # grows with its text, where the browser can
            "description": _area(2),
            "note": _area(2),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False  # the SKU is enough
        _show_plainly(self, "quantity", "unit_price", "discount_percent", "tax_percent")

    def clean_title(self) -> str:
        """One line, however it was typed."""
        return " ".join(self.cleaned_data["title"].split())

    def validate_constraints(self) -> None:
        """The service checks the rules, for all lines together."""


class LineFormSet(forms.BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"


LINES = forms.formset_factory(
    LineForm, formset=LineFormSet, extra=1, can_delete=True, max_num=MOST_LINES, validate_max=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """The parts of the form, empty of or filled with what a person sent."""

    edits: int
    header: HeaderForm
    ship_to: AddressForm
    bill_to: AddressForm
    lines: Any

    def is_valid(self) -> bool:
        parts = (self.header, self.ship_to, self.bill_to, self.lines)
        return not [part for part in parts if not part.is_valid()]  # each shows its errors

    def edit(self) -> Edit:
        """What was entered; only of a valid form."""
        addresses = {"ship_to": self.ship_to.written(), "bill_to": self.bill_to.written()}
        kept = [form for form in self.lines.forms if _is_kept(form)]
        last = max((form.cleaned_data["place"] or 0 for form in kept), default=0)
        lines = [_line(form.cleaned_data, last + n) for n, form in enumerate(kept, start=1)]
        return Edit(edits=self.edits, header=self.header.cleaned_data | addresses, lines=lines)

    def complaints(self) -> list[str]:
        """Every error in words that say where it is."""
        found = _errors(self.header, "")
        found += _errors(self.ship_to, "Ship to: ") + _errors(self.bill_to, "Bill to: ")
        found += list(self.lines.non_form_errors())
        for n, form in enumerate(self.lines.forms, start=1):
            if self.lines._should_delete_form(form):
                continue
            found += _errors(form, f"Row {n}: ")
        return found


def blank(version: Version) -> Editor:
    """The form with what the version holds."""
    return Editor(
        edits=version.edits,
        header=HeaderForm(instance=version, lists=choices.offered()),
        ship_to=AddressForm(prefix="ship_to", initial=version.ship_to),
        bill_to=AddressForm(prefix="bill_to", initial=version.bill_to),
        lines=LINES(prefix="lines", initial=[_initial(line) for line in version.lines.all()]),
    )


def filled(sent: QueryDict) -> Editor:
    """The form with what a person sent."""
    edits = sent.get("edits", "")
    return Editor(
        edits=int(edits) if edits.isdecimal() and len(edits) < 10 else -1,
        header=HeaderForm(sent, instance=Version(), lists=choices.offered()),
        ship_to=AddressForm(sent, prefix="ship_to"),
        bill_to=AddressForm(sent, prefix="bill_to"),
        lines=LINES(sent, prefix="lines"),
    )


def with_another_line(sent: QueryDict) -> QueryDict:
    """What was sent, with one more empty line at its end."""
    more = sent.copy()
    total = more.get("lines-TOTAL_FORMS", "")
    if not (total.isdecimal() and int(total) < MOST_LINES):
        return more
    more["lines-TOTAL_FORMS"] = str(int(total) + 1)
    for name, value in {"unit": "pcs", "discount_percent": "0"}.items():
        more[f"lines-{total}-{name}"] = value
    return more


def _initial(line: VersionLine) -> dict[str, Any]:
    known = {name: getattr(line, name) for name in LINE_FIELDS}
    other = line.alternative_to
    return known | {
        "line_id": line.pk,
        "place": line.n,
        "alternative": other.n if other else None,
        "tiers": text_of(line.tiers),
    }


def _is_kept(form: forms.Form) -> bool:
    entered = form.cleaned_data
    return bool(form.has_changed() or entered.get("line_id")) and not entered.get("DELETE")


def _line(entered: Mapping[str, Any], last: int) -> EditedLine:
    place = entered["place"]
    return EditedLine(
        line_id=entered["line_id"],
        place=last if place is None else place,
        alternative=entered["alternative"],
        tiers=entered["tiers"],
        **{name: entered[name] for name in LINE_FIELDS},
    )


def _show_plainly(form: forms.ModelForm, *names: str) -> None:
    """Numbers without the zeros that their columns add: 19, not 19.0000."""
    for name in names:
        number = form.initial.get(name)
        if number is not None:
            form.initial[name] = f"{number.normalize():f}"


def _errors(form: forms.BaseForm, where: str) -> list[str]:
    found = []
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label or name}: " if name in form.fields else ""
        found.append(where + label + " ".join(map(str, errors)))
    return found
