"""Who changed which state, when and why. Rows are only ever added."""

from django.db import models
from django.utils import timezone


class TransitionNotAllowed(Exception):
    """The move is not in the table, or somebody else moved the row first."""

    def __init__(self, row: models.Model, to: str) -> None:
        super().__init__(
            f"{row._meta.verbose_name} {row.pk} cannot become {to} "
            f"(it is {getattr(row, 'state', '?')})."
        )
        self.row, self.to = row, to


class StateChange(models.Model):
    """One move of one row; also the audit trail and the operator's timeline."""

    subject = models.CharField(max_length=20, help_text="order, flow, connection, issue")
    subject_id = models.BigIntegerField()
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    actor = models.CharField(max_length=120)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    job_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="change_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.before} → {self.after}"
