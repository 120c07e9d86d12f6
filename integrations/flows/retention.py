"""Forgets what has been kept long enough, in small batches: exchanges, handled events, runs and
price audits."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Model, QuerySet

from integrations.models import Event, Exchange, Flow, PriceAudit, Run

BATCH = 500
KEPT_RUNS = 20  # of each flow, however old; and as many audits


def forget_old(now: datetime) -> int:
    """Deletes at most one batch of each; returns how many rows went. Called by the beat."""
    limit = now - timedelta(days=settings.EXCHANGE_KEEP_DAYS)
    # An event that was not handled is kept until somebody has seen to it.
    ended = Event.objects.filter(
        received_at__lt=limit, state__in=[Event.State.HANDLED, Event.State.IGNORED]
    )
    return (
        _forget(Exchange, Exchange.objects.filter(at__lt=limit))
        + _forget(Event, ended)
        + sum(_forget(Run, _old_runs(flow, limit)) for flow in Flow.objects.all())
        + sum(
            _forget(PriceAudit, _old_audits(flow, limit))
            for flow in Flow.objects.filter(kind=Flow.Kind.PRICES)
        )
    )


def _old_runs(flow: Flow, limit: datetime) -> QuerySet[Run]:
    """Runs that ended long ago, but for the newest, the one a job is still about, and plans
    whose application is kept: it would look like a plan itself without them."""
    kept = list(flow.runs.order_by("-id").values_list("pk", flat=True)[:KEPT_RUNS])
    ended = flow.runs.filter(finished_at__lt=limit, applied_by=None)
    return ended.exclude(pk__in=[*kept, flow.cursor.get("run")])


def _old_audits(flow: Flow, limit: datetime) -> QuerySet[PriceAudit]:
    kept = list(flow.price_audits.order_by("-id").values_list("pk", flat=True)[:KEPT_RUNS])
    return flow.price_audits.filter(finished_at__lt=limit).exclude(pk__in=kept)


def _forget(model: type[Model], old: QuerySet[Model]) -> int:
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
