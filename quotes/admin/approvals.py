"""Approvals: those that wait for me first, and every decision that was ever asked for."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.looks import written
from integrations.looks.badges import badge
from quotes.admin import deciding
from quotes.admin.base import SalesAdmin
from quotes.models import Approval
from quotes.services import approving


class MineFilter(admin.SimpleListFilter):
    title = "whose"
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Waiting for me")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        if self.value() != "1":
            return queryset
        mine = approving.waiting_for(request.user)  # type: ignore[arg-type]
        return queryset.filter(pk__in=[one.pk for one in mine])


@admin.register(Approval)
class ApprovalAdmin(SalesAdmin):
    list_display = ["quote", "company", "net", "why", "state_badge", "who", "asked"]
    list_filter = [MineFilter, "state"]
    list_select_related = [
        "version__quote__account",
        "group",
        "delegated_to",
        "decided_by",
    ]
    ordering = ["-id"]
    sortable_by = ("asked",)
    actions = ["approve", "reject", "delegate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Approval]:
        related = ("version__quote__account", "group")
        return super().get_queryset(request).select_related(*related).defer("version__document")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """An approval is looked at on the page of its quote."""
        approval = self.get_object(request, object_id)
        if approval is None or request.method != "GET":
            return super().change_view(request, object_id, form_url, extra_context)
        page = reverse("admin:quotes_version_change", args=[approval.version_id])
        return HttpResponseRedirect(page)

    @admin.display(description="Quote", ordering="version")
    def quote(self, approval: Approval) -> str:
        return str(approval.version)

    @admin.display(description="Company")
    def company(self, approval: Approval) -> str:
        return str(approval.version.quote.account)

    @admin.display(description="Net total")
    def net(self, approval: Approval) -> SafeString:
        return written.money(approval.version.net_total, approval.version.quote.currency)

    @admin.display(description="Why it needs one")
    def why(self, approval: Approval) -> SafeString:
        return format_html('<span class="reason">{}</span>', "; ".join(approval.reasons))

    @admin.display(description="State", ordering="state")
    def state_badge(self, approval: Approval) -> SafeString:
        return badge("approval", approval.state)

    @admin.display(description="Who decides")
    def who(self, approval: Approval) -> str:
        if approval.decided_by:
            return str(approval.decided_by)
        group = f"{approval.group}, step {approval.step}"
        return f"{approval.delegated_to} or {group}" if approval.delegated_to else group

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, approval: Approval) -> Any:
        return written.instant(approval.asked_at, now=timezone.now())

    @admin.action(description="Approve…", permissions=["approve"])
    def approve(self, request: HttpRequest, rows: QuerySet[Approval]) -> HttpResponse | None:
        return deciding.approve(self, request, rows)

    @admin.action(description="Reject…", permissions=["approve"])
    def reject(self, request: HttpRequest, rows: QuerySet[Approval]) -> HttpResponse | None:
        return deciding.reject(self, request, rows)

    @admin.action(description="Let somebody else decide…", permissions=["approve"])
    def delegate(self, request: HttpRequest, rows: QuerySet[Approval]) -> HttpResponse | None:
        return deciding.delegate(self, request, rows)
