"""The languages of the buyers' pages and mails."""

from django.conf import settings
from django.utils.translation import get_supported_language_variant


def known(tag: str) -> str:
    """The portal's language for a tag such as `de-AT` or `fr_FR`; empty where it speaks none."""
    try:
        return get_supported_language_variant(tag.strip().lower().replace("_", "-"))
    except LookupError:
        return ""


def spoken(tag: str) -> str:
    """The same, and the portal's usual language where that is none."""
    return known(tag) or settings.LANGUAGE_CODE
