"""The catalogue copy of articles and stock: what they are sorted under, what can be promised."""

from typing import Any

from django.contrib import admin
from django.utils import timezone

from integrations.admin.base import GrowingAdmin
from integrations.looks import written
from integrations.models import ArticleCopy, StockLevel


@admin.register(ArticleCopy)
class ArticleCopyAdmin(GrowingAdmin):
    list_display = ["sku", "category", "variant_ref", "source", "said"]
    list_select_related = ["source"]
    search_fields = ["^sku", "=variant_ref"]
    search_help_text = "SKU, or the id of the variant in the ERP"

    @admin.display(description="As of")
    def said(self, article: ArticleCopy) -> Any:
        return written.instant(article.as_of, now=timezone.now())


@admin.register(StockLevel)
class StockLevelAdmin(GrowingAdmin):
    list_display = ["sku", "location", "available", "on_hand", "reserved", "incoming", "said"]
    list_select_related = ["source"]
    search_fields = ["^sku", "=variant_ref"]
    search_help_text = "SKU, or the id of the variant in the ERP"

    @admin.display(description="Location")
    def location(self, level: StockLevel) -> str:
        return level.location_name or level.location_ref or "all together"

    @admin.display(description="As of")
    def said(self, level: StockLevel) -> Any:
        return written.instant(level.as_of, now=timezone.now())
