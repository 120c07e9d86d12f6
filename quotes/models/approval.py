"""The approval policy as rows, and the approvals a version needs or got."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from quotes.models.seen import ApprovalQuerySet


class ApprovalRule(models.Model):
    """One reason for which a version needs an approval, and whose.

    Rules of one step and group are one approval; steps follow each other.
    """

    class Kind(models.TextChoices):
        DISCOUNT_ABOVE = "discount_above", "Discount above (percent)"
        MARGIN_BELOW = "margin_below", "Margin below (percent)"
        AMOUNT_ABOVE = "amount_above", "Net total above"
        TERMS_OTHER_THAN = "terms_other_than", "Payment terms other than"
        COST_MISSING = "cost_missing", "A cost is missing"
        PRICE_MANUAL = "price_manual", "A price was set by hand"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    threshold = models.DecimalField(null=True, blank=True, max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True, help_text="Of an amount.")
    terms = models.CharField(
        max_length=300, blank=True, help_text="Payment terms that need none, comma separated."
    )
    step = models.PositiveSmallIntegerField(default=1)
    group = models.ForeignKey("auth.Group", on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["step", "id"]
        constraints = [
            models.CheckConstraint(
                name="approvalrule_kind_known",
                condition=models.Q(
                    kind__in=[
                        "discount_above",
                        "margin_below",
                        "amount_above",
                        "terms_other_than",
                        "cost_missing",
                        "price_manual",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="approvalrule_has_its_value",
                condition=models.Q(kind__in=["cost_missing", "price_manual"])
                | models.Q(kind__in=["discount_above", "margin_below"], threshold__isnull=False)
                | (models.Q(kind="amount_above", threshold__isnull=False) & ~models.Q(currency=""))
                | (models.Q(kind="terms_other_than") & ~models.Q(terms="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """One decision that a version waits for or got. Void after any edit of the version."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        VOID = "void", "Void"

    OPEN: ClassVar[str] = "waiting"
    TONES: ClassVar[dict[str, str]] = {
        State.WAITING: "warning",
        State.APPROVED: "success",
        State.REJECTED: "danger",
        State.VOID: "default",
    }

    version = models.ForeignKey(
        "quotes.Version", on_delete=models.CASCADE, related_name="approvals"
    )
    step = models.PositiveSmallIntegerField()
    group = models.ForeignKey("auth.Group", on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    edits = models.PositiveIntegerField(help_text="The version's edits it was asked for.")
    asked_at = models.DateTimeField(default=timezone.now)
    delegated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["version", "step", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "step", "group"],
                condition=models.Q(state="waiting"),
                name="approval_asked_once",
            ),
            models.CheckConstraint(
                name="approval_state_known",
                condition=models.Q(state__in=["waiting", "approved", "rejected", "void"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["group", "step"],
                condition=models.Q(state="waiting"),
                name="approval_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}, step {self.step}: {self.get_state_display().lower()}"
