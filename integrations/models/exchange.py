"""HTTP calls, kept."""

from django.db import models
from django.utils import timezone


class Exchange(models.Model):
    """One HTTP call, redacted and trimmed before it is stored; deleted after its retention.

    Belongs to a job's step, to a run, to a check or to a person's click (`actor`).
    """

    connection = models.ForeignKey(
        "integrations.Connection", null=True, on_delete=models.CASCADE, related_name="exchanges"
    )
    job = models.ForeignKey(
        "engine.SyncJob", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    step = models.ForeignKey(
        "engine.Step", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    attempt_id = models.BigIntegerField(null=True, blank=True)
    run = models.ForeignKey(
        "integrations.Run",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="exchanges",
    )
    actor = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=8)
    url = models.TextField()
    endpoint = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    duration_ms = models.PositiveIntegerField()
    request_headers = models.JSONField(default=dict)
    request_body = models.TextField(blank=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "-id"], name="exchange_by_connection"),
            models.Index(fields=["at"], name="exchange_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.status or self.error_kind}"
