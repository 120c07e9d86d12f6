"""Bulk presses: how far each is, what it did not take and why, and the button that stops it."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin import pressing
from integrations.admin.base import GrowingAdmin, actor
from integrations.admin.pressing import Button
from integrations.engine import explain, presses
from integrations.engine.models import Press, PressMember
from integrations.looks import written
from integrations.looks.badges import badge

SHOWN_MEMBERS = 100
REFRESH_S = 5
State = PressMember.State
# What may be looked at, in the order in which people ask for it.
TABS = (
    ("left_out", "Failed or skipped", (State.FAILED, State.SKIPPED)),
    ("failed", "Failed", (State.FAILED,)),
    ("skipped", "Skipped", (State.SKIPPED,)),
    ("waiting", "Not pressed yet", (State.WAITING,)),
    ("done", "Done", (State.DONE,)),
)


@admin.register(Press)
class PressAdmin(GrowingAdmin):
    list_display = [
        "number",
        "does",
        "matched",
        "state_badge",
        "progress",
        "not_taken",
        "who",
        "at",
    ]
    list_filter = ["state"]
    page_template = "console/press.html"
    actions = ["stop"]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whoever may press jobs or orders may stop what was pressed."""
        return request.user.has_perm("engine.operate_jobs") or request.user.has_perm(
            "integrations.push_orders"
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer = super().change_view(request, object_id, form_url, extra_context)
        if "watch" in request.GET and _is_running(answer):
            answer["Refresh"] = str(REFRESH_S)  # asked for by a link, and works without scripts
        return answer

    def page_context(self, request: HttpRequest, row: Press) -> dict[str, Any]:
        tab = next((tab for tab in TABS if tab[0] == request.GET.get("members")), TABS[0])
        members, following = _page_of_members(row, tab[2], after=_number(request.GET.get("after")))
        now = timezone.now()
        stop = Button(action="stop", label="Stop…", tone="danger")
        return {
            "title": f"Bulk press {row.pk}: {_does(row).lower()}",
            "does": _does(row),
            "done_word": _done_word(row),
            "why": explain.why(row.job, now=now) if row.is_running and row.job else "",
            "time_left": written.duration(span) if (span := row.time_left(now)) else "",
            "tabs": [(name, label, _count(row, states)) for name, label, states in TABS],
            "tab": tab[0],
            "members": members,
            "following": following,
            "watches": "watch" in request.GET,
            "refresh_s": REFRESH_S,
            "buttons": [stop] if row.is_running and self.has_operate_permission(request) else [],
        }

    @admin.display(description="Press")
    def number(self, press: Press) -> str:
        return str(press.pk)

    @admin.display(description="What")
    def does(self, press: Press) -> str:
        return _does(press)

    @admin.display(description="State")
    def state_badge(self, press: Press) -> SafeString:
        return badge("press", press.state)

    @admin.display(description="Progress")
    def progress(self, press: Press) -> str:
        return f"{press.pressed:,} of {press.total:,}"

    @admin.display(description="Skipped, failed")
    def not_taken(self, press: Press) -> str:
        return f"{press.skipped:,}, {press.failed:,}"

    @admin.display(description="By")
    def who(self, press: Press) -> str:
        return press.actor

    @admin.display(description="Pressed")
    def at(self, press: Press) -> Any:
        return written.instant(press.created_at, now=timezone.now())

    @admin.action(description="Stop…", permissions=["operate"])
    def stop(self, request: HttpRequest, rows: QuerySet[Press]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="stop",
            question="Stop bulk presses",
            consequence="What is pressed already stays; the other rows are left as they are.",
            button="Stop",
            by_job=False,
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        press = partial(presses.stop_press, actor=actor(request), reason=reason)
        return pressing.press_each(self, request, rows, press, done="stopped")


def _is_running(answer: HttpResponse) -> bool:
    row = (getattr(answer, "context_data", None) or {}).get("row")
    return isinstance(row, Press) and row.is_running


def _does(press: Press) -> str:
    verb = presses.known(press.verb)
    return verb.does if verb else press.verb.replace("_", " ")


def _done_word(press: Press) -> str:
    verb = presses.known(press.verb)
    return verb.done.capitalize() if verb else "Done"


def _count(press: Press, states: tuple[str, ...]) -> int:
    counts = {
        State.FAILED: press.failed,
        State.SKIPPED: press.skipped,
        State.DONE: press.done,
        State.WAITING: press.left,
    }
    return sum(counts[State(state)] for state in states)


def _page_of_members(
    press: Press, states: tuple[str, ...], *, after: int
) -> tuple[list[dict[str, Any]], int]:
    """The members behind `after` with a link to their rows, and where the next page begins."""
    found = press.members.filter(state__in=states, row_id__gt=after).order_by("row_id")
    members = list(found[: SHOWN_MEMBERS + 1])
    following = members[SHOWN_MEMBERS - 1].row_id if len(members) > SHOWN_MEMBERS else 0
    members = members[:SHOWN_MEMBERS]
    verb = presses.known(press.verb)
    rows = verb.rows().in_bulk([member.row_id for member in members]) if verb else {}
    return [
        {
            "state": member.state,
            "why": member.message,
            "name": str(rows.get(member.row_id, f"{member.row_id}, which is gone")),
            "url": _url(rows.get(member.row_id)),
        }
        for member in members
    ], following


def _url(row: Any) -> str:
    if row is None:
        return ""
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
