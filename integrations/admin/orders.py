"""Orders: where each one is, why it waits, how much money is at risk, and what to press."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter

from integrations.admin import fixes, pressing, timeline
from integrations.admin.base import ReadOnlyAdmin, may_see_exchanges
from integrations.admin.filters import ErpFilter, StorefrontFilter
from integrations.admin.pressing import Button
from integrations.engine import explain
from integrations.engine.editable import FieldType
from integrations.engine.models import OPEN, SyncJob
from integrations.flows.orders import overrides
from integrations.flows.orders.working import HELD_BY_OPERATOR, orders_flow
from integrations.looks import words, written
from integrations.looks.badges import badge
from integrations.models import Flow, Order, OrderLine
from integrations.models.order import IN_ERP, NOT_IN_ERP, TERMINAL, OrderState


class WhereaboutsFilter(admin.SimpleListFilter):
    """The question that support asks most, as one filter."""

    title = "whereabouts"
    parameter_name = "where"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Not in the ERP yet"), ("erp", "In the ERP")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() == "waiting":
            return queryset.filter(state__in=NOT_IN_ERP)
        if self.value() == "erp":
            return queryset.filter(state__in=IN_ERP)
        return queryset


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["number", "customer", "placed", "total", "state_badge", "erp_name", "why"]
    list_filter = [
        WhereaboutsFilter,
        "state",
        StorefrontFilter,
        ErpFilter,
        ("placed_at", RangeDateFilter),
    ]
    search_fields = [
        "=display_id",
        "^erp_number",
        "^storefront_ref",
        "^email",
        "po_number",
        "company",
    ]
    search_help_text = "Order number, ERP number, e-mail, company or PO number"
    list_select_related = ["storefront", "erp"]
    page_template = "console/order.html"
    actions = ["send", "hold", "release", "abandon"]

    def has_push_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.push_orders")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        # A plan holds whole payloads; lists show none of it.
        return super().get_queryset(request).defer("plan", "difference")

    def page_context(self, request: HttpRequest, row: Order) -> dict[str, Any]:
        flow = orders_flow(row.storefront)
        return {
            "title": f"Order {row}",
            "lines": _lines_of(row),
            "agreed": row.plan.get("agreed") or {},
            "shipments": list(row.shipments.all()),
            "invoices": list(row.invoices.all()),
            "payments": list(row.payments.all()),
            "waiting": _why_open_jobs_wait(row),
            "flow": flow,
            "decided": _decided(row),
            "plan": _plan_of(row, flow, with_payload=may_see_exchanges(request)),
            "total_difference": _total_difference(row),
            "timeline": timeline.of_order(row, with_exchanges=may_see_exchanges(request)),
            "buttons": _buttons(row) if self.has_push_permission(request) else [],
        }

    @admin.display(description="Order", ordering="id")
    def number(self, order: Order) -> str:
        return str(order)

    @admin.display(description="Customer")
    def customer(self, order: Order) -> SafeString:
        return format_html(
            '<span class="two-lines">{}<span class="quiet">{}</span></span>',
            order.company or order.email or written.NOTHING,
            order.email if order.company else "",
        )

    @admin.display(description="Placed", ordering="placed_at")
    def placed(self, order: Order) -> Any:
        return written.instant(order.placed_at or order.received_at, now=timezone.now())

    @admin.display(description="Total", ordering="gross_total")
    def total(self, order: Order) -> SafeString:
        return written.money(order.gross_total, order.currency)

    @admin.display(description="State", ordering="state")
    def state_badge(self, order: Order) -> SafeString:
        return badge("order", order.state)

    @admin.display(description="ERP number", ordering="erp_number")
    def erp_name(self, order: Order) -> str:
        return order.erp_number or written.NOTHING

    @admin.display(description="Why it waits")
    def why(self, order: Order) -> str:
        return order.held_message or written.NOTHING

    @admin.action(description="Send now", permissions=["push"])
    def send(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
        return pressing.ask_if_many(
            self,
            request,
            rows,
            verb="send_orders",
            action="send",
            consequence=(
                "These orders are sent to the ERP, also those from before the start instant. What "
                "is there already is not sent again."
            ),
            reason="send now",
        )

    @admin.action(description="Hold…", permissions=["push"])
    def hold(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="hold",
            question="Hold orders",
            consequence="These orders are not sent to the ERP until somebody releases them.",
            button="Hold",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        return pressing.press(self, request, rows, verb="hold_orders", reason=reason)

    @admin.action(description="Release", permissions=["push"])
    def release(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
        return pressing.ask_if_many(
            self,
            request,
            rows,
            verb="release_orders",
            action="release",
            consequence="These orders go on by the mode of their flow.",
            reason="released in the console",
        )

    @admin.action(description="Cancel, never send…", permissions=["push"])
    def abandon(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="abandon",
            question="Cancel orders",
            consequence=(
                "These orders will never be sent to the ERP. The storefront is not told: cancel "
                "them there too if the buyer shall know."
            ),
            button="Cancel these orders",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        return pressing.press(self, request, rows, verb="abandon_orders", reason=reason)


def _buttons(order: Order) -> list[Button]:
    if order.is_in_erp or order.state in TERMINAL:
        return []
    found = [Button(action="send", label="Send now", tone="primary")]
    if order.held_reason == HELD_BY_OPERATOR:
        found.append(Button(action="release", label="Release"))
    else:
        found.append(Button(action="hold", label="Hold…"))
    return [*found, Button(action="abandon", label="Cancel…", tone="danger")]


def _lines_of(order: Order) -> list[OrderLine]:
    """With the choices made for each, where a quote agreed on any."""
    chosen = (order.plan.get("agreed") or {}).get("lines", {})
    lines = list(order.lines.all())
    for line in lines:
        line.configuration = chosen.get(line.line_id, [])  # type: ignore[attr-defined]
    return lines


def _why_open_jobs_wait(order: Order) -> list[dict[str, Any]]:
    jobs = SyncJob.objects.filter(key__in=order.job_keys, state__in=OPEN).select_related("resource")
    now = timezone.now()
    return [
        {
            "job": job,
            "does": words.job(job.kind),
            "why": _why(job, order, now),
            "fix": fixes.of(job),
        }
        for job in jobs.order_by("id")[:10]
    ]


def _why(job: SyncJob, order: Order, now: datetime) -> str:
    if job.error_text and job.error_text == order.held_message:
        # Its sentence stands above already, as the reason of the hold.
        return f"Waits: {job.wait_reason}." if job.wait_reason else ""
    return explain.why(job, now=now)


def _decided(order: Order) -> list[tuple[str, str]]:
    """What people decided for this order, by the labels of the form."""
    kept = order.overrides
    return [
        (
            spec.label,
            written.amount(Decimal(kept[spec.name]), order.currency)
            if spec.type == FieldType.DECIMAL
            else kept[spec.name],
        )
        for spec in overrides.EDITABLE
        if kept.get(spec.name)
    ]


def _plan_of(order: Order, flow: Flow | None, *, with_payload: bool) -> dict[str, Any] | None:
    """The plan as the page shows it: what was, or would be, sent.

    Its payload is for those who may see what went over the wire.
    """
    if not order.plan:
        return None
    is_sent = order.is_in_erp or order.state == OrderState.PUSHING
    totals = order.plan.get("totals", {})
    payload = json.dumps(order.plan.get("payload", {}), indent=2, ensure_ascii=False)
    return {
        "payload": payload if with_payload else "",
        "lines": totals.get("lines", []),
        "rounding": totals.get("rounding_amount", "0"),
        "is_sent": is_sent,
        "mode": flow.get_mode_display() if flow else "",
    }


def _total_difference(order: Order) -> Any:
    """ERP minus storefront, rounded as the currency is; None while the ERP has no total."""
    if order.erp_total is None or order.gross_total is None:
        return None
    return order.erp_total - order.gross_total
