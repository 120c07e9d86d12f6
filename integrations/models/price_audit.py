"""Comparisons of what the ERP says a customer pays with what the storefront charges."""

from typing import Any

from django.db import models
from django.utils import timezone

_PRICE: dict[str, Any] = {"max_digits": 20, "decimal_places": 8}


class PriceAudit(models.Model):
    """One audit: what was asked, how it was chosen, and how it ended.

    `asked` are the questions in the order in which they are worked through, the first `done` of
    them are answered. `is_sample`: the portal chose them, by `seed`, as `chosen` tells (how many
    for which reason); otherwise a person named them. `uncompared` had no comparable prices.
    `on` is another day than that of the audit: then the storefront's side is what the portal has
    planned for it. `again_of` is the audit whose repaired prices this one compares again.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    flow = models.ForeignKey(
        "integrations.Flow", on_delete=models.CASCADE, related_name="price_audits"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    actor = models.CharField(max_length=120)
    is_sample = models.BooleanField(default=True)
    seed = models.BigIntegerField(default=0)
    wanted = models.PositiveIntegerField(default=0)
    chosen = models.JSONField(default=dict, blank=True)
    asked = models.JSONField(default=list, blank=True, editable=False)
    done = models.PositiveIntegerField(default=0)
    equal = models.PositiveIntegerField(default=0)
    drifted = models.PositiveIntegerField(default=0)
    uncompared = models.PositiveIntegerField(default=0)
    on = models.DateField(null=True, blank=True)
    again_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="again"
    )
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = "price audit"
        ordering = ["-id"]
        permissions = [("run_price_audits", "Can compare prices of the ERP and the storefront")]
        indexes = [models.Index(fields=["flow", "-id"], name="price_audit_by_flow")]

    def __str__(self) -> str:
        return f"Price audit {self.pk}"


class PriceDrift(models.Model):
    """One price that differs, or that could not be compared, with its cause and what to do.

    Prices are net for one piece, None where there is none. `step` is the repair as a machine
    would do it: `do` names it, the rest says to what. `repair` is how far that is.
    """

    class Repair(models.TextChoices):
        NONE = "", "Not asked for"
        ASKED = "asked", "Asked for"
        DONE = "done", "Carried out"
        FAILED = "failed", "Failed"

    class Cause(models.TextChoices):
        MISSING_LIST = "missing_list", "Price list missing"
        LIST_DRAFT = "list_draft", "Price list is a draft"
        LIST_DATES = "list_dates", "Price list on other days"
        UNRULED_LIST = "unruled_list", "Price list for everyone"
        NOT_IN_GROUP = "not_in_group", "Customer not in the group"
        STALE_ROW = "stale_row", "Price out of date"
        TIER = "tier", "Other quantity steps"
        ROUNDING = "rounding", "Rounding"
        CURRENCY = "currency", "Currency not sold in"
        HELD_BACK = "held_back", "Price held back"
        OTHER_PRICE = "other_price", "Somebody else's price"
        PRECEDENCE = "precedence", "Another of our prices wins"
        NO_PRICE = "no_price", "No price in the storefront"
        NOT_IN_ERP = "not_in_erp", "No price in the ERP"
        UNKNOWN = "unknown", "Unknown"
        NOT_COMPARED = "not_compared", "Could not be compared"

    audit = models.ForeignKey(PriceAudit, on_delete=models.CASCADE, related_name="drifts")
    n = models.PositiveIntegerField()
    cause = models.CharField(max_length=16, choices=Cause.choices)
    company = models.CharField(max_length=200, blank=True)
    customer_id = models.CharField("customer in the storefront", max_length=64)
    customer_ref = models.CharField("customer in the ERP", max_length=128)
    sku = models.CharField("SKU", max_length=128)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    asked_on = models.DateField()
    erp_price = models.DecimalField(**_PRICE, null=True, blank=True)
    storefront_price = models.DecimalField(**_PRICE, null=True, blank=True)
    found = models.TextField()
    plan = models.TextField(blank=True)
    step = models.JSONField(default=dict, blank=True)
    repair = models.CharField(max_length=8, choices=Repair.choices, blank=True, default="")
    repair_note = models.CharField(max_length=300, blank=True)
    repaired_by = models.CharField(max_length=120, blank=True)
    repaired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "price drift"
        ordering = ["audit", "n"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "n"], name="price_drift_once"),
        ]
        indexes = [models.Index(fields=["cause", "-id"], name="price_drift_by_cause")]

    def __str__(self) -> str:
        return f"{self.sku} for {self.company or self.customer_id}"
