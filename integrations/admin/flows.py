"""Flows: what moves from where to where, how boldly, and how far it has come."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldBooleanWidget,
)

from integrations.admin import pressing
from integrations.admin.base import ConsoleAdmin, actor
from integrations.admin.flow_form import FlowForm, form_for, setting_fields
from integrations.admin.pressing import Button
from integrations.flows.adding import KINDS, add_flow
from integrations.flows.modes import set_mode
from integrations.flows.runs import apply_latest_plan, is_batch, request_run
from integrations.flows.runs.clean import Objection, objection
from integrations.flows.schedules import pause, resume, set_schedule
from integrations.flows.settings import change_settings
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Flow, HandEdit, StateChange

LAST_RUNS = 10
CLEAN = "Its newest plan is clean: it may go live."
MOST_EDITS = 1000  # are counted


class ModeForm(pressing.ReasonForm):
    """The new mode; orders that go live also need the instant from which they are sent."""

    field_order = ["mode", "live_from", "despite_plan", "reason"]
    mode = forms.ChoiceField(choices=Flow.Mode.choices, widget=UnfoldAdminSelectWidget)
    live_from = forms.SplitDateTimeField(
        label="Send orders placed from (UTC)",
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="For order flows. Older orders are never sent by themselves. Empty: now.",
    )
    despite_plan = forms.BooleanField(
        label="I have read it: go live without a clean plan",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="For batch flows that go live. Otherwise their newest complete plan must be of "
        "the last day, without failed or skipped records and without removals that nobody allowed. "
        "Kept in the history.",
    )


@admin.register(Flow)
class FlowAdmin(ConsoleAdmin):
    form = FlowForm
    list_display = ["what", "way", "mode_badge", "schedule", "next_run", "coverage"]
    list_filter = ["kind", "mode"]
    list_select_related = ["source", "target"]
    change_form_outer_before_template = "console/_flow.html"
    actions = ["change_mode", "run_now", "run_complete", "apply_plan", "pause", "resume"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ["kind", "source", "target", "schedule"]
        if obj is None:
            return shown
        may_change = self.has_change_permission(request, obj)
        return [*shown, *(setting_fields(obj) if may_change else ["settings"])]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None and self.has_change_permission(request, obj):
            kwargs["form"] = form_for(obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        # What a flow is about never changes: its links, cursor and history belong to that.
        return ["kind", "source", "target"] if obj else []

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [pair for pair in Flow.Kind.choices if pair[0] in KINDS]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Flow, form: FlowForm, change: bool) -> None:
        if change:
            set_schedule(obj, obj.schedule, now=timezone.now())
            change_settings(obj, form.settings(), actor=actor(request))
            return
        made = add_flow(kind=obj.kind, source=obj.source, target=obj.target, actor=actor(request))
        if obj.schedule:  # else the usual one of its kind stays
            set_schedule(made, obj.schedule, now=timezone.now())
        obj.__dict__.update(made.__dict__)  # the admin goes on with the row the service made

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context |= {
                "row": row,
                "objection": _objection(row),
                "open_edits": row.hand_edits.filter(state=HandEdit.State.OPEN)[:MOST_EDITS].count(),
                "runs": list(row.runs.all()[:LAST_RUNS]),
                "history": StateChange.objects.filter(subject="flow", subject_id=row.pk)[
                    :LAST_RUNS
                ],
                "buttons": self._buttons(request, row),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # switched off, its history stays

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.set_flow_mode")

    @admin.display(description="Flow", ordering="kind")
    def what(self, flow: Flow) -> str:
        return flow.get_kind_display()

    @admin.display(description="From → to")
    def way(self, flow: Flow) -> str:
        return f"{flow.source} → {flow.target}"

    @admin.display(description="Mode", ordering="mode")
    def mode_badge(self, flow: Flow) -> SafeString:
        return badge("flow", flow.mode)

    @admin.display(description="Next run", ordering="next_run_at")
    def next_run(self, flow: Flow) -> Any:
        return written.instant(flow.next_run_at, now=timezone.now())

    @admin.display(description="Known complete until", ordering="covered_until")
    def coverage(self, flow: Flow) -> Any:
        return written.instant(flow.covered_until, now=timezone.now())

    @admin.action(description="Change the mode…", permissions=["switch"])
    def change_mode(self, request: HttpRequest, rows: QuerySet[Flow]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="change_mode",
            question="Change the mode of flows",
            consequence=(
                "Off does nothing. Shadow reads and plans, and writes nothing. Assisted writes "
                "on a press. Live writes by itself."
            ),
            button="Change the mode",
            form_class=ModeForm,
            beside="console/_going_live.html",
            more={"objections": _objections(rows)},
        )
        if isinstance(asked, HttpResponse):
            return asked
        press = partial(
            set_mode,
            mode=asked.cleaned_data["mode"],
            actor=actor(request),
            reason=asked.cleaned_data["reason"],
            live_from=asked.cleaned_data["live_from"],
            despite_plan=asked.cleaned_data["despite_plan"],
            now=timezone.now(),
        )
        return pressing.press_each(self, request, rows, press, done="switched")

    @admin.action(description="Run now", permissions=["switch"])
    def run_now(self, request: HttpRequest, rows: QuerySet[Flow]) -> HttpResponse | None:
        press = partial(request_run, actor=actor(request), trigger="console")
        return pressing.press_each(self, request, rows, press, done="asked to run")

    @admin.action(description="Read everything now", permissions=["switch"])
    def run_complete(self, request: HttpRequest, rows: QuerySet[Flow]) -> HttpResponse | None:
        press = partial(request_run, actor=actor(request), trigger="console", complete=True)
        return pressing.press_each(self, request, rows, press, done="asked to read everything")

    @admin.action(description="Pause the schedule…", permissions=["switch"])
    def pause(self, request: HttpRequest, rows: QuerySet[Flow]) -> HttpResponse | None:
        consequence = (
            "Neither the clock nor an event starts a run; a press does. What is in the storefront "
            "grows old meanwhile. A run that is open goes on."
        )
        return self._schedule(request, rows, "pause", pause, consequence, done="paused")

    @admin.action(description="Resume the schedule…", permissions=["switch"])
    def resume(self, request: HttpRequest, rows: QuerySet[Flow]) -> HttpResponse | None:
        consequence = "The clock and events start runs again, from now on."
        return self._schedule(request, rows, "resume", resume, consequence, done="resumed")

    def _schedule(
        self,
        request: HttpRequest,
        rows: QuerySet[Flow],
        verb: str,
        press: Callable[..., None],
        consequence: str,
        *,
        done: str,
    ) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action=verb,
            question=f"{verb.capitalize()} the schedule of flows",
            consequence=consequence,
            button=f"{verb.capitalize()} the schedule",
            by_job=False,
            tone="primary",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        each = partial(press, actor=actor(request), reason=reason, now=timezone.now())
        return pressing.press_each(self, request, rows, each, done=done)

    @admin.action(description="Apply the newest plan", permissions=["switch"])
    def apply_plan(self, request: HttpRequest, rows: QuerySet[Flow]) -> HttpResponse | None:
        press = partial(apply_latest_plan, actor=actor(request))
        return pressing.press_each(self, request, rows, press, done="asked to write their plan")

    def _buttons(self, request: HttpRequest, flow: Flow) -> list[Button]:
        if not self.has_switch_permission(request):
            return []
        buttons = [
            Button(action="change_mode", label="Change the mode…", tone="primary"),
            Button(action="run_now", label="Run now"),
        ]
        if is_batch(flow.kind):
            buttons.append(Button(action="run_complete", label="Read everything now"))
            verb = "resume" if flow.is_paused else "pause"
            label = f"{verb.capitalize()} the schedule…"
            buttons.append(Button(action=verb, label=label))
        if flow.mode == Flow.Mode.ASSISTED and is_batch(flow.kind):
            buttons.append(Button(action="apply_plan", label="Apply the newest plan"))
        return buttons


def _objections(rows: QuerySet[Flow]) -> list[tuple[Flow, Objection]]:
    """Of the first rows, as the page that asks shows them."""
    told = ((flow, _objection(flow)) for flow in rows[: pressing.SHOWN_ROWS])
    return [(flow, one) for flow, one in told if one is not None]


def _objection(flow: Flow) -> Objection | None:
    """What speaks against going live, or that nothing does, for a batch flow that is on its way
    there."""
    if flow.is_live or not is_batch(flow.kind):
        return None
    return objection(flow, now=timezone.now()) or Objection(text=CLEAN)
