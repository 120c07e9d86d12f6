"""Edits by hand of what a source owns: both values, and what becomes of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from integrations.admin import pressing
from integrations.admin.base import GrowingAdmin, actor
from integrations.admin.filters import FlowFilter
from integrations.admin.pressing import Button
from integrations.flows.ownership import leave_edit, put_back_edit
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import HandEdit

SHOWN_FIELDS = 3


@admin.register(HandEdit)
class HandEditAdmin(GrowingAdmin):
    list_display = ["record", "state_badge", "what", "found", "ended_by"]
    list_filter = ["state", FlowFilter]
    search_fields = ["label"]
    search_help_text = "Name or SKU of the record"
    list_select_related = ["flow__source", "flow__target", "link"]
    page_template = "console/hand_edit.html"
    actions = ["put_back", "leave"]

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.set_flow_mode")

    def page_context(self, request: HttpRequest, row: HandEdit) -> dict[str, Any]:
        may_press = row.state == HandEdit.State.OPEN and self.has_switch_permission(request)
        buttons = [
            Button(action="put_back", label="Put back…", tone="primary"),
            Button(action="leave", label="Leave as it is…"),
        ]
        return {"title": str(row), "buttons": buttons if may_press else []}

    @admin.display(description="Record")
    def record(self, edit: HandEdit) -> str:
        return edit.label or (edit.link.target_ref if edit.link else "–")

    @admin.display(description="State")
    def state_badge(self, edit: HandEdit) -> SafeString:
        return badge("hand_edit", edit.state)

    @admin.display(description="Written by the portal → there now")
    def what(self, edit: HandEdit) -> SafeString:
        more = len(edit.changes) - SHOWN_FIELDS
        told = [(f"{one[0]}: {one[1] or '–'} → {one[2] or '–'}",) for one in edit.changes]
        rest = [(f"and {more} more",)] if more > 0 else []
        return format_html_join(" · ", "{}", [*told[:SHOWN_FIELDS], *rest])

    @admin.display(description="Found")
    def found(self, edit: HandEdit) -> Any:
        return written.instant(edit.found_at, now=timezone.now())

    @admin.action(description="Put back…", permissions=["switch"])
    def put_back(self, request: HttpRequest, rows: QuerySet[HandEdit]) -> HttpResponse | None:
        return self._pressed(
            request,
            rows,
            "put_back",
            press=put_back_edit,
            question="Put back what the portal wrote",
            consequence="What the flow wrote last is written again over the edit by hand.",
            button="Put back",
            done="put back",
        )

    @admin.action(description="Leave as it is…", permissions=["switch"])
    def leave(self, request: HttpRequest, rows: QuerySet[HandEdit]) -> HttpResponse | None:
        return self._pressed(
            request,
            rows,
            "leave",
            press=leave_edit,
            question="Leave edits as they are",
            consequence=(
                "The edit stays until the source changes the record, and is not told again."
            ),
            button="Leave as it is",
            done="left",
        )

    def _pressed(
        self,
        request: HttpRequest,
        rows: QuerySet[HandEdit],
        action: str,
        *,
        press: Callable[..., None],
        done: str,
        **words: Any,
    ) -> HttpResponse | None:
        rows = rows.select_related("flow__source", "flow__target", "link__written")
        asked = pressing.ask_reason(
            self, request, rows, action=action, by_job=False, tone="primary", **words
        )
        if isinstance(asked, HttpResponse):
            return asked
        each = partial(press, actor=actor(request), reason=asked.cleaned_data["reason"])
        return pressing.press_each(self, request, rows, each, done=done)
