"""That a buyer passed an offer on to somebody of their company."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Forward(models.Model):
    """One offer, passed on by one buyer: to a colleague, or to an address that is none's.

    Nobody is written to at such an `address`; sales may make them a buyer of the account.
    """

    SUBJECT: ClassVar[str] = "forward"

    version = models.ForeignKey("quotes.Version", on_delete=models.CASCADE, related_name="forwards")
    by = models.ForeignKey("integrations.Buyer", on_delete=models.CASCADE, related_name="forwards")
    to = models.ForeignKey(
        "integrations.Buyer", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.EmailField(blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="forward_to_one",
                condition=models.Q(to__isnull=False, address="")
                | (models.Q(to__isnull=True) & ~models.Q(address="")),
            )
        ]
        indexes = [models.Index(fields=["by", "at"], name="forward_by_buyer")]

    def __str__(self) -> str:
        return f"{self.version}, forwarded to {self.to.email if self.to else self.address}"
