"""What the ERP says of companies, and what they may buy."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import StackedInline, TabularInline

from integrations.admin.base import ConsoleAdmin, LabelledFormSet, actor
from integrations.admin.filters import ErpFilter
from integrations.flows.customers.linking import link_customer
from integrations.looks import written
from integrations.models import (
    Assortment,
    CustomerCopy,
    Licence,
    LicensedGoods,
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
    formset = LabelledFormSet
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
