"""What people were told, once per cause."""

from django.db import models
from django.utils import timezone


class Alert(models.Model):
    """One alert of one cause on one channel; open until the cause is gone."""

    class State(models.TextChoices):
        PENDING = "pending", "Not sent yet"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"

    cause = models.CharField(max_length=200)
    channel = models.CharField(max_length=10)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "channel"],
                condition=models.Q(closed_at__isnull=True),
                name="alert_once_per_cause",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
