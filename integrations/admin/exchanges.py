"""Exchanges: every HTTP call with its redacted request and response."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin.base import GrowingAdmin
from integrations.admin.filters import ConnectionFilter
from integrations.looks import written
from integrations.looks.badges import toned
from integrations.models import Exchange


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
        return written.json_block(exchange.request_headers)

    @admin.display(description="Request")
    def request_shown(self, exchange: Exchange) -> Any:
        return written.body_block(exchange.request_body)

    @admin.display(description="Response headers")
    def response_headers_shown(self, exchange: Exchange) -> SafeString:
        return written.json_block(exchange.response_headers)

    @admin.display(description="Response")
    def response_shown(self, exchange: Exchange) -> Any:
        return written.body_block(exchange.response_body)
