"""Templates of quotes: looked at and removed. They are saved, and replaced, from a quote."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin.base import ReadOnlyAdmin
from integrations.admin.pressing import Button
from integrations.looks import written
from quotes.admin.base import ask_and_press
from quotes.models import QuoteTemplate
from quotes.services import templates

REMOVE = Button(action="remove", label="Remove…", tone="danger")


@admin.register(QuoteTemplate)
class QuoteTemplateAdmin(ReadOnlyAdmin):
    list_display = ["name", "lines_count", "currency", "terms_name", "saved_by", "saved"]
    search_fields = ["name"]
    list_select_related = ["saved_by"]
    page_template = "console/template.html"
    actions = ["remove"]

    class Media:
        css = {"all": ["console/quotes.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuoteTemplate]:
        return super().get_queryset(request).annotate(line_count=Count("lines"))

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quotes.delete_quotetemplate")

    def page_context(self, request: HttpRequest, row: QuoteTemplate) -> dict[str, Any]:
        return {
            "title": str(row),
            "lines": row.lines.all(),
            "buttons": [REMOVE] if self.has_remove_permission(request) else [],
        }

    @admin.display(description="Lines", ordering="line_count")
    def lines_count(self, template: QuoteTemplate) -> int:
        return template.line_count  # type: ignore[attr-defined]

    @admin.display(description="Saved", ordering="saved_at")
    def saved(self, template: QuoteTemplate) -> SafeString | str:
        return written.instant(template.saved_at, now=timezone.now())

    @admin.action(description="Remove…", permissions=["remove"])
    def remove(self, request: HttpRequest, rows: QuerySet[QuoteTemplate]) -> HttpResponse | None:
        return ask_and_press(
            self,
            request,
            rows,
            templates.remove_template,
            done="removed",
            action="remove",
            question="Remove templates",
            consequence="Quotes that were filled from them stay as they are.",
            button="Remove",
            form_class=forms.Form,
            tone="danger",
        )
