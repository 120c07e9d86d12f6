"""The faults of a stand-in: which are set, a form for one more, a button that resets all.

Only in a demo, see `integrations.sandbox.dials`; of a real system there is no such page.
"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.admin.base import actor
from integrations.errors import RemoteError
from integrations.models import Connection
from integrations.sandbox import dials
from integrations.sandbox.dials import FAULTS, Dials
from integrations.standin import OF_FIELDS

NEEDS_SIZE = {"shrink_pages", "repeat_callbacks"}


class DialForm(forms.Form):
    """One fault; `seconds`, `size` and `field` count for the faults that say so."""

    fault = forms.ChoiceField(label="Fault", widget=UnfoldAdminSelectWidget)
    seconds = forms.DecimalField(
        min_value=-86400,
        max_value=86400,
        initial=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="How long, for the faults that name seconds.",
    )
    size = forms.IntegerField(
        label="Rows or copies",
        min_value=1,
        max_value=1000,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="For smaller pages and for callbacks that come again.",
    )
    field = forms.ChoiceField(
        label="Field that changes", required=False, widget=UnfoldAdminSelectWidget
    )
    times = forms.IntegerField(
        label="How many times",
        required=False,
        min_value=1,
        max_value=100000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Leave empty for: until it is reset.",
    )
    only = forms.CharField(
        label="Which calls",
        initial="*",
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
        help_text="* is all of them; salesOrders.* those whose name begins so. "
        "Callbacks and fields do not look at it.",
    )

    def __init__(self, *args: Any, known: Dials, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("fault", [(name, FAULTS[name][0]) for name in known.known])
        if known.fields:
            self._offer("field", [("", "–"), *((one, one) for one in known.fields)])
        else:
            del self.fields["field"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        fault, seconds = cleaned.get("fault"), cleaned.get("seconds")
        if fault in OF_FIELDS and not cleaned.get("field"):
            self.add_error("field", "Choose the field that is to change.")
        if fault != "skew" and seconds is not None and seconds < 0:
            self.add_error("seconds", "Only a clock can be behind: use 0 or more.")
        return cleaned

    def dial(self) -> dict[str, Any]:
        """As the stand-in takes it."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def urls(screen: admin.ModelAdmin) -> list[URLPattern]:
    """The page beside a connection's own."""

    def guard(request: HttpRequest, connection_id: int) -> HttpResponse:
        row = Connection.objects.filter(pk=connection_id).first()
        if not screen.has_change_permission(request, row):
            raise PermissionDenied
        if row is None or not dials.is_standin(row):
            raise Http404
        return _page(screen, request, row)

    return [
        path(
            "<int:connection_id>/faults/",
            screen.admin_site.admin_view(guard),
            name="integrations_connection_faults",
        )
    ]


def address_of(connection: Connection) -> str:
    """Where the page of this stand-in is; empty for a connection that points to none."""
    if not dials.is_standin(connection):
        return ""
    return reverse("admin:integrations_connection_faults", args=[connection.pk])


def _page(screen: admin.ModelAdmin, request: HttpRequest, row: Connection) -> HttpResponse:
    is_answer = request.method == "POST"
    try:
        if is_answer and "reset" in request.POST:
            dials.clear_dials(row, actor=actor(request))
            return _again(request, "All faults are reset.")
        known = dials.read_dials(row)
        form = DialForm(request.POST if is_answer else None, known=known)
        if is_answer and form.is_valid():
            dials.set_dial(row, form.dial(), actor=actor(request))
            return _again(request, f"Set: {FAULTS[form.cleaned_data['fault']][0]}.")
    except RemoteError as gone:
        messages.error(request, f"The stand-in did not take it: {gone.message}")
        return HttpResponseRedirect(_home(row))
    context = {
        **screen.admin_site.each_context(request),
        "title": f"Faults of {row.name}",
        "opts": screen.opts,
        "row": row,
        "form": form,
        "is_set": [_in_words(dial) for dial in known.is_set],
        "explained": [FAULTS[name] for name in known.known],
        "home": _home(row),
    }
    return TemplateResponse(request, "console/faults.html", context)


def _in_words(dial: Mapping[str, Any]) -> dict[str, str]:
    """What a dial is called, what it does and how far it reaches."""
    name, does = FAULTS.get(dial["fault"], (dial["fault"], ""))
    reach = [f"{float(dial['seconds']):g} s"]
    if dial["fault"] in NEEDS_SIZE:
        reach.append(f"{dial['size']} rows or copies")
    if dial["field"]:
        reach.append(dial["field"])
    if dial["only"] != "*":
        reach.append(f"calls {dial['only']}")
    reach.append(f"{dial['times']} more times" if dial["times"] else "until it is reset")
    return {"name": name, "does": does, "reach": ", ".join(reach)}


def _again(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(request.path)


def _home(row: Connection) -> str:
    return reverse("admin:integrations_connection_change", args=[row.pk])
