"""What a run did with each record, or would do: its plan, row by row."""

from django.db import models


class PlannedChange(models.Model):
    """One record of a run's plan; unchanged ones have none. See `flows.runs.PlanItem`.

    `number` counts from 1 in the order of the reading. `changes` is a list of
    [field, before, after], each as a person reads it.
    """

    class Action(models.TextChoices):
        CREATE = "create", "Create"
        CHANGE = "change", "Change"
        REMOVE = "remove", "Remove"
        SKIP = "skip", "Skip"
        FAILED = "failed", "Failed"

    run = models.ForeignKey("integrations.Run", on_delete=models.CASCADE, related_name="planned")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=8, choices=Action.choices)
    ref = models.CharField(max_length=300)
    label = models.CharField(max_length=300, blank=True)
    reason = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="planned_change_once"),
        ]
        indexes = [
            models.Index(fields=["run", "ref"], name="planned_change_by_ref"),
            models.Index(fields=["run", "action", "number"], name="planned_change_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.label or self.ref}"
