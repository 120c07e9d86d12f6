"""What machines wrote down, to look at only: runs, events, exchanges, history, alerts."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.paginator import InfinitePaginator

from integrations.admin.base import ReadOnlyAdmin
from integrations.admin.filters import ConnectionFilter
from integrations.looks import written
from integrations.looks.badges import badge, toned
from integrations.models import Alert, Event, Exchange, Run, StateChange


def _pretty(value: Any) -> SafeString:
    return format_html(
        '<pre tabindex="0">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False)
    )


def _body(text: str) -> SafeString | str:
    try:
        return _pretty(json.loads(text)) if text else written.NOTHING
    except ValueError:  # cut or not JSON at all
        return format_html('<pre tabindex="0">{}</pre>', text)


class GrowingAdmin(ReadOnlyAdmin):
    """Tables that grow without end: newest first, paged without counting them."""

    paginator = InfinitePaginator
    ordering = ["-id"]
    sortable_by = ()


@admin.register(Run)
class RunAdmin(GrowingAdmin):
    list_display = [
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
    fields = [
        "flow",
        "state_badge",
        "mode",
        "actor",
        "started_at",
        "finished_at",
        "read",
        "created",
        "changed",
        "unchanged",
        "skipped",
        "failed",
        "note",
        "plan_shown",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).defer("plan")

    @admin.display(description="State")
    def state_badge(self, run: Run) -> SafeString:
        return badge("run", run.state)

    @admin.display(description="Started")
    def started(self, run: Run) -> Any:
        return written.instant(run.started_at, now=timezone.now())

    @admin.display(description="Written")
    def written_rows(self, run: Run) -> int:
        return run.created + run.changed

    @admin.display(description="Plan")
    def plan_shown(self, run: Run) -> SafeString:
        return _pretty(run.plan)


@admin.register(Event)
class EventAdmin(GrowingAdmin):
    list_display = ["type", "subject", "connection", "state_badge", "received", "repeats", "note"]
    list_filter = ["state", ConnectionFilter]
    search_fields = ["=event_id", "=subject"]
    search_help_text = "Event id, or the id of what it is about"
    list_select_related = ["connection"]
    fields = [
        "type",
        "subject",
        "connection",
        "state_badge",
        "event_id",
        "occurred_at",
        "received_at",
        "handled_at",
        "repeats",
        "note",
        "job",
        "body_shown",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).defer("body")

    @admin.display(description="State")
    def state_badge(self, event: Event) -> SafeString:
        return badge("event", event.state)

    @admin.display(description="Received")
    def received(self, event: Event) -> Any:
        return written.instant(event.received_at, now=timezone.now())

    @admin.display(description="Body")
    def body_shown(self, event: Event) -> SafeString:
        return _pretty(event.body)


@admin.register(Exchange)
class ExchangeAdmin(GrowingAdmin):
    list_display = ["endpoint", "connection", "answer", "duration", "when", "actor"]
    list_filter = [ConnectionFilter]
    search_fields = ["^endpoint", "=job__id"]
    search_help_text = "Endpoint such as POST:/json/2, or a job number"
    list_select_related = ["connection"]
    fields = [
        "method",
        "url",
        "connection",
        "answer",
        "duration",
        "at",
        "job",
        "run",
        "actor",
        "request_headers_shown",
        "request_shown",
        "response_headers_shown",
        "response_shown",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exchange]:
        return super().get_queryset(request).defer("request_body", "response_body")

    @admin.display(description="Answer")
    def answer(self, exchange: Exchange) -> SafeString:
        tone = "danger" if exchange.error_kind else "success"
        return toned(str(exchange.status or exchange.error_kind), tone)

    @admin.display(description="Took")
    def duration(self, exchange: Exchange) -> str:
        return f"{exchange.duration_ms} ms"

    @admin.display(description="When")
    def when(self, exchange: Exchange) -> Any:
        return written.instant(exchange.at, now=timezone.now())

    @admin.display(description="Request headers")
    def request_headers_shown(self, exchange: Exchange) -> SafeString:
        return _pretty(exchange.request_headers)

    @admin.display(description="Request")
    def request_shown(self, exchange: Exchange) -> Any:
        return _body(exchange.request_body)

    @admin.display(description="Response headers")
    def response_headers_shown(self, exchange: Exchange) -> SafeString:
        return _pretty(exchange.response_headers)

    @admin.display(description="Response")
    def response_shown(self, exchange: Exchange) -> Any:
        return _body(exchange.response_body)


@admin.register(StateChange)
class StateChangeAdmin(GrowingAdmin):
    list_display = ["when", "subject", "subject_id", "before", "after", "actor", "reason"]
    list_filter = ["subject"]
    search_fields = ["=subject_id", "^actor"]
    search_help_text = "Number of the row, or who acted"

    @admin.display(description="When")
    def when(self, change: StateChange) -> Any:
        return written.instant(change.at, now=timezone.now())


@admin.register(Alert)
class AlertAdmin(GrowingAdmin):
    list_display = ["subject", "channel", "state_badge", "raised", "closed", "error"]
    list_filter = ["state", "channel"]

    @admin.display(description="State")
    def state_badge(self, alert: Alert) -> SafeString:
        return badge("alert", alert.state)

    @admin.display(description="Raised")
    def raised(self, alert: Alert) -> Any:
        return written.instant(alert.created_at, now=timezone.now())

    @admin.display(description="Cause gone")
    def closed(self, alert: Alert) -> Any:
        return written.instant(alert.closed_at, now=timezone.now())
