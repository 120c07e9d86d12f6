"""A word of somebody without access."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WordForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
