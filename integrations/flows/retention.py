"""Forgets what has been kept long enough, in small batches: exchanges, handled events, runs and
their plans, hand edits that are over, price audits."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, QuerySet

from integrations.models import Event, Exchange, Flow, HandEdit, PlannedChange, PriceAudit, Run

BATCH = 500
PLAN_BATCH = 5000  # rows of a plan, which go by one statement
KEPT_RUNS = 20  # of each flow, however old; and as many audits


def forget_old(now: datetime) -> int:
    """Deletes at most one batch of each; returns how many rows went. Called by the beat."""
    limit = now - timedelta(days=settings.EXCHANGE_KEEP_DAYS)
    # An event that was not handled is kept until somebody has seen to it.
    ended = Event.objects.filter(
        received_at__lt=limit, state__in=[Event.State.HANDLED, Event.State.IGNORED]
    )
    over = HandEdit.objects.filter(ended_at__lt=limit).exclude(state=HandEdit.State.OPEN)
    return (
        _forget(Exchange, Exchange.objects.filter(at__lt=limit))
        + _forget(Event, ended)
        + _forget(HandEdit, over)
        + _forget_plans(now - timedelta(days=settings.PLAN_KEEP_DAYS))
        + sum(_forget(Run, _old_runs(flow, limit)) for flow in Flow.objects.all())
        + sum(
            _forget(PriceAudit, _old_audits(flow, limit))
            for flow in Flow.objects.filter(kind=Flow.Kind.PRICES)
        )
    )


def _forget_plans(limit: datetime) -> int:
    """The rows of plans go before their runs, some thousand at a time: a run of a million
    records must not be deleted in one transaction. The newest run of a flow keeps its plan."""
    for flow in Flow.objects.all():
        newest = flow.runs.order_by("-id").values_list("pk", flat=True).first()
        runs = flow.runs.filter(finished_at__lt=limit).exclude(pk__in=[newest, _current(flow)])
        old = runs.filter(Exists(PlannedChange.objects.filter(run=OuterRef("pk"))))
        run_id = old.order_by("id").values_list("pk", flat=True).first()
        if run_id is not None:
            rows = PlannedChange.objects.filter(run=run_id).order_by("number")
            ids = list(rows.values_list("pk", flat=True)[:PLAN_BATCH])
            PlannedChange.objects.filter(pk__in=ids).delete()
            return len(ids)
    return 0


def _current(flow: Flow) -> int | None:
    """The run that a job is about, or may go on with."""
    current: int | None = flow.cursor.get("run")
    return current


def _old_runs(flow: Flow, limit: datetime) -> QuerySet[Run]:
    """Runs that ended long ago and have no plan any more, but for the newest, the one a job is
    still about, and plans whose application is kept: it would look like a plan itself without
    them."""
    kept = list(flow.runs.order_by("-id").values_list("pk", flat=True)[:KEPT_RUNS])
    ended = flow.runs.filter(finished_at__lt=limit, applied_by=None)
    bare = ended.exclude(Exists(PlannedChange.objects.filter(run=OuterRef("pk"))))
    return bare.exclude(pk__in=[*kept, _current(flow)])


def _old_audits(flow: Flow, limit: datetime) -> QuerySet[PriceAudit]:
    kept = list(flow.price_audits.order_by("-id").values_list("pk", flat=True)[:KEPT_RUNS])
    return flow.price_audits.filter(finished_at__lt=limit).exclude(pk__in=kept)


def _forget(model: type[Model], old: QuerySet[Model]) -> int:
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
