"""Runs that read the same source at the same time, for another storefront."""

from django.db.models import Q, QuerySet

from integrations.models import Run


def runs_beside(run: Run) -> QuerySet[Run]:
    """Runs of other flows of this kind and source that had not ended when `run` began.

    The catalogue copy of a source is one, and its rows say which run came upon them last: what
    one of these has met is not missing, though `run` did not leave its own mark on it.
    """
    others = Run.objects.filter(flow__kind=run.flow.kind, flow__source=run.flow.source_id)
    is_beside = Q(finished_at=None) | Q(finished_at__gte=run.started_at)
    return others.exclude(flow=run.flow_id).filter(is_beside)
