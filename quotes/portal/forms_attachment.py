"""A file for a request."""

from django import forms
from django.utils.translation import gettext_lazy as _

from quotes.policies import files


class AttachmentForm(forms.Form):
    """For `portal/_attachments.html`; what the file holds is checked by the service."""

    file = forms.FileField(
        label=_("Add a file"),
        help_text=_("A drawing, a list or a picture."),
        allow_empty_file=True,  # the service says what is wrong with it
        widget=forms.ClearableFileInput(
            attrs={"accept": ",".join(f".{one}" for one in files.EXTENSIONS)}
        ),
    )
