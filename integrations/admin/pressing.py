"""Actions: ask for a reason where it matters, press one service per row, report counts.

Few rows are pressed in the request. For more than AT_ONCE the engine writes down what matches
and a job presses it; the person sees its page.

Actions stay on Django's own path (a POST to the list with `action` and the selected rows), so
a button on the page of a row and the selection in a list press the same thing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import UnfoldAdminTextareaWidget

from integrations.admin.base import actor
from integrations.engine.presses import AT_ONCE, open_press, verb_named
from integrations.errors import PortalError
from integrations.models import TransitionNotAllowed

SHOWN_ROWS = 20
MOST_AT_ONCE = 500  # of rows whose verb has no job; a proxy would give up on more
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


def is_many(rows: QuerySet[Any]) -> bool:
    """Whether these rows are pressed by a job, and not in the request."""
    return len(rows.values_list("pk", flat=True)[: AT_ONCE + 1]) > AT_ONCE


def press(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    verb: str,
    reason: str,
    options: Mapping[str, Any] | None = None,
) -> HttpResponse | None:
    """Presses a verb: for few rows at once, for many by a job whose page is shown."""
    who = actor(request)
    if not is_many(rows):
        declared = verb_named(verb)
        act = partial(declared.press, actor=who, reason=reason, **(options or {}))
        return press_each(admin, request, rows, act, done=declared.done)
    words = matched(admin, request)
    try:
        made = open_press(verb, rows, matched=words, actor=who, reason=reason, options=options)
    except PortalError as refusal:
        admin.message_user(request, refusal.message, messages.ERROR)
        return back(request)
    return HttpResponseRedirect(reverse("admin:engine_press_change", args=[made.pk]))


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


def matched(admin: ModelAdmin, request: HttpRequest) -> str:
    """What the rows of a press have in common, in the words of the list's filters."""
    if request.POST.get("select_across") != "1":
        return "selected one by one"
    changelist = admin.get_changelist_instance(request)
    parts = [_chosen(spec, changelist) for spec in changelist.filter_specs]
    if changelist.query:
        parts.append(f"search: {changelist.query}")
    return "; ".join(filter(None, parts)) or "everything in the list"


def _chosen(spec: Any, changelist: Any) -> str:
    """`state: Needs a person`; empty for a filter that is not set."""
    values = [value for value in spec.used_parameters.values() if value not in (None, "", [])]
    if not values:
        return ""
    choices = (choice for choice in spec.choices(changelist) if choice.get("selected"))
    shown = [str(choice["display"]) for choice in choices if "display" in choice]
    return f"{spec.title}: {', '.join(shown) or ', '.join(map(str, values))}"


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
    by_job: bool = True,
    tone: str = "danger",
    beside: str = "",
    more: Mapping[str, Any] | None = None,
) -> forms.Form | HttpResponse:
    """The filled-in form, or the page that asks for it: how many rows, and what will happen.

    `beside` is a template of what else speaks for or against it, with `more` in its context.
    """
    is_answer = "confirmed" in request.POST
    form = form_class(request.POST) if is_answer else form_class()
    if is_answer and form.is_valid():
        return form
    total = rows.count()
    context = {
        **admin.admin_site.each_context(request),
        "title": question,
        "opts": admin.model._meta,
        "consequence": consequence,
        "rows": list(rows[:SHOWN_ROWS]),
        "unshown": max(0, total - SHOWN_ROWS),
        "total": total,
        "matched": matched(admin, request),
        "by_job": by_job and total > AT_ONCE,
        "selected": _selected(request),
        "across": request.POST.get("select_across", "0"),
        "action": action,
        "button": button,
        "tone": tone,
        "form": form,
        "next": _next(request),
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
        "beside": beside,
        **(more or {}),
    }
    return TemplateResponse(request, "console/confirm.html", context)


def ask_if_many(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    verb: str,
    action: str,
    consequence: str,
    reason: str,
) -> HttpResponse | None:
    """Presses a harmless verb for few rows at once, with this reason; asks before many."""
    if is_many(rows):
        does = verb_named(verb).does
        asked = ask_reason(
            admin,
            request,
            rows,
            action=action,
            question=does,
            consequence=consequence,
            button=does,
            tone="primary",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
    return press(admin, request, rows, verb=verb, reason=reason)


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
