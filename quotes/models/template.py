"""Sets of lines and terms that sales starts quotes with, for whichever company."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from quotes.models.rfq import UNIT_PRICE, Line


class QuoteTemplate(models.Model):
    """What a quote may begin with. Its prices are those that a person set, in `currency`;
    all others are asked of the ERP once the template is used. `note` is its own: what a quote
    says to one buyer, or about them, stays with that quote."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    terms_ref = models.CharField("payment terms in the ERP", max_length=64, blank=True)
    terms_name = models.CharField("payment terms", max_length=120, blank=True)
    note = models.TextField("note to the buyer", blank=True)
    needs_po_number = models.BooleanField("PO number required", default=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="quotetemplate_once_per_name",
                violation_error_message="There is a template of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateLine(Line):
    """One line; `unit_price` is net, for one unit, and None where the ERP prices it."""

    template = models.ForeignKey(QuoteTemplate, on_delete=models.CASCADE, related_name="lines")
    description = models.TextField(blank=True)
    unit_price = models.DecimalField("net unit price", null=True, blank=True, **UNIT_PRICE)
    tax_percent = models.DecimalField(null=True, blank=True, max_digits=7, decimal_places=4)
    is_optional = models.BooleanField(default=False)
    alternative_to_n = models.PositiveIntegerField("instead of line", null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["template", "n"], name="templateline_once_per_place"),
            models.CheckConstraint(
                name="templateline_quantity_positive",
                condition=models.Q(quantity__gt=Decimal(0)),
                violation_error_message="The quantity must be above zero.",
            ),
            models.CheckConstraint(
                name="templateline_price_not_negative",
                condition=models.Q(unit_price=None) | models.Q(unit_price__gte=Decimal(0)),
                violation_error_message="The price must not be negative.",
            ),
        ]
