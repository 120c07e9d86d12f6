"""The first page of the console: a verdict in one line, then the panels that explain it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from integrations.admin import panels


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds the panels to the context of the first page."""
    now = timezone.now()
    built = panels.build_all(request, now=now)
    needing = [panel for panel in built if panel.needs]
    return {
        **context,
        "title": "What needs someone now",
        "panels": built,
        "needing": needing,
        "is_calm": bool(built) and not needing,
        "as_of": now,
    }
