"""An instant typed and shown by the seller's clock, with the zone named at the field."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import lazy

LOCAL = "%Y-%m-%dT%H:%M"


def _label(what: str) -> str:
    return f"{what} ({settings.PORTAL_TIME_ZONE.key})"


class SellerMomentField(forms.DateTimeField):
    """Cleans to an aware UTC instant; a time that the clock skips or shows twice is refused."""

    def __init__(self, what: str, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        super().__init__(**{"label": lazy(_label, str)(what), "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(settings.PORTAL_TIME_ZONE):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(settings.PORTAL_TIME_ZONE):
            at = super().to_python(value)
        return at.astimezone(UTC) if at else None
