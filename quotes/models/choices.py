"""Short lists that the ERP and the storefront own, copied for sales to choose from."""

from django.db import models


class ChoiceList(models.Model):
    """One list as it was at `as_of`, replaced as a whole; see `quotes.services.choices`."""

    class Kind(models.TextChoices):
        TERMS = "terms", "Payment terms"
        REGIONS = "regions", "Regions"
        SHIPPING = "shipping", "Ways of shipping"

    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    as_of = models.DateTimeField()
    rows = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind"], name="choicelist_once"),
            models.CheckConstraint(
                name="choicelist_kind_known",
                condition=models.Q(kind__in=["terms", "regions", "shipping"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.connection}"
