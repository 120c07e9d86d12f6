"""Equal failures, grouped by what causes them."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Issue(models.Model):
    """One cause with everything it blocks. At most one open issue per cause."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        RESOLVED = "resolved", "Resolved"

    cause = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    hint = models.TextField(blank=True)
    connection = models.ForeignKey(
        "integrations.Connection",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="issues",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    count = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="issues",
    )
    tags = models.JSONField(default=list, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-last_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], condition=models.Q(state="open"), name="issue_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class IssueItem(models.Model):
    """One job that the issue blocks, or blocked."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="items")
    job = models.ForeignKey("engine.SyncJob", on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey(
        "integrations.Order", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "job"], name="issue_item_once"),
        ]

    def __str__(self) -> str:
        return f"job {self.job_id}"
