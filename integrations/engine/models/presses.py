"""One press of a verb for many rows, and each of its members."""

from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.engine.models.jobs import SyncJob


class Press(models.Model):
    """A verb pressed for everything that matched a filter at that moment.

    The members are rows of their own, written by one statement with the press: what matched
    then is pressed once, whatever enters or leaves the filter meanwhile. Counts are of
    members that have been pressed; `job` is the job that works on it now.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Stopped"

    verb = models.CharField(max_length=60)
    options = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    matched = models.CharField(max_length=500)  # the filter, in words
    reason = models.CharField(max_length=300)
    actor = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(
        SyncJob, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)  # the last batch
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=120, blank=True)
    stopped_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "bulk press"
        verbose_name_plural = "bulk presses"
        constraints = [
            models.CheckConstraint(
                name="press_state_known", condition=Q(state__in=["running", "done", "cancelled"])
            ),
            models.CheckConstraint(
                name="press_counts_its_members",
                condition=Q(total__gte=models.F("done") + models.F("skipped") + models.F("failed")),
            ),
        ]

    def __str__(self) -> str:
        return f"bulk press {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def pressed(self) -> int:
        return self.done + self.skipped + self.failed

    @property
    def left(self) -> int:
        return self.total - self.pressed

    @property
    def percent(self) -> int:
        return 100 * self.pressed // self.total if self.total else 100

    @property
    def per_s(self) -> float:
        """Members a second since it began; 0 while nothing is known."""
        if self.started_at is None or self.worked_at is None:
            return 0.0
        spent = (self.worked_at - self.started_at).total_seconds()
        return self.pressed / spent if spent > 0 else 0.0

    def time_left(self, now: datetime) -> timedelta | None:
        """How long it takes at this rate; None while that is not known."""
        if not self.is_running or not self.per_s:
            return None
        return timedelta(seconds=self.left / self.per_s)


class PressMember(models.Model):
    """One row that a press is for, and what came of it. No foreign key: it may be of any table."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not pressed yet"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"  # it did not apply to this row; the message says why
        FAILED = "failed", "Failed"  # our program failed at it

    press = models.ForeignKey(Press, on_delete=models.CASCADE, related_name="members")
    row_id = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "member of a bulk press"
        constraints = [
            models.UniqueConstraint(name="pressmember_once", fields=["press", "row_id"]),
            models.CheckConstraint(
                name="pressmember_state_known",
                condition=Q(state__in=["waiting", "done", "skipped", "failed"]),
            ),
        ]
        indexes = [
            models.Index(name="pressmember_by_state", fields=["press", "state", "row_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} of press {self.press_id}"
