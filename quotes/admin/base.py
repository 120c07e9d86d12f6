"""What the sales screens share: whose rows, which rights, and presses that say what was refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from integrations.admin import pressing
from integrations.admin.base import ReadOnlyAdmin
from integrations.admin.pressing import ReasonForm, Skipped
from integrations.admin.timeline import Entry
from integrations.errors import PortalError
from integrations.looks import badges
from integrations.models import StateChange
from quotes.errors import QuoteError

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SalesAdmin(ReadOnlyAdmin):
    """Rows that a person sees by `seen_by`, with the sales screens' own styles."""

    class Media:
        css = {"all": ["console/quotes.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).seen_by(request.user)

    def has_work_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quotes.work_rfqs")

    def has_edit_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quotes.edit_quotes")

    def has_offer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quotes.offer_quotes")

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quotes.approve_quotes")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quotes.settle_quote_orders")


def press_each(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    press: Callable[[Any], object],
    *,
    done: str,
) -> HttpResponse | None:
    """As `pressing.press_each`; what a service of quotes refuses is told in its own words."""

    def guarded(row: Any) -> object:
        try:
            return press(row)
        except QuoteError as refusal:
            raise Skipped(str(refusal)) from refusal

    return pressing.press_each(admin, request, rows, guarded, done=done)


def ask_and_press(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    press: Callable[..., object],
    *,
    done: str,
    **asked: Any,
) -> HttpResponse | None:
    """The page that says what will happen, then `press(row, **what was entered)` for each row.

    It asks for a reason unless `form_class` names another form; `asked` goes to
    `pressing.ask_reason`. `done` may hold fields of the form: "assigned to {account}".
    """
    form = ask(admin, request, rows, **asked)
    if isinstance(form, HttpResponse):
        return form
    said = form.cleaned_data
    return press_each(
        admin, request, rows, lambda row: press(row, **said), done=done.format(**said)
    )


def ask(
    admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Any], **asked: Any
) -> forms.Form | HttpResponse:
    """The filled-in form, or the page that asks for it."""
    known = {"form_class": ReasonForm, "tone": "primary", "by_job": False}
    return pressing.ask_reason(admin, request, rows, **{**known, **asked})


def press_to(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    press: Callable[[Any], HttpResponse],
) -> HttpResponse | None:
    """Presses for one row and goes where that leads; says so when several are chosen."""
    chosen = list(rows[:2])
    if len(chosen) != 1:
        admin.message_user(request, "Choose one row; this leads to a page.", messages.ERROR)
        return None
    try:
        return press(chosen[0])
    except (QuoteError, PortalError) as refusal:
        admin.message_user(request, str(refusal), messages.ERROR)
        return pressing.back(request)


def person(request: HttpRequest) -> Any:
    """Who is signed in; the admin lets nobody else in."""
    return request.user


def history_of(subject: str, rows: dict[int, str], what: str) -> list[Entry]:
    """The moves of these rows, newest last. `rows` names each by its id."""
    changes = StateChange.objects.filter(subject=subject, subject_id__in=rows)
    return [
        _entry(change, subject, rows[change.subject_id], what)
        for change in reversed(changes.order_by("-id")[:200])
    ]


def _entry(change: StateChange, subject: str, name: str, what: str) -> Entry:
    labels = badges.LABELS[subject]
    before, after = labels.get(change.before, ""), labels.get(change.after, change.after)
    moved = f"{name}: {before.lower()} → {after.lower()}." if before else f"{name}: {after}."
    return Entry(
        at=change.at,
        what=what,
        sentence=f"{name}: noted." if change.before == change.after else moved,
        tone=badges.TONES[subject].get(change.after, "default"),
        detail=change.reason,
        who=change.actor,
    )
