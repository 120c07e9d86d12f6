"""Forgets jobs that ended long ago, in small batches."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from integrations.engine import clock
from integrations.engine.models import TERMINAL, KeyHead, SyncJob

AT_MOST = 200


@transaction.atomic
def forget_old_jobs(*, at_most: int = AT_MOST) -> int:
    """Deletes ended jobs older than the setting, with their steps and history; how many."""
    before = clock.now() - timedelta(days=settings.ENGINE["keep_done_days"])
    old = SyncJob.objects.filter(state__in=TERMINAL, finished_at__lt=before)
    jobs = list(old.order_by("finished_at").select_for_update(skip_locked=True)[:at_most])
    if not jobs:
        return 0
    SyncJob.objects.filter(pk__in=[job.pk for job in jobs]).delete()
    _forget_keys({job.key for job in jobs})
    return len(jobs)


def _forget_keys(keys: set[str]) -> None:
    """Deletes heads of keys without jobs.

    Locked first and asked afterwards: a job that is being started holds its head's lock, and
    a head forgotten under it would begin counting at one again.
    """
    heads = KeyHead.objects.filter(key__in=keys).select_for_update(skip_locked=True)
    locked = {head.key for head in heads}
    used = set(SyncJob.objects.filter(key__in=locked).values_list("key", flat=True))
    KeyHead.objects.filter(key__in=locked - used).delete()
