"""A job: one durable unit of work, and the history of its moves."""

from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.engine.models.resources import Resource
from integrations.engine.models.states import CLAIMABLE, LEASABLE, OPEN, JobState, Request


class KeyHead(models.Model):
    """The last sequence number of an ordering key.

    Numbers are drawn under this row's lock, which is held until the drawing transaction
    ends: a lower number is therefore always visible first.
    """

    key = models.CharField(max_length=200, unique=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.last}"


class SyncJob(models.Model):
    """One job. Rows are written by the engine alone; everyone else uses its verbs.

    `resource` is the one that the next step needs. A leased job has `lease_until`; one that
    was given back has an empty `lease_owner`, so an owner without a lease means that the
    last worker died, which the next claim counts. `going_back` says that its steps are
    being undone, also while it is parked or held.
    """

    kind = models.CharField(max_length=60)
    lane = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    seq = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    wait_reason = models.CharField(max_length=200, blank=True)
    priority = models.SmallIntegerField(default=100)  # lower goes first
    due_at = models.DateTimeField(db_default=Now())

    resource = models.ForeignKey(
        Resource,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        db_index=False,  # job_resource_newest begins with it
    )
    resources = models.JSONField(default=dict, blank=True)  # role -> resource id
    payload = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    dedupe_key = models.CharField(max_length=200, blank=True)
    source_version = models.CharField(max_length=80, blank=True)
    coalesces = models.BooleanField(default=False)
    going_back = models.BooleanField(default=False)
    behind = models.BooleanField(default=False)  # a hint; see engine/queueing.py

    attempts = models.PositiveIntegerField(default=0)
    crash_count = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    error_kind = models.CharField(max_length=20, blank=True)
    error_text = models.TextField(blank=True)
    error_hint = models.TextField(blank=True)
    error_reason = models.CharField(max_length=80, blank=True)
    error_cause = models.CharField(max_length=300, blank=True)
    error_ids = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    error_trace = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    actor = models.CharField(max_length=120)  # who or what asked for the job
    last_actor = models.CharField(max_length=120, blank=True)  # who last pressed something
    requested = models.CharField(
        max_length=10, choices=Request.choices, default=Request.NONE, blank=True
    )
    requested_by = models.CharField(max_length=120, blank=True)
    requested_reason = models.CharField(max_length=300, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "job"
        permissions = [("operate_jobs", "Can requeue, cancel, hold, release and skip jobs")]
        constraints = [
            models.CheckConstraint(name="job_state_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="job_request_known", condition=Q(requested__in=Request.values)
            ),
            models.CheckConstraint(
                name="job_lease_only_while_worked_on",
                condition=Q(lease_until__isnull=True) | Q(state__in=LEASABLE),
            ),
            models.CheckConstraint(
                name="job_running_has_lease",
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="job_waits_for_a_reason",
                condition=~Q(state=JobState.WAITING) | ~Q(wait_reason=""),
            ),
            # Also finds keys by how they begin, which PostgreSQL does with this class alone.
            models.UniqueConstraint(
                name="job_key_seq_once",
                fields=["key", "seq"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            # What keeps two jobs of one key from running at once, whatever the claims saw.
            models.UniqueConstraint(
                name="job_one_lease_per_key",
                fields=["key"],
                condition=Q(lease_until__isnull=False),
            ),
            models.UniqueConstraint(
                name="job_open_dedupe_once",
                fields=["dedupe_key"],
                condition=Q(state__in=OPEN) & ~Q(dedupe_key=""),
            ),
        ]
        indexes = [
            # In the order of the claim, which asks resource by resource.
            models.Index(
                name="job_startable",
                fields=["lane", "resource", "priority", "due_at", "id"],
                condition=Q(state__in=CLAIMABLE, lease_until__isnull=True, behind=False),
            ),
            models.Index(name="job_behind", fields=["key", "seq"], condition=Q(behind=True)),
            models.Index(
                name="job_open_by_key", fields=["key", "seq"], condition=Q(state__in=OPEN)
            ),
            models.Index(
                name="job_leased",
                fields=["lease_until"],
                condition=Q(lease_until__isnull=False),
            ),
            models.Index(
                name="job_open_by_resource",
                fields=["resource", "state", "due_at"],
                condition=Q(state__in=OPEN),
            ),
            # What the console lists, newest first.
            models.Index(name="job_state_newest", fields=["state", "-id"]),
            models.Index(name="job_kind_newest", fields=["kind", "-id"]),
            models.Index(name="job_resource_newest", fields=["resource", "-id"]),
            models.Index(name="job_open_newest", fields=["-id"], condition=Q(state__in=OPEN)),
            models.Index(
                name="job_finished",
                fields=["finished_at"],
                condition=Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} ({self.kind})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_leased(self) -> bool:
        return self.lease_until is not None

    def is_due(self, now: datetime) -> bool:
        return self.state in CLAIMABLE and not self.is_leased and self.due_at <= now


class JobMove(models.Model):
    """One move of a job between states, with who and why. Rows are only added.

    Being claimed and given back is not a move here: the attempts tell that.
    """

    job = models.ForeignKey(SyncJob, on_delete=models.CASCADE, related_name="moves")
    from_state = models.CharField(max_length=12, choices=JobState.choices)
    to_state = models.CharField(max_length=12, choices=JobState.choices)
    reason = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="jobmove_states_known",
                condition=Q(from_state__in=JobState.values, to_state__in=JobState.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
