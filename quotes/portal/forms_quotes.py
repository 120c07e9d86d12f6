"""What a buyer types to answer an offer. `revision` and `sha256` say which one they looked at."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quotes.models import Version
from quotes.services.answering import Answer


class SeenForm(forms.Form):
    """Which offer was looked at, and the key that makes a second press the same answer."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def answer(self) -> Answer:
        facts = self.cleaned_data
        return Answer(
            revision=facts["revision"],
            sha256=facts["sha256"],
            key=facts["key"],
            signature=facts.get("signature", ""),
            po_number=facts.get("po_number", ""),
        )


class AcceptForm(SeenForm):
    po_number = forms.CharField(
        label=_("Your PO number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    signature = forms.CharField(
        label=_("Signature"),
        help_text=_("Type your full name. It stands for your signature."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "signature"}),
    )

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version.needs_po_number:
            self.fields["po_number"].required = True
        else:
            self.fields["po_number"].help_text = _("If you have one.")


class ReasonForm(forms.Form):
    """A text that goes to sales or to a colleague."""

    text = forms.CharField(label=_("Reason"), max_length=5000, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, label: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].required = label, required
