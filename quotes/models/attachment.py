"""Files that came with a request. The row says what it is; the content lies outside the web."""

from django.db import models
from django.utils import timezone

from quotes.models.rfq import Rfq


class Attachment(models.Model):
    """One file of a request, as it was checked in. `stored_as` is random and no part of it is
    what somebody typed; see `quotes.services.attachments` for adding and opening."""

    rfq = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=64, unique=True, editable=False)
    added_by = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="attachment_not_empty",
                condition=models.Q(size__gt=0) & ~models.Q(name="") & ~models.Q(stored_as=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name
