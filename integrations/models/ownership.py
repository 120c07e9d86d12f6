"""What the portal wrote into the storefront, and what was edited there by hand since."""

from django.db import models
from django.utils import timezone


class WrittenCopy(models.Model):
    """What was last written of one linked record: our own write, to be told from a hand's.

    `content` is what it takes to write the same again; its form belongs to the flow that owns
    the record. `suspect_at` is when the storefront told of a change that was not looked at yet.
    """

    link = models.OneToOneField(
        "integrations.IdLink", on_delete=models.CASCADE, related_name="written"
    )
    content = models.JSONField(default=dict)
    written_at = models.DateTimeField(default=timezone.now)
    suspect_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["suspect_at"],
                condition=models.Q(suspect_at__isnull=False),
                name="written_copy_suspect",
            ),
        ]

    def __str__(self) -> str:
        return f"what was written of {self.link}"


class HandEdit(models.Model):
    """One record that was changed by hand though a flow owns it; at most one open per link.
    One that was deleted together with its link has none.

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
        "integrations.IdLink",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="hand_edits",
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
