"""What every page of the portal knows: its name, who is there, for whom they buy."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from quotes.portal.access import HOME


def portal(request: HttpRequest) -> dict[str, Any]:
    """The context processor of `templates/portal/base.html`."""
    if not request.path.startswith(HOME):
        return {}
    return {
        "portal_name": settings.PORTAL_NAME,
        "languages": settings.LANGUAGES,  # each by its own name, whatever the page speaks
        "buyer": getattr(request, "buyer", None),
        "may_switch": len(getattr(request, "buyers", ())) > 1,
        # Where the page is left to when its language changes; a form that was sent stays behind.
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
