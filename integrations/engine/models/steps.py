"""The recorded actions of a job, and every try of them."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from integrations.engine.models.jobs import SyncJob
from integrations.engine.models.states import StepState


class Step(models.Model):
    """One declared action of a job. A finished step never runs again.

    `sent_at` is when its `do` was last about to run: from then on its effect may exist, so
    a later try looks first. `tries_alike` counts failures of the same kind in a row.
    """

    job = models.ForeignKey(SyncJob, on_delete=models.CASCADE, related_name="steps")
    n = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.OPEN)
    attempts = models.PositiveIntegerField(default=0)
    output = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error_kind = models.CharField(max_length=20, blank=True)
    tries_alike = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["job", "n"]
        constraints = [
            models.CheckConstraint(
                name="step_state_known", condition=Q(state__in=StepState.values)
            ),
            models.UniqueConstraint(name="step_place_once", fields=["job", "n"]),
            models.UniqueConstraint(name="step_name_once", fields=["job", "name"]),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.name}"


class Attempt(models.Model):
    """One try of a step: added when it starts, completed once when it ends.

    `outcome` is empty while it runs, then done, adopted, undone, unsettled, absent, crashed or the
    kind of the error. `payload_digest` tells whether two tries worked on the same payload.
    """

    DONE = "done"
    ADOPTED = "adopted"  # the look before the send found the effect of an earlier try
    UNDONE = "undone"
    UNSETTLED = "unsettled"  # not found yet, and too early to be sure
    ABSENT = "absent"  # only looked, and found that nothing was sent
    CRASHED = "crashed"

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="tries")
    n = models.PositiveIntegerField()
    act = models.CharField(max_length=4, choices=[("do", "Do"), ("undo", "Undo")], default="do")
    actor = models.CharField(max_length=120)
    lease_token = models.PositiveBigIntegerField()
    payload_digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    endpoint = models.CharField(max_length=300, blank=True)
    message = models.TextField(blank=True)
    remote_words = models.TextField(blank=True)
    retry_after_s = models.FloatField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="attempt_act_known", condition=Q(act__in=["do", "undo"])),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} try {self.n}"
