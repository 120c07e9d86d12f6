"""The catalogue copy: what the portal keeps of the ERP's stock, with source and as-of time.

Cart checks and quotes read it, and the storefront is fed from it.
"""

from typing import Any

from django.db import models

_QUANTITY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}


class StockLevel(models.Model):
    """One variant at one location of the ERP, in its own unit; see `records.ErpStock`.

    `as_of` is when the ERP said so. `available` may be negative.
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

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "variant_ref", "location_ref"], name="stock_level_once"
            ),
        ]
        indexes = [models.Index(fields=["source", "sku"], name="stock_level_by_sku")]

    def __str__(self) -> str:
        return f"{self.sku or self.variant_ref} at {self.location_name or 'all locations'}"
