"""Price audits: what customers are charged beside what the ERP says, and why it differs."""

from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.admin import pressing
from integrations.admin.base import GrowingAdmin, actor
from integrations.admin.pressing import Button
from integrations.errors import PortalError
from integrations.flows.price_audit import repairable, request_audit, request_repair
from integrations.flows.price_audit.sampling import MOST
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Flow, PriceAudit, PriceDrift

SHOWN = 200
SHOWN_AGAIN = 5


class AuditForm(forms.Form):
    """A sample of many prices, or the one of a named customer and SKU."""

    flow = forms.ModelChoiceField(
        label="Prices flow", queryset=Flow.objects.none(), widget=UnfoldAdminSelectWidget
    )
    sample = forms.IntegerField(
        label="How many prices",
        required=False,
        min_value=1,
        max_value=MOST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Chosen by the portal: what differed before, what was sold and quoted lately, "
        "the rest by chance. Empty: as many as each night.",
    )
    account = forms.CharField(
        label="Only for this customer",
        required=False,
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
        help_text="The name of a company, a buyer's e-mail, or the storefront's customer id.",
    )
    sku = forms.CharField(
        label="SKU",
        required=False,
        max_length=128,
        widget=UnfoldAdminTextInputWidget,
        help_text="With a customer: this one price.",
    )
    quantity = forms.IntegerField(
        label="Pieces",
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="In an order of so many. Empty: 1.",
    )
    currency = forms.CharField(
        label="Currency",
        required=False,
        max_length=3,
        widget=UnfoldAdminTextInputWidget,
        help_text="Such as EUR. Empty: the one that the ERP prices it in.",
    )
    on = forms.DateField(
        label="On another day",
        required=False,
        widget=UnfoldAdminSingleDateWidget(attrs={"type": "date"}),
        help_text="The ERP is asked for that day. The storefront tells only what it charges now: "
        "its side is what the portal has planned for that day. Empty: today.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        flows = Flow.objects.filter(kind=Flow.Kind.PRICES).select_related("source", "target")
        self.fields["flow"].queryset = flows  # type: ignore[attr-defined]
        self.fields["flow"].initial = flows.first()

    def start(self, who: str) -> PriceAudit:
        """Raises what `request_audit` raises."""
        said = self.cleaned_data
        return request_audit(
            said["flow"],
            actor=who,
            size=None if said["account"] else said["sample"],
            account=said["account"],
            sku=said["sku"],
            quantity=Decimal(said["quantity"] or 1),
            currency=said["currency"],
            on=said["on"],
        )


@admin.register(PriceAudit)
class PriceAuditAdmin(GrowingAdmin):
    list_display = ["name", "state_badge", "started", "compared", "same", "differ", "left", "by"]
    list_filter = ["state"]
    list_select_related = ["flow__source", "flow__target"]
    page_template = "console/price_audit.html"
    list_before_template = "console/_run_audit.html"
    actions = ["repair"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceAudit]:
        return super().get_queryset(request).defer("asked")

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.set_flow_mode")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.run_price_audits")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form; a POST starts the audit and leads to its page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AuditForm(request.POST or None)
        if form.is_valid():
            try:
                made = form.start(actor(request))
            except PortalError as exc:
                form.add_error(None, f"{exc.message} {exc.hint}".strip())
            else:
                messages.success(request, f"{made} runs; what it finds is shown here.")
                return HttpResponseRedirect(
                    reverse("admin:integrations_priceaudit_change", args=[made.pk])
                )
        context = {
            **self.admin_site.each_context(request),
            "title": "Run an audit",
            "opts": self.opts,
            "media": self.media,
            "form": form,
        }
        return TemplateResponse(request, "console/run_audit.html", context)

    def page_context(self, request: HttpRequest, row: PriceAudit) -> dict[str, Any]:
        chosen = request.GET.get("cause", "")
        labels = dict(PriceDrift.Cause.choices)
        drifts = row.drifts.filter(cause=chosen) if chosen in labels else row.drifts.all()
        counts = row.drifts.order_by("cause").values_list("cause").annotate(times=Count("pk"))
        shown = list(drifts[: SHOWN + 1])
        return {
            "causes": [(cause, labels.get(cause, cause), times) for cause, times in counts],
            "cause": chosen if chosen in labels else "",
            "drifts": shown[:SHOWN],
            "has_more": len(shown) > SHOWN,
            "chosen": row.chosen,
            "took": written.duration(row.finished_at - row.started_at) if row.finished_at else "",
            "may_run": self.has_add_permission(request),
            "again": list(row.again.order_by("id")[:SHOWN_AGAIN]),
            "buttons": self._buttons(request, row),
        }

    def _buttons(self, request: HttpRequest, row: PriceAudit) -> list[Button]:
        if row.state == PriceAudit.State.RUNNING or not self.has_switch_permission(request):
            return []
        count = len(repairable(row))
        label = f"Carry out {count} repair{'' if count == 1 else 's'}…"
        return [Button(action="repair", label=label, tone="primary")] if count else []

    @admin.action(description="Carry out the repairs…", permissions=["switch"])
    def repair(self, request: HttpRequest, rows: QuerySet[PriceAudit]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="repair",
            question="Repair prices in the storefront",
            consequence="The plans that need no decision are carried out: prices and price lists "
            "are written again as the portal's copy has them, left-over prices are taken out, and "
            "where the ERP has to be read the prices flow runs completely. Then the same prices "
            "are compared again. The other plans stay for people.",
            button="Carry out the repairs",
            by_job=False,
            tone="primary",
        )
        if isinstance(asked, HttpResponse):
            return asked
        each = partial(request_repair, actor=actor(request), reason=asked.cleaned_data["reason"])
        done = "in repair; what becomes of each price is shown beside it"
        return pressing.press_each(self, request, rows, each, done=done)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "cause" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="Audit")
    def name(self, audit: PriceAudit) -> str:
        return str(audit.pk)

    @admin.display(description="State")
    def state_badge(self, audit: PriceAudit) -> SafeString:
        return badge("price_audit", audit.state)

    @admin.display(description="Started")
    def started(self, audit: PriceAudit) -> Any:
        return written.instant(audit.started_at, now=timezone.now())

    @admin.display(description="Compared")
    def compared(self, audit: PriceAudit) -> int:
        return audit.equal + audit.drifted

    @admin.display(description="Equal")
    def same(self, audit: PriceAudit) -> int:
        return audit.equal

    @admin.display(description="Differ")
    def differ(self, audit: PriceAudit) -> int:
        return audit.drifted

    @admin.display(description="Not compared")
    def left(self, audit: PriceAudit) -> int:
        return audit.uncompared

    @admin.display(description="By")
    def by(self, audit: PriceAudit) -> str:
        return audit.actor
