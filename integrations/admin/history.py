"""History: who changed which state, when and why."""

from typing import Any

from django.contrib import admin
from django.utils import timezone

from integrations.admin.base import GrowingAdmin
from integrations.looks import written
from integrations.models import StateChange


@admin.register(StateChange)
class StateChangeAdmin(GrowingAdmin):
    list_display = ["when", "subject", "subject_id", "before", "after", "actor", "reason"]
    list_filter = ["subject"]
    search_fields = ["=subject_id", "^actor"]
    search_help_text = "Number of the row, or who acted"

    @admin.display(description="When")
    def when(self, change: StateChange) -> Any:
        return written.instant(change.at, now=timezone.now())
