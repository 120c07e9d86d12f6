"""The catalogue copy: what the portal keeps of the ERP's articles, stock and prices, and of when.

Cart checks and quotes read it, and the storefront is fed from it.
"""

from typing import Any

from django.db import models

_QUANTITY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}
_PRICE: dict[str, Any] = {"max_digits": 20, "decimal_places": 8}


class ArticleCopy(models.Model):
    """What one variant of the ERP is sorted under, so that rules by category can decide.

    `category` is its whole path as the ERP names it, with " / " between levels; empty where the
    ERP names none. `as_of` is when a run last found it changed.
    """

    source = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="article_copies"
    )
    variant_ref = models.CharField(max_length=128)
    sku = models.CharField("SKU", max_length=128, blank=True)
    category = models.CharField(max_length=1000, blank=True)
    as_of = models.DateTimeField()

    class Meta:
        verbose_name = "article"
        constraints = [
            models.UniqueConstraint(fields=["source", "variant_ref"], name="article_copy_once"),
        ]
        indexes = [models.Index(fields=["source", "sku"], name="article_copy_by_sku")]

    def __str__(self) -> str:
        return self.sku or self.variant_ref


class StockLevel(models.Model):
    """One variant at one location of the ERP, in its own unit; see `records.ErpStock`.

    `as_of` is when the ERP said so. `available` may be negative. `seen_in` is the run that read the
    level last: one that a complete run did not see is none.
    """

    source = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="stock_levels"
    )
    variant_ref = models.CharField(max_length=128)
    sku = models.CharField(max_length=128, blank=True)
    location_ref = models.CharField(max_length=128, blank=True)
    location_name = models.CharField(max_length=200, blank=True)
    on_hand = models.DecimalField(**_QUANTITY)
    reserved = models.DecimalField(**_QUANTITY)
    available = models.DecimalField(**_QUANTITY)
    incoming = models.DecimalField(**_QUANTITY)
    incoming_on = models.DateField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    as_of = models.DateTimeField()
    seen_in = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "variant_ref", "location_ref"], name="stock_level_once"
            ),
        ]
        indexes = [models.Index(fields=["source", "sku"], name="stock_level_by_sku")]

    def __str__(self) -> str:
        return f"{self.sku or self.variant_ref} at {self.location_name or 'all locations'}"


class PriceRow(models.Model):
    """One price of the ERP, see `records.ErpPrice`, and what the storefront was told of it.

    `offer` is the same for the quantity steps of one variant, audience and currency. `seen_in`
    is the run that read the row last: what a complete one did not see is gone from the ERP.
    `fingerprint` and `written` say what the storefront holds, the second for people; empty:
    nothing of ours; `written_in` is the run that wrote it. `is_in_doubt`: it was sent, and the
    answer was lost. `problem` says why it is not sold at, in words for an operator.
    """

    source = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="price_rows"
    )
    ref = models.CharField("id in the ERP", max_length=200)
    variant_ref = models.CharField(max_length=128)
    sku = models.CharField("SKU", max_length=128, blank=True)
    audience = models.CharField(max_length=16)
    audience_ref = models.CharField(max_length=128, blank=True)
    audience_name = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    net_unit_price = models.DecimalField(**_PRICE)
    min_quantity = models.DecimalField(**_QUANTITY)
    unit = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    as_of = models.DateTimeField()
    offer = models.CharField(max_length=32, editable=False)
    seen_in = models.BigIntegerField(null=True, editable=False)

    storefront = models.ForeignKey(
        "integrations.Connection",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    storefront_list_id = models.CharField(max_length=64, blank=True)
    storefront_price_id = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    written = models.CharField(max_length=120, blank=True)
    written_in = models.BigIntegerField(null=True, editable=False)
    is_in_doubt = models.BooleanField(default=False)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "price"
        constraints = [
            models.UniqueConstraint(fields=["source", "ref"], name="price_row_once"),
        ]
        indexes = [
            models.Index(fields=["source", "offer"], name="price_row_by_offer"),
            models.Index(fields=["variant_ref"], name="price_row_by_variant"),
            models.Index(fields=["sku"], name="price_row_by_sku"),
            models.Index(fields=["storefront_list_id"], name="price_row_by_list"),
            models.Index(fields=["audience", "-id"], name="price_row_by_audience"),
            models.Index(fields=["audience_ref"], name="price_row_by_audience_ref"),
            models.Index(
                fields=["-id"], name="price_row_with_problem", condition=~models.Q(problem="")
            ),
        ]

    def __str__(self) -> str:
        whose = "everyone" if self.audience == "everyone" else self.audience_name
        return f"{self.sku or self.variant_ref} for {whose or self.audience_ref}"
