"""One execution of a batch flow."""

from django.db import models
from django.utils import timezone


class Run(models.Model):
    """Counts, duration, plan and what was skipped and why. An empty run is a row too.

    The window is the span of changes it reads; without a start it reads everything. A run
    that `applies` an earlier one writes what that one planned; a plan is applied once. What it
    did, record by record, is in its `planned` rows.

    `expected` is how many records it will probably read, None where nothing tells.
    `removals_allowed_by` is who said that so many removals are meant.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    flow = models.ForeignKey("integrations.Flow", on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    mode = models.CharField(max_length=10)
    actor = models.CharField(max_length=120)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    applies = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="applied_by"
    )
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    last_page_at = models.DateTimeField(null=True, blank=True)
    removals_allowed_by = models.CharField(max_length=120, blank=True)
    basis = models.CharField(max_length=64, blank=True, editable=False)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["applies"],
                condition=~models.Q(state="cancelled"),
                name="run_plan_applied_once",
            ),
        ]
        indexes = [models.Index(fields=["flow", "-id"], name="run_by_flow")]

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.flow}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_complete(self) -> bool:
        """Whether it reads everything instead of what changed."""
        return self.window_start is None

    @property
    def told(self) -> int:
        """How many records its plan has."""
        return self.created + self.changed + self.removed + self.skipped + self.failed
