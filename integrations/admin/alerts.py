"""Alerts: what people were told, and whether it reached them."""

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin.base import GrowingAdmin
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Alert


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
