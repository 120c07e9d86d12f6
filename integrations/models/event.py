"""Inbound callbacks, stored once before anything else happens."""

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One callback. `event_id` is the sender's own id: the same one is stored once."""

    class State(models.TextChoices):
        STORED = "stored", "Stored"
        HANDLED = "handled", "Handled"
        IGNORED = "ignored", "Ignored"
        FAILED = "failed", "Failed"

    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="events"
    )
    event_id = models.CharField(max_length=200)
    type = models.CharField(max_length=80)
    subject = models.CharField(
        max_length=128, blank=True, help_text="What it is about, as the sender names it."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.STORED)
    body = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(
        "engine.SyncJob", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    repeats = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_id"], name="event_once"),
            models.CheckConstraint(
                name="event_state_known",
                condition=models.Q(state__in=["stored", "handled", "ignored", "failed"]),
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "id"], name="event_by_subject"),
            models.Index(fields=["id"], condition=models.Q(state="stored"), name="event_unhandled"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"
