"""The list of quotes, by the newest revision of each, and the way to a revision's page."""

import re
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import BigAutoField, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.looks import written
from integrations.looks.badges import badge
from quotes.admin import board, mail_previews, opening, quote_page
from quotes.admin.panel import added_up
from quotes.admin.price_basis import PricesFilter
from quotes.admin.quote_filters import AccountFilter, RevisionFilter, WaitsFilter
from quotes.admin.quote_verbs import QuoteVerbs
from quotes.admin.waiting import waits_for
from quotes.models import Approval, Version, VersionLine

NUMBER = re.compile(r"(?:q-?)?0*(\d{1,18})", re.IGNORECASE)


@admin.register(Version)
class VersionAdmin(QuoteVerbs):
    list_display = [
        "name",
        "company",
        "state_badge",
        "net",
        "margin",
        "who",
        "until",
        "waits",
    ]
    list_filter = [RevisionFilter, WaitsFilter, "state", PricesFilter, AccountFilter]
    search_fields = ["id"]  # shows the box; get_search_results says how
    search_help_text = "Quote number, company, buyer's e-mail or SKU"
    list_select_related = ["quote__account", "quote__owner", "quote__rfq"]
    ordering = ["-id"]
    sortable_by = ("name", "until")

    class Media:
        js = ["console/quote_editor.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        waiting = Approval.objects.filter(state=Approval.State.WAITING)
        return (
            super()
            .get_queryset(request)
            .select_related("quote__account", "quote__owner", "quote__rfq", "quote__buyer")
            .prefetch_related(
                Prefetch("lines", VersionLine.objects.select_related("alternative_to")),
                Prefetch("approvals", waiting.select_related("group", "delegated_to")),
            )
            .defer("document")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Version], search_term: str
    ) -> tuple[QuerySet[Version], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = (
            Q(quote__account__name__icontains=term)
            | Q(quote__buyer__email__istartswith=term)
            | Q(Exists(VersionLine.objects.filter(version=OuterRef("pk"), sku__iexact=term)))
        )
        number = NUMBER.fullmatch(term)
        if number and int(number[1]) <= BigAutoField.MAX_BIGINT:
            found |= Q(quote=int(number[1]))
        return queryset.filter(found), False

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("board/", wrap(partial(board.show, self)), name="quotes_board"),
            path("<int:pk>/panel/", wrap(partial(quote_page.panel, self)), name="quotes_panel"),
            *mail_previews.addresses(self, "version"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return quote_page.show(self, request, object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_edit_permission(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return opening.show(self, request)

    @admin.display(description="Quote", ordering="quote")
    def name(self, version: Version) -> str:
        return str(version)

    @admin.display(description="Company")
    def company(self, version: Version) -> SafeString:
        quote = version.quote
        return format_html(
            '<span class="two-lines">{}<span class="quiet">{}</span></span>',
            quote.account,
            quote.title or (quote.rfq.number if quote.rfq else ""),
        )

    @admin.display(description="State")
    def state_badge(self, version: Version) -> SafeString:
        return badge("version", version.state)

    @admin.display(description="Net total")
    def net(self, version: Version) -> SafeString:
        added = added_up(version)
        return written.money(added.net if added else None, version.quote.currency)

    @admin.display(description="Margin")
    def margin(self, version: Version) -> str:
        added = added_up(version)
        if added is None or added.margin_percent is None:
            return written.NOTHING
        return f"{added.margin_percent:.1f} %"

    @admin.display(description="Owner")
    def who(self, version: Version) -> str:
        return str(version.quote.owner or written.NOTHING)

    @admin.display(description="Valid until", ordering="valid_until")
    def until(self, version: Version) -> Any:
        zone = settings.PORTAL_TIME_ZONE
        return written.instant(version.valid_until, now=timezone.now(), zone=zone)

    @admin.display(description="Waits for")
    def waits(self, version: Version) -> str:
        return waits_for(version) or written.NOTHING
