"""What the ERP says of companies, what they may buy, and who registered under their names."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import StackedInline, TabularInline
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from integrations.admin.base import ConsoleAdmin, actor
from integrations.admin.filters import ErpFilter, StorefrontFilter
from integrations.errors import NeedsOperator
from integrations.flows.customers import registrations
from integrations.flows.customers.linking import link_customer
from integrations.looks import written
from integrations.models import (
    Assortment,
    Buyer,
    CustomerCopy,
    Licence,
    LicensedGoods,
    Registration,
)


class SourceFilter(ErpFilter):
    field = "source"


class CompanyFilter(admin.SimpleListFilter):
    """Whom somebody has to link by hand."""

    title, parameter_name = "company", "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "Not linked to a company"), ("some", "Linked")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[CustomerCopy]
    ) -> QuerySet[CustomerCopy]:
        if self.value() in ("none", "some"):
            return queryset.filter(account__isnull=self.value() == "none")
        return queryset


class CopyForm(forms.ModelForm):
    """Which company it is; one that is another customer of the same ERP is refused."""

    class Meta:
        model = CustomerCopy
        fields = ["account"]

    def _get_validation_exclusions(self) -> set[str]:
        # The constraint is of the company and the ERP, which is no field of this form.
        return super()._get_validation_exclusions() - {"source"}  # type: ignore[misc]


@admin.register(CustomerCopy)
class CustomerCopyAdmin(ConsoleAdmin):
    form = CopyForm
    list_display = ["name", "number", "account", "terms", "limit", "standing", "said"]
    list_filter = [CompanyFilter, SourceFilter, "is_blocked"]
    search_fields = ["name", "=number", "=ref", "=tax_id"]
    list_select_related = ["account"]
    autocomplete_fields = ["account"]
    fieldsets: Any = [
        (
            None,
            {
                "fields": ["account"],
                "description": "The company here that this customer of the ERP is. The next run "
                "of the customers flow brings it its buyers, terms and groups. For a customer "
                "that is none of them, add a company first.",
            },
        ),
        (
            "In the ERP",
            {
                "fields": [
                    "name",
                    ("number", "ref"),
                    ("tax_id", "email"),
                    ("terms", "limit"),
                    ("price_list_ref", "group"),
                    ("is_tax_exempt", "standing"),
                    "said",
                ]
            },
        ),
    ]
    ordering = ["name"]

    def save_model(
        self, request: HttpRequest, obj: CustomerCopy, form: forms.Form, change: bool
    ) -> None:
        row = CustomerCopy.objects.get(pk=obj.pk)
        link_customer(row, obj.account, actor=actor(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        shown = [name for _, part in self.fieldsets[1:] for name in part["fields"]]
        return [one for name in shown for one in ([name] if isinstance(name, str) else name)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Payment terms")
    def terms(self, copy: CustomerCopy) -> str:
        return copy.payment_term_name or written.NOTHING

    @admin.display(description="Credit limit")
    def limit(self, copy: CustomerCopy) -> Any:
        if not copy.is_credit_known:
            return "not told"
        if copy.credit_limit is None:
            return "no limit"
        return written.money(copy.credit_limit, copy.currency)

    @admin.display(description="Group")
    def group(self, copy: CustomerCopy) -> str:
        return copy.group_name or copy.group_ref or written.NOTHING

    @admin.display(description="Standing")
    def standing(self, copy: CustomerCopy) -> str:
        return standing_of(copy)

    @admin.display(description="As of")
    def said(self, copy: CustomerCopy) -> Any:
        return written.instant(copy.as_of, now=timezone.now())


def standing_of(copy: CustomerCopy) -> str:
    """How the ERP treats them now."""
    if not copy.is_present:
        return "no longer in the ERP"
    if not copy.is_active:
        return "archived"
    return f"blocked: {copy.block_reason}".rstrip(": ") if copy.is_blocked else "active"


class CopyInline(TabularInline):
    """What the ERP says, with its age; nobody changes it here."""

    model = CustomerCopy
    verbose_name_plural = "As the ERP has it"
    fields = ["number", "terms", "limit", "lists", "tax", "standing", "said"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    terms = CustomerCopyAdmin.terms
    limit = CustomerCopyAdmin.limit
    standing = CustomerCopyAdmin.standing
    said = CustomerCopyAdmin.said

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Price list, group")
    def lists(self, copy: CustomerCopy) -> str:
        names = [copy.price_list_ref, copy.group_name or copy.group_ref]
        return ", ".join(filter(None, names)) or written.NOTHING

    @admin.display(description="Tax")
    def tax(self, copy: CustomerCopy) -> str:
        return "exempt" if copy.is_tax_exempt else "usual"


class LicenceInline(TabularInline):
    model = Licence
    fields = ["name", "number", "valid_until", "origin"]
    readonly_fields = ["origin"]
    extra = 0


class AssortmentInline(StackedInline):
    model = Assortment
    verbose_name_plural = "May buy only this"
    fields = [("name", "origin"), "skus", "categories"]
    readonly_fields = ["origin"]
    extra = 0


@admin.register(LicensedGoods)
class LicensedGoodsAdmin(ConsoleAdmin):
    list_display = ["licence", "number_of_skus", "categories"]
    search_fields = ["licence"]
    fields = ["licence", "skus", "categories"]

    @admin.display(description="SKUs")
    def number_of_skus(self, goods: LicensedGoods) -> int:
        return len(goods.skus.split())


# ---------------------------------------------------------------- registrations


class DecisionForm(forms.ModelForm):
    """Accept or refuse, whom as, and why."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("accept", "They are this buyer"), ("refuse", "They are nobody of ours")],
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label="How you know",
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For the history, such as: called them back under the number in the ERP.",
    )

    class Meta:
        model = Registration
        fields = ["buyer", "decision", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "buyer" in self.fields:
            found = registrations.candidates(self.instance)
            field: Any = self.fields["buyer"]
            field.queryset = Buyer.objects.filter(pk__in=[one.pk for one in found])
            field.required = False
            if len(found) == 1 and self.instance.buyer is None:
                self.initial["buyer"] = found[0].pk
        self.initial["reason"] = ""  # each decision has its own

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "accept" and cleaned.get("buyer") is None:
            raise ValidationError("Choose the buyer who they are.")
        return cleaned


@admin.register(Registration)
class RegistrationAdmin(ConsoleAdmin):
    form = DecisionForm
    list_display = ["email", "name", "state", "proof", "registered", "decided_by"]
    list_filter = ["state", StorefrontFilter]
    search_fields = ["^email", "=customer_id"]
    fieldsets = [
        (
            "Who registered in the storefront",
            {
                "fields": [("email", "name"), ("customer_id", "storefront"), "registered", "proof"],
                "description": "The storefront does not check who reads this mailbox. Who is "
                "accepted sees the company's prices, orders on its account and gets into the "
                "portal from the storefront: accept only whom you know by another way.",
            },
        ),
        ("Decision", {"fields": ["state", "decision", "buyer", "reason"]}),
    ]
    readonly_fields = [
        "email",
        "name",
        "customer_id",
        "storefront",
        "registered",
        "proof",
        "state",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("integrations.decide_registrations")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": [*self.readonly_fields, "buyer", "decided_by", "reason"]})]

    def save_model(
        self, request: HttpRequest, obj: Registration, form: forms.Form, change: bool
    ) -> None:
        """The decision is a service's; nothing of the form is written by itself."""
        said, now = form.cleaned_data, timezone.now()
        row = Registration.objects.get(pk=obj.pk)
        by, why = actor(request), said["reason"]
        try:
            if said["decision"] == "accept":
                registrations.accept(row, buyer=said["buyer"], actor=by, reason=why, now=now)
            else:
                registrations.refuse(row, actor=by, reason=why, now=now)
        except NeedsOperator as refusal:
            self.message_user(request, f"{refusal.message} {refusal.hint}", "error")

    @admin.display(description="Registered", ordering="registered_at")
    def registered(self, row: Registration) -> Any:
        return written.instant(row.registered_at, now=timezone.now())

    @admin.display(description="Reads the mailbox")
    def proof(self, row: Registration) -> Any:
        if row.proven_at is None:
            return "not shown"
        return written.instant(row.proven_at, now=timezone.now())
