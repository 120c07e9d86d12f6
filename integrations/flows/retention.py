"""Forgets what has been kept long enough: exchanges and handled events, in small batches."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Model, QuerySet

from integrations.models import Event, Exchange

BATCH = 500


def forget_old(now: datetime) -> int:
    """Deletes at most one batch of each; returns how many rows went. Called by the beat."""
    limit = now - timedelta(days=settings.EXCHANGE_KEEP_DAYS)
    # An event that was not handled is kept until somebody has seen to it.
    ended = Event.objects.filter(
        received_at__lt=limit, state__in=[Event.State.HANDLED, Event.State.IGNORED]
    )
    return _forget(Exchange, Exchange.objects.filter(at__lt=limit)) + _forget(Event, ended)


def _forget(model: type[Model], old: QuerySet[Model]) -> int:
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
