"""What the templates of the buyers' pages need beside Django's own."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import get_template

from quotes.portal import shown, words

register = template.Library()

for name in ("money", "unit_money", "quantity", "percent", "day", "moment", "web_address"):
    register.filter(name, getattr(shown, name))


@register.simple_tag
def state_of(row: Any) -> str:
    """The badge of a request, a version or an order, in the buyer's words."""
    label, look = words.state_of(row)
    return _badge(str(label), look)


@lru_cache(maxsize=256)
def _badge(label: str, look: str) -> str:
    """A list has the same few in all its rows."""
    return str(get_template("portal/_badge.html").render({"label": label, "look": look})).strip()
