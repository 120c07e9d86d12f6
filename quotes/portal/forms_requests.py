"""What a buyer types to ask for a quote: the request and its lines.

The lines are rows of texts until they are saved or sent, so that adding a line, pasting or
searching loses nothing that was typed, right or wrong.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from quotes.models import Rfq, RfqLine
from quotes.portal.amounts import BadNumber, number_in
from quotes.portal.paste import LineRow
from quotes.services.rfqs import MOST_LINES, Asked, AskedLine

FIRST_ROWS, MORE_ROWS = 3, 5
USUAL_UNIT = "pcs"
_PLACE = re.compile(r"lines-([0-9]{1,4})-[a-z_]+")


class NumberField(forms.CharField):
    """A Decimal as people write it, with its column's digits."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, places: int, above_zero: bool, **kwargs: Any) -> None:
        super().__init__(max_length=30, **kwargs)
        self.places, self.above_zero = places, above_zero

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._checked(text) if text else None

    def _checked(self, text: str) -> Decimal:
        try:
            number = number_in(text)
        except BadNumber as bad:
            raise forms.ValidationError(str(bad)) from bad
        if number < 0 or (self.above_zero and number == 0):
            least = (
                gettext("Enter a number above zero.")
                if self.above_zero
                else gettext("Not below zero.")
            )
            raise forms.ValidationError(least)
        if number >= Decimal(10) ** (18 - 6) or number != round(number, self.places):
            raise forms.ValidationError(gettext("This number has too many digits."))
        return number


class RequestForm(forms.Form):
    """What is said once for all lines. `key` makes a second press of “send” the same request."""

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    reference = forms.CharField(label=_("Your reference"), max_length=80, required=False)
    needed_by = forms.DateField(
        label=_("Needed by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
    )
    currency = forms.ChoiceField(label=_("Currency"))
    note = forms.CharField(
        label=_("Message to sales"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = dict.fromkeys([*([currency] if currency else []), *settings.PORTAL_CURRENCIES])
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(rfq: Rfq) -> dict[str, Any]:
        names = ("reference", "needed_by", "currency", "note")
        return {name: getattr(rfq, name) for name in names}


class LineForm(forms.Form):
    sku = forms.CharField(label=_("SKU"), max_length=80, required=False)
    title = forms.CharField(label=_("What is wanted"), max_length=300, required=False)
    quantity = NumberField(label=_("Quantity"), places=4, above_zero=True)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    target_price = NumberField(label=_("Target price"), places=6, above_zero=False, required=False)
    note = forms.CharField(label=_("Note"), max_length=2000, required=False)
    configuration = forms.CharField(max_length=20_000, required=False, widget=forms.HiddenInput)

    def clean_configuration(self) -> tuple[tuple[str, str], ...]:
        """The choices of a configurator travel with their line, unread by the buyer."""
        return choices_in(self.cleaned_data["configuration"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("sku") or cleaned.get("title")) and "title" not in self.errors:
            self.add_error("title", gettext("Enter a SKU or say what is wanted."))
        return cleaned

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        """The configuration, to be shown."""
        try:
            return choices_in(str(self["configuration"].value() or ""))
        except forms.ValidationError:
            return ()

    def asked(self) -> AskedLine:
        facts = dict(self.cleaned_data)
        return AskedLine(**facts | {"unit": facts["unit"] or USUAL_UNIT})


NAMES = tuple(LineForm.base_fields)


class Lines:
    """The lines of one page. Rows where nothing is wanted are left out when it is `bound`."""

    def __init__(self, rows: Sequence[LineRow], *, bound: bool) -> None:
        kept = [row for row in rows if is_filled(row)] or [{}] if bound else rows
        self.forms = [_line_form(n, row, bound) for n, row in enumerate(kept)]

    def is_valid(self) -> bool:
        """Judges every line, so that each shows what is wrong with it."""
        wrong = [form for form in self.forms if not form.is_valid()]
        return not wrong

    def asked(self) -> list[AskedLine]:
        return [form.asked() for form in self.forms]


def _line_form(n: int, row: LineRow, bound: bool) -> LineForm:
    prefix = f"lines-{n}"
    if not bound:
        return LineForm(
            initial={"unit": USUAL_UNIT} | row, prefix=prefix, use_required_attribute=False
        )
    entered = {f"{prefix}-{name}": text for name, text in row.items()}
    return LineForm(entered, prefix=prefix, use_required_attribute=False)


def is_filled(row: LineRow) -> bool:
    return any(row.get(name, "").strip() for name in NAMES if name != "unit")


def rows_in(sent: Mapping[str, Any]) -> list[LineRow]:
    """The rows of a form that was sent, in their order."""
    places = {int(found[1]) for name in sent if (found := _PLACE.fullmatch(name))}
    return [
        {name: str(sent.get(f"lines-{n}-{name}", "")) for name in NAMES}
        for n in sorted(places)[:MOST_LINES]
    ]


def rows_of(rfq: Rfq) -> list[LineRow]:
    """The rows of a request that is kept."""
    return [
        {
            "sku": line.sku,
            "title": "" if line.title == line.sku else line.title,
            "quantity": _plain(line.quantity),
            "unit": line.unit,
            "target_price": "" if line.target_price is None else _plain(line.target_price),
            "note": line.note,
            "configuration": json.dumps(line.configuration) if line.configuration else "",
        }
        for line in rfq.lines.all()
    ]


def asked_of(form: RequestForm, lines: Lines, *, like: Rfq | None) -> Asked:
    """What to request; an edited request keeps where it came from."""
    facts = {name: form.cleaned_data[name] for name in RequestForm.base_fields if name != "key"}
    origin: dict[str, Any] = {"source": like.source, "source_ref": like.source_ref} if like else {}
    language = get_language() or ""
    return Asked(lines=tuple(lines.asked()), language=language, **facts, **origin)


def choices_in(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a configuration as it stands in the form. Raises ValidationError."""
    wrong = forms.ValidationError(gettext("The configuration is damaged; add the article again."))
    try:
        pairs = json.loads(text or "[]")
    except (ValueError, RecursionError) as bad:
        raise wrong from bad
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise wrong
    return tuple((name, value) for name, value in pairs)


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)


def _plain(number: Decimal) -> str:
    """As a number that reads the same again: no zeros at the end, never three decimals alone."""
    text = f"{number.normalize():f}"
    return f"{text}0" if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text) else text


class PasteForm(forms.Form):
    paste = forms.CharField(
        label=_("Paste lines"),
        help_text=_(
            "One line each: SKU; quantity; target price; note. The last two may be left out. "
            "Semicolons, tabs or commas part the columns."
        ),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"}),
    )
    q = forms.CharField(label=_("Find articles"), max_length=80, required=False)


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason, if you like"), max_length=2000, required=False)


class MessageForm(forms.Form):
    """A word in the thread of a request, about one of its lines if so chosen."""

    text = forms.CharField(
        label=_("Your message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    line = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, *args: Any, lines: Sequence[RfqLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.pk): line for line in lines}
        named = [(pk, str(line)) for pk, line in self.lines.items()]
        self.fields["line"].choices = [("", _("The whole request")), *named]  # type: ignore[attr-defined]

    def clean_line(self) -> RfqLine | None:
        return self.lines.get(self.cleaned_data["line"])
