"""The catalogue copy of prices: who pays what, since when, and why not."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.admin.base import GrowingAdmin
from integrations.admin.filters import ErpFilter
from integrations.looks import written
from integrations.models import PriceRow

_WHOM = (
    ("everyone", "Everyone"),
    ("price_list", "Price lists"),
    ("customer_group", "Customer groups"),
    ("customer", "Single customers"),
)


class SourceFilter(ErpFilter):
    field = "source"


class WhomFilter(SimpleListFilter):
    """The audiences as people call them."""

    title = "for whom"
    parameter_name = "whom"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Any:
        return _WHOM

    def queryset(self, request: HttpRequest, queryset: QuerySet[PriceRow]) -> QuerySet[PriceRow]:
        chosen = self.value()
        return queryset.filter(audience=chosen) if chosen in dict(_WHOM) else queryset


class ProblemFilter(SimpleListFilter):
    title = "in the storefront"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [("problem", "Not sold at, and why")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PriceRow]) -> QuerySet[PriceRow]:
        return queryset.exclude(problem="") if self.value() == "problem" else queryset


@admin.register(PriceRow)
class PriceRowAdmin(GrowingAdmin):
    list_display = ["article", "whom", "net_price", "pieces", "days", "there", "said"]
    list_filter = [WhomFilter, ProblemFilter, SourceFilter]
    search_fields = ["^sku", "=variant_ref", "=audience_ref", "=storefront_list_id"]
    search_help_text = "SKU, id of the variant or of the list in the ERP, or list in the storefront"

    @admin.display(description="SKU")
    def article(self, row: PriceRow) -> str:
        return row.sku or row.variant_ref

    @admin.display(description="For")
    def whom(self, row: PriceRow) -> str:
        return "everyone" if row.audience == "everyone" else row.audience_name or row.audience_ref

    @admin.display(description="Net price")
    def net_price(self, row: PriceRow) -> SafeString:
        return written.exact_money(row.net_unit_price, row.currency)

    @admin.display(description="From")
    def pieces(self, row: PriceRow) -> str:
        return written.quantity(max(row.min_quantity, Decimal(1)))

    @admin.display(description="Days")
    def days(self, row: PriceRow) -> str:
        if not row.starts_on and not row.ends_on:
            return "always"
        return f"{row.starts_on or '…'} to {row.ends_on or '…'}"

    @admin.display(description="In the storefront")
    def there(self, row: PriceRow) -> str:
        if row.problem:
            return row.problem
        if row.is_in_doubt:
            return "sent, and the answer was lost; the next run looks"
        return row.written or "not yet"

    @admin.display(description="As of")
    def said(self, row: PriceRow) -> Any:
        return written.instant(row.as_of, now=timezone.now())
