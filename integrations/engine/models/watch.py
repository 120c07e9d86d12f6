"""Signs of life of the worker processes."""

from django.db import models


class Canary(models.Model):
    """A task that goes through a lane's queue and back; judged by the health page.

    A lane works when `beaten_at` follows `asked_at`; that its processes exist proves nothing.
    """

    lane = models.CharField(max_length=20, unique=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    beaten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return self.lane
