"""Actions: ask for a reason where it matters, press one service per row, report counts.

Actions stay on Django's own path (a POST to the list with `action` and the selected rows), so
a button on the page of a row and the selection in a list press the same thing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import UnfoldAdminTextareaWidget

from integrations.errors import PortalError
from integrations.models import TransitionNotAllowed

SHOWN_ROWS = 20
MOST_AT_ONCE = 500  # what one request can press before a proxy gives up on it
REFUSALS = (PortalError, TransitionNotAllowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button on a row's page. `action` is the list action that it presses."""

    action: str
    label: str
    tone: str = "default"


class Skipped(Exception):
    """A row that this press does not apply to; the text goes into the report."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history with your name.",
    )


def press_each(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    press: Callable[[Any], object],
    *,
    done: str,
) -> HttpResponse | None:
    """Presses for every row and says how many took it and why others did not.

    Takes at most MOST_AT_ONCE rows and says so when there were more.
    """
    pressed, skipped = 0, Counter[str]()
    chosen = list(rows[: MOST_AT_ONCE + 1])
    if len(chosen) > MOST_AT_ONCE:
        skipped[f"only {MOST_AT_ONCE} go at once, press again"] = rows.count() - MOST_AT_ONCE
    for row in chosen[:MOST_AT_ONCE]:
        try:
            press(row)
        except Skipped as why:
            skipped[str(why)] += 1
        except REFUSALS as refusal:
            skipped[getattr(refusal, "message", str(refusal))] += 1
        else:
            pressed += 1
    text, level = _report(pressed, skipped, done)
    admin.message_user(request, text, level)
    return back(request)


def ask_reason(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    action: str,
    question: str,
    consequence: str,
    button: str,
    form_class: Callable[..., forms.Form] = ReasonForm,
) -> forms.Form | HttpResponse:
    """The filled-in form, or the page that asks for it."""
    is_answer = "confirmed" in request.POST
    form = form_class(request.POST) if is_answer else form_class()
    if is_answer and form.is_valid():
        return form
    context = {
        **admin.admin_site.each_context(request),
        "title": question,
        "opts": admin.model._meta,
        "consequence": consequence,
        "rows": list(rows[:SHOWN_ROWS]),
        "more": max(0, rows.count() - SHOWN_ROWS),
        "selected": _selected(request),
        "across": request.POST.get("select_across", "0"),
        "action": action,
        "button": button,
        "form": form,
        "next": _next(request),
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "console/confirm.html", context)


def back(request: HttpRequest) -> HttpResponse | None:
    """To the page the button was on; None lets the list answer."""
    target = _next(request)
    return HttpResponseRedirect(target) if target else None


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else ""


def _selected(request: HttpRequest) -> Sequence[str]:
    return request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)


def _report(pressed: int, skipped: Counter[str], done: str) -> tuple[str, int]:
    parts = [f"{pressed} {done}"]
    parts += [f"{count} skipped: {why}" for why, count in skipped.most_common(3)]
    rest = sum(skipped.values()) - sum(count for _, count in skipped.most_common(3))
    if rest:
        parts.append(f"{rest} skipped for other reasons")
    if not skipped:
        return f"{parts[0]}.", messages.SUCCESS
    return ", ".join(parts), messages.WARNING if pressed else messages.ERROR
