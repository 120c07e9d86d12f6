"""Runs: what each execution of a batch flow read, wrote, skipped and planned."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin import pressing
from integrations.admin.base import GrowingAdmin, actor
from integrations.admin.filters import FlowFilter
from integrations.admin.pressing import Button
from integrations.admin.run_plan import as_csv, shown, tabs
from integrations.flows.runs import allow_removals, apply_plan, cancel_run
from integrations.flows.runs.guard import MASS_REMOVAL, needs_permission
from integrations.flows.runs.progress import progress_of
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Flow, Run, StateChange

REFRESH_S = 5
SHOWN_HISTORY = 20


@admin.register(Run)
class RunAdmin(GrowingAdmin):
    list_display = [
        "number",
        "flow",
        "state_badge",
        "mode",
        "started",
        "took",
        "read",
        "written_rows",
        "removed",
        "skipped",
        "failed",
    ]
    list_filter = ["state", "mode", FlowFilter]
    list_select_related = ["flow__source", "flow__target"]
    page_template = "console/run.html"
    actions = ["apply", "allow", "cancel"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.plan_file)
        name = "integrations_run_plan"
        return [path("<int:run_id>/plan.csv", view, name=name), *super().get_urls()]

    def plan_file(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        run = get_object_or_404(Run, pk=run_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        return as_csv(request, run)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer = super().change_view(request, object_id, form_url, extra_context)
        row = (getattr(answer, "context_data", None) or {}).get("row")
        if "watch" in request.GET and isinstance(row, Run) and row.is_running:
            answer["Refresh"] = str(REFRESH_S)  # asked for by a link, and works without scripts
        return answer

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.set_flow_mode")

    def page_context(self, request: HttpRequest, row: Run) -> dict[str, Any]:
        progress = progress_of(row, now=timezone.now())
        plan = shown(request, row)
        kept = urlencode({"plan": plan.tab, **({"q": plan.words} if plan.words else {})})
        return {
            "progress": progress,
            "time_left": written.duration(progress.left) if progress.left else "",
            "took": _took(row),
            "watches": "watch" in request.GET,
            "refresh_s": REFRESH_S,
            "plan": plan,
            "kept": kept,
            "tabs": tabs(row),
            "history": StateChange.objects.filter(subject="run", subject_id=row.pk)[:SHOWN_HISTORY],
            "buttons": self._buttons(request, row),
        }

    def _buttons(self, request: HttpRequest, run: Run) -> list[Button]:
        if not self.has_switch_permission(request):
            return []
        buttons = []
        is_plan = (run.state, run.mode) == (Run.State.DONE, Flow.Mode.ASSISTED)
        if is_plan and run.applies_id is None:
            buttons.append(Button(action="apply", label="Apply this plan…", tone="primary"))
        if _asks_about_removals(run):
            buttons.append(Button(action="allow", label="Allow the removals…", tone="danger"))
        if run.state in (Run.State.RUNNING, Run.State.FAILED):
            buttons.append(Button(action="cancel", label="Cancel…", tone="danger"))
        return buttons

    @admin.display(description="Run")
    def number(self, run: Run) -> str:
        return str(run.pk)

    @admin.display(description="State")
    def state_badge(self, run: Run) -> SafeString:
        return badge("run", run.state)

    @admin.display(description="Started")
    def started(self, run: Run) -> Any:
        return written.instant(run.started_at, now=timezone.now())

    @admin.display(description="Took")
    def took(self, run: Run) -> str:
        return _took(run)

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

    @admin.action(description="Allow the removals…", permissions=["switch"])
    def allow(self, request: HttpRequest, rows: QuerySet[Run]) -> HttpResponse | None:
        return self._pressed(
            request,
            rows,
            "allow",
            press=allow_removals,
            question="Allow the removals of runs",
            consequence=(
                "You have looked: what these runs remove is really gone in the source, and did "
                "not just fail to be answered. A run that stopped goes on and removes it."
            ),
            button="Allow the removals",
            done="allowed",
        )

    @admin.action(description="Cancel…", permissions=["switch"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Run]) -> HttpResponse | None:
        return self._pressed(
            request,
            rows,
            "cancel",
            press=cancel_run,
            question="Cancel runs",
            consequence=(
                "A run ends after the page it is at. What it wrote already stays; the next run "
                "of the flow begins at the start of its window."
            ),
            button="Cancel the run",
            done="cancelled",
        )

    def _pressed(
        self,
        request: HttpRequest,
        rows: QuerySet[Run],
        action: str,
        *,
        press: Callable[..., None],
        done: str,
        **words: Any,
    ) -> HttpResponse | None:
        asked = pressing.ask_reason(self, request, rows, action=action, by_job=False, **words)
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        each = partial(press, actor=actor(request), reason=reason)
        return pressing.press_each(self, request, rows, each, done=done)


def _took(run: Run) -> str:
    """How long it worked, or has worked so far."""
    begun = run.begun_at or run.started_at
    return written.duration((run.finished_at or timezone.now()) - begun)


def _asks_about_removals(run: Run) -> bool:
    if run.state == Run.State.DONE:
        return run.mode != Flow.Mode.LIVE and needs_permission(run)
    stopped = run.state == Run.State.FAILED and not run.removals_allowed_by
    return stopped and MASS_REMOVAL in run.note
