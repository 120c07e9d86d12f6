"""A quote that nobody asked for: for which company, in which currency."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from quotes.admin.base import SalesAdmin, person
from quotes.admin.quote_forms import OpenForm
from quotes.services import drafting


def show(screen: SalesAdmin, request: HttpRequest) -> HttpResponse:
    """The form; a POST opens the quote and leads to its editor."""
    if not screen.has_edit_permission(request):
        raise PermissionDenied
    form = OpenForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        version = drafting.open_quote(
            account=said["account"],
            person=said["buyer"],
            currency=said["currency"],
            title=said["title"],
            user=person(request),
        )
        messages.success(request, f"{version} is open. Add lines, or fill it from a template.")
        return HttpResponseRedirect(reverse("admin:quotes_version_change", args=[version.pk]))
    context: dict[str, Any] = {
        **screen.admin_site.each_context(request),
        "title": "Open a quote",
        "opts": screen.opts,
        "media": screen.media,
        "form": form,
    }
    return TemplateResponse(request, "console/open_quote.html", context)
