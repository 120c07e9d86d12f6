"""First contact: which record of one side is which of the other, where a rule cannot tell."""

from typing import Any

from django.db import models
from django.utils import timezone

from integrations.models.link import IdLink


class MatchProposal(models.Model):
    """A record of a flow's source and those of its target that it may be; at most one open per
    record.

    `candidates` is a list of {ref, label, confidence (percent), reasons, warning, parts}, best
    first; `parts` pairs ids of its parts (variants) there with those here. `before` is what the
    press or the flow found of links, to be restored by an undo: {"removed": [...]}, each row as
    `IdLink` has it; `made` lists [kind, source ref, target ref] of those that it made.
    """

    class State(models.TextChoices):
        OPEN = "open", "Waits for a person"
        MATCHED = "matched", "Linked by the rules"
        ACCEPTED = "accepted", "Accepted"
        BY_HAND = "by_hand", "Linked by hand"
        REJECTED = "rejected", "None of them"
        GONE = "gone", "Gone by itself"

    flow = models.ForeignKey(
        "integrations.Flow", on_delete=models.CASCADE, related_name="match_proposals"
    )
    kind = models.CharField(max_length=12, choices=IdLink.Kind.choices)
    source_ref = models.CharField("id in the source", max_length=128)
    label = models.CharField(max_length=200, blank=True)
    # What the source tells of it, as [what, value, part]; shown beside the candidates.
    told = models.JSONField(default=list)
    parts = models.JSONField(default=list)
    why = models.CharField(max_length=300, blank=True)
    candidates = models.JSONField(default=list)
    confidence = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    chosen_ref = models.CharField("linked to", max_length=128, blank=True)
    # Candidates that a person said it is not; and whether a person undid a link of it, after
    # which the rules alone link it no more.
    rejected = models.JSONField(default=list)
    was_undone = models.BooleanField(default=False)
    # All that the source said of the record when it was last read, as JSON of its record class;
    # and whether what a person said of it is still to be carried out by that.
    whole = models.JSONField(null=True, blank=True, editable=False)
    is_due = models.BooleanField(default=False, editable=False)
    made = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    found_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "match"
        verbose_name_plural = "matches"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "kind", "source_ref"], name="match_once_per_record"
            ),
        ]
        indexes = [
            models.Index(fields=["flow", "state", "-id"], name="match_by_flow"),
            models.Index(fields=["state", "-id"], name="match_by_state"),
            models.Index(fields=["flow"], name="match_due", condition=models.Q(is_due=True)),
        ]

    def __str__(self) -> str:
        return self.label or self.source_ref

    def candidate(self, ref: str) -> dict[str, Any] | None:
        return next((one for one in self.candidates if one["ref"] == ref), None)


class MatchKey(models.Model):
    """One trait (a SKU, a barcode, a name) of one unlinked record of a target, to be found by.

    `value` is the trait as the target has it, `key` the same without what people type now this
    way and now that. `part` is the id of the part that has it; empty: the record itself.
    """

    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="match_keys"
    )
    kind = models.CharField(max_length=12, choices=IdLink.Kind.choices)
    ref = models.CharField(max_length=128)
    part = models.CharField(max_length=128, blank=True)
    by = models.CharField(max_length=12)
    value = models.CharField(max_length=300)
    key = models.CharField(max_length=300)
    label = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["connection", "kind", "by", "key"], name="match_key_found_by"),
            models.Index(fields=["connection", "kind", "ref"], name="match_key_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.value}"


class MatchReading(models.Model):
    """When all records of a kind in a target were last read for their keys."""

    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="match_readings"
    )
    kind = models.CharField(max_length=12, choices=IdLink.Kind.choices)
    read_at = models.DateTimeField()
    records = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind"], name="match_reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.records} {self.kind} read"
