"""How far the basis of a price may move in the ERP, and how far those of a version have."""

from decimal import Decimal

from django.db import models

USUAL_PERCENT = Decimal(5)


class PriceMargin(models.Model):
    """How far a price or cost of the ERP may move before sales is warned. At most one row.

    Without a row it is USUAL_PERCENT, and buyers are told of prices that fell.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    percent = models.DecimalField(
        "margin in percent",
        max_digits=7,
        decimal_places=4,
        default=USUAL_PERCENT,
        help_text="How far a price or cost of the ERP may move under an offer before sales is "
        "warned.",
    )
    tells_buyer = models.BooleanField(
        "tell the buyer when a price fell further",
        default=True,
        help_text="They read which items, before they accept; no price, cost or margin of yours.",
    )

    class Meta:
        verbose_name = "price margin"
        constraints = [
            models.CheckConstraint(name="pricemargin_only_one", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="pricemargin_not_negative", condition=models.Q(percent__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent.normalize():f} %"

    @classmethod
    def current(cls) -> "PriceMargin":
        return cls.objects.first() or cls()


class BasisCheck(models.Model):
    """What the ERP said last of the prices of one version, which itself stays as it is.

    `moved` holds one `quotes.services.pricing.Moved` per line whose basis is another one now;
    `is_beyond` whether one of them moved beyond the margin of that time. `problem` says in
    words why the ERP could not tell; what it said before stands with its time. `warned_of` is
    what sales was told, once, in words.
    """

    version = models.OneToOneField(
        "quotes.Version", on_delete=models.CASCADE, primary_key=True, related_name="basis_check"
    )
    tried_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=list, blank=True)
    margin_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    is_beyond = models.BooleanField(default=False)
    problem = models.TextField(blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    warned_of = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="basischeck_beyond_a_margin",
                condition=models.Q(is_beyond=False)
                | models.Q(as_of__isnull=False, margin_percent__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["version"], condition=models.Q(is_beyond=True), name="basischeck_beyond"
            )
        ]

    def __str__(self) -> str:
        return f"prices of {self.version}"
