"""Events: what remotes told us, stored once."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin.base import GrowingAdmin
from integrations.admin.filters import ConnectionFilter
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Event


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
        return written.json_block(event.body)
