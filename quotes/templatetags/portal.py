"""What the templates of the buyers' pages need beside Django's own."""

from typing import Any

from django import template

from quotes.portal import shown, words

register = template.Library()

for name in ("money", "unit_money", "quantity", "percent", "day", "moment", "web_address"):
    register.filter(name, getattr(shown, name))


@register.inclusion_tag("portal/_badge.html")
def state_of(row: Any) -> dict[str, str]:
    """The badge of a request, a version or an order, in the buyer's words."""
    label, look = words.state_of(row)
    return {"label": str(label), "look": look}
