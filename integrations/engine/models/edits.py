"""What people changed of a job's payload, and who agreed. Rows are only added."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from integrations.engine.models.jobs import SyncJob


class JobEditQuerySet(QuerySet["JobEdit"]):
    def undecided(self) -> "JobEditQuerySet":
        """Proposals that a second person has not decided yet."""
        return self.filter(needs_second=True, decision=None)


class JobEdit(models.Model):
    """One edit of a payload: taken at once, or proposed where it touches money.

    `changes` is the difference for people, a list of {name, label, before, after, is_money};
    `writes` is what goes into the payload, None for a key that is taken out. A proposal holds
    for the payload and the lease it was made on (`seen_digest`, `seen_token`), and for nothing
    later. `waited_for` is what the job waited for before it waited for a decision.
    """

    job = models.ForeignKey(SyncJob, on_delete=models.CASCADE, related_name="edits")
    changes = models.JSONField(encoder=DjangoJSONEncoder)
    writes = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=300)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField(db_default=Now())
    needs_second = models.BooleanField(default=False)
    seen_digest = models.CharField(max_length=64)
    seen_token = models.PositiveBigIntegerField()
    waited_for = models.CharField(max_length=200, blank=True)

    objects = JobEditQuerySet.as_manager()

    class Meta:
        verbose_name = "edit"
        indexes = [
            models.Index(
                name="jobedit_needs_second", fields=["id"], condition=Q(needs_second=True)
            ),
        ]

    def __str__(self) -> str:
        return f"edit {self.pk} of job {self.job_id}"

    @property
    def is_undecided(self) -> bool:
        return self.needs_second and not hasattr(self, "decision")

    @property
    def labels(self) -> str:
        return ", ".join(change["label"] for change in self.changes)

    @property
    def sentence(self) -> str:
        """`PO number: – → 4711; Agreed total: 119 → 109`."""
        return "; ".join(
            f"{change['label']}: {shown(change['before'])} → {shown(change['after'])}"
            for change in self.changes
        )


class EditDecision(models.Model):
    """What became of a proposal. One per edit, and an approval is never the proposer's own."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"  # by the proposer

    edit = models.OneToOneField(JobEdit, on_delete=models.CASCADE, related_name="decision")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    proposer = models.CharField(max_length=120)
    actor = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="editdecision_verdict_known",
                condition=Q(verdict__in=["approved", "rejected", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="editdecision_second_person",
                condition=~Q(verdict="approved") | ~Q(actor=F("proposer")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edit_id} {self.verdict}"


def shown(value: object) -> str:
    """A kept value as people read it."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
