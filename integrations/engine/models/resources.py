"""The engine's side of a remote system: how much of it may be used at once, and when."""

from django.db import models
from django.db.models import Q

from integrations.engine.models.states import BreakerState


class Resource(models.Model):
    """Limits of one remote system, shared by every process through this row.

    Times are the database's. `running_limit` moves between 1 and `max_running`: halved when
    the remote throttles us, raised by one after quiet seconds.
    """

    name = models.CharField(max_length=120, unique=True)

    paused = models.BooleanField(default=False)
    pause_reason = models.CharField(max_length=300, blank=True)
    paused_by = models.CharField(max_length=120, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)

    breaker_state = models.CharField(
        max_length=10, choices=BreakerState.choices, default=BreakerState.CLOSED
    )
    failures = models.PositiveIntegerField(default=0)
    failures_since = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    open_for_s = models.FloatField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    probe_until = models.DateTimeField(null=True, blank=True)
    recovered_at = models.DateTimeField(null=True, blank=True)

    rate_per_s = models.FloatField(default=0)  # 0: no limit
    burst = models.PositiveIntegerField(default=10)
    tokens = models.FloatField(default=10)
    tokens_at = models.DateTimeField(null=True, blank=True)

    max_running = models.PositiveSmallIntegerField(default=4)
    running_limit = models.PositiveSmallIntegerField(default=4)
    limited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="resource_breaker_known",
                condition=Q(breaker_state__in=BreakerState.values),
            ),
            models.CheckConstraint(
                name="resource_runs_something",
                condition=Q(max_running__gte=1, running_limit__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """One place to run on a resource. A row, because counting running jobs overshoots."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="slots")
    n = models.PositiveSmallIntegerField()
    job = models.OneToOneField(
        "engine.SyncJob", on_delete=models.SET_NULL, null=True, blank=True, related_name="slot"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="slot_once", fields=["resource", "n"]),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}/{self.n}"
