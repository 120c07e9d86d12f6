"""What the portal wrote into the storefront, and what was edited there by hand since."""

from django.db import models
from django.utils import timezone


class WrittenCopy(models.Model):
    """What was last written of one linked record, field by field as a person reads it.

    Telling our own writes from a hand's needs both values. `content` is what the flow that
    owns the record needs to write the same again; its form belongs to the flow.
    """

    link = models.OneToOneField(
        "integrations.IdLink", on_delete=models.CASCADE, related_name="written"
    )
    values = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"what was written of {self.link}"


class HandEdit(models.Model):
    """One record that was changed by hand though a flow owns it; at most one open per link.

    `changes` is a list of [field, what the portal wrote, what is there now].
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PUT_BACK = "put_back", "Put back"
        LEFT = "left", "Left as it is"
        GONE = "gone", "Gone by itself"

    flow = models.ForeignKey(
        "integrations.Flow", on_delete=models.CASCADE, related_name="hand_edits"
    )
    link = models.ForeignKey(
        "integrations.IdLink", on_delete=models.CASCADE, related_name="hand_edits"
    )
    label = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=models.Q(state="open"), name="hand_edit_once_while_open"
            ),
        ]
        indexes = [models.Index(fields=["flow", "state", "-id"], name="hand_edit_by_flow")]

    def __str__(self) -> str:
        return f"hand edit of {self.label}"
