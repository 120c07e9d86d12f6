"""What the templates of the buyers' pages need beside Django's own."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from quotes.portal import shown, words

register = template.Library()

for name in ("money", "unit_money", "quantity", "percent", "day", "moment", "web_address"):
    register.filter(name, getattr(shown, name))


@register.simple_tag
def state_of(row: Any) -> SafeString:
    """The badge of a request, a version or an order, in the buyer's words."""
    label, look = words.state_of(row)
    return _badge(str(label), look)


@lru_cache(maxsize=256)
def _badge(label: str, look: str) -> SafeString:
    """A list has the same few in all its rows."""
    found = get_template("portal/_badge.html").render({"label": label, "look": look})
    return SafeString(found.strip())  # stripping makes it a plain text, which would be escaped
