"""The issues of an audit: one per cause, closed when a sample finds it no more."""

from collections import Counter
from collections.abc import Sequence

from integrations.errors import Kind
from integrations.flows import issues
from integrations.flows.price_audit import sampling
from integrations.models import Flow, Issue, PriceAudit, PriceDrift

Cause = PriceDrift.Cause


def tell(audit: PriceAudit) -> None:
    """One issue per cause. A sample without a cause closes its issue: what drifted before was
    asked again, and is right now."""
    drifts = audit.drifts.exclude(cause=Cause.NOT_COMPARED)
    counts = Counter(drifts.values_list("cause", flat=True))
    for cause, times in counts.items():
        issues.note_cause(
            cause_of(audit.flow, cause),
            kind=Kind.NEEDS_OPERATOR,
            title=f"Customers are charged other prices than the ERP's: {_label(cause)} ({times})",
            hint=_hint(audit, cause),
            connection=audit.flow.target,
        )
    if audit.on is not None:  # what is planned closes nothing that is charged
        return
    if audit.again_of is not None:
        _close_repaired(audit, audit.again_of)
    if not audit.is_sample or not audit.equal + audit.drifted:
        return
    gone = [cause_of(audit.flow, one) for one in Cause.values if one not in counts]
    if audit.uncompared:  # among them may be what drifted before
        gone = [one for one in gone if one not in _still_asked(audit)]
    for issue in Issue.objects.filter(cause__in=gone, state=Issue.State.OPEN):
        issues.resolve(
            issue, actor=issues.BY_ITSELF, reason=f"Price audit {audit.pk} does not find it."
        )


def _close_repaired(audit: PriceAudit, before: PriceAudit) -> None:
    """Closes the issue of a cause all of whose drifts were repaired, and found no more."""
    left = set(before.drifts.exclude(repair=PriceDrift.Repair.DONE).values_list("cause", flat=True))
    left |= set(audit.drifts.values_list("cause", flat=True))
    if audit.uncompared:
        return
    mended = set(before.drifts.values_list("cause", flat=True)) - left
    newer = PriceDrift.objects.filter(audit__flow=audit.flow, audit_id__gt=before.pk)
    mended -= set(newer.exclude(audit=audit).values_list("cause", flat=True))
    causes = [cause_of(audit.flow, cause) for cause in mended]
    for issue in Issue.objects.filter(cause__in=causes, state=Issue.State.OPEN):
        issues.resolve(
            issue,
            actor=issues.BY_ITSELF,
            reason=f"Repaired; price audit {audit.pk} does not find it any more.",
        )


def _still_asked(audit: PriceAudit) -> Sequence[str]:
    """Causes of earlier drifts whose prices could not be compared this time."""
    blind = audit.drifts.filter(cause=Cause.NOT_COMPARED)
    about = set(blind.values_list("customer_id", "sku"))
    before = PriceDrift.objects.filter(audit__flow=audit.flow, audit_id__lt=audit.pk)
    rows = before.order_by("-id").values_list("customer_id", "sku", "cause")[: sampling.MOST]
    return [cause_of(audit.flow, cause) for who, sku, cause in rows if (who, sku) in about]


def _hint(audit: PriceAudit, cause: str) -> str:
    first = audit.drifts.filter(cause=cause)[0]
    return f"For example {first}: {first.found} {first.plan} All of them: price audit {audit.pk}."


def _label(cause: str) -> str:
    return str(Cause(cause).label).lower()


def cause_of(flow: Flow, cause: str) -> str:
    return f"price_drift:{flow.pk}:{cause}"
