"""Runs: what each execution of a batch flow read, wrote, skipped and planned."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin import pressing
from integrations.admin.base import GrowingAdmin, actor
from integrations.admin.pressing import Button
from integrations.flows.runs import apply_plan
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Flow, Run

SHOWN_ITEMS = 200


@admin.register(Run)
class RunAdmin(GrowingAdmin):
    list_display = [
        "number",
        "flow",
        "state_badge",
        "mode",
        "started",
        "read",
        "written_rows",
        "skipped",
        "failed",
    ]
    list_filter = ["state", "mode"]
    list_select_related = ["flow__source", "flow__target"]
    page_template = "console/run.html"
    actions = ["apply"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).defer("plan")

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.set_flow_mode")

    def page_context(self, request: HttpRequest, row: Run) -> dict[str, Any]:
        may_apply = (
            self.has_switch_permission(request)
            and (row.state, row.mode) == (Run.State.DONE, Flow.Mode.ASSISTED)
            and row.applies_id is None
        )
        apply = Button(action="apply", label="Apply this plan…", tone="primary")
        return {
            "items": row.plan[:SHOWN_ITEMS],
            "more_items": max(0, len(row.plan) - SHOWN_ITEMS),
            "buttons": [apply] if may_apply else [],
        }

    @admin.display(description="Run")
    def number(self, run: Run) -> str:
        return str(run.pk)

    @admin.display(description="State")
    def state_badge(self, run: Run) -> SafeString:
        return badge("run", run.state)

    @admin.display(description="Started")
    def started(self, run: Run) -> Any:
        return written.instant(run.started_at, now=timezone.now())

    @admin.display(description="Written")
    def written_rows(self, run: Run) -> int:
        return run.created + run.changed

    @admin.action(description="Apply the plan…", permissions=["switch"])
    def apply(self, request: HttpRequest, rows: QuerySet[Run]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="apply",
            question="Apply plans",
            consequence="What these runs planned is written, unless it has changed since.",
            button="Apply",
            by_job=False,
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        press = partial(apply_plan, actor=actor(request), reason=reason)
        return pressing.press_each(self, request, rows, press, done="being applied")
