"""Compares repaired prices again, once what repairs them has ended."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.price_audit.sampling import asked_again
from integrations.flows.price_audit.work import start_work
from integrations.flows.prices.settings import zone_of
from integrations.models import Flow, PriceAudit, PriceDrift, Run
from integrations.records.codec import to_json

AGAIN = "compare_again"
LATER = timedelta(seconds=10)
REPAIRED = "repaired"


def start_again(audit: PriceAudit, *, actor: str, wait: timedelta = timedelta(0)) -> None:
    """One job that compares the repaired prices of this audit, when no run is open."""
    start_job(
        AGAIN,
        key=f"price_audit_again:{audit.pk}",
        payload={"audit": audit.pk},
        resources={},
        actor=actor,
        due_at=timezone.now() + wait,
    )


def compare_again(ctx: StepContext) -> Mapping[str, Any]:
    """Starts the audit, unless a run or another audit of the flow is at work. Repeatable: what
    was compared since its repair is not compared again."""
    audit = PriceAudit.objects.select_related("flow__source", "flow__target").get(
        pk=ctx.payload["audit"]
    )
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(pk=audit.flow_id)
        is_busy = (
            Run.objects.filter(flow=flow, state=Run.State.RUNNING).exists()
            or PriceAudit.objects.filter(flow=flow, state=PriceAudit.State.RUNNING).exists()
        )
        if is_busy:
            return {"left": True}
        made = _audit(audit, actor=ctx.actor)
    return {"left": False, "audit": made.pk if made else None}


def _audit(audit: PriceAudit, *, actor: str) -> PriceAudit | None:
    repaired = audit.drifts.filter(repair=PriceDrift.Repair.DONE)
    last = audit.again.order_by("id").last()
    if last is not None:
        repaired = repaired.filter(repaired_at__gt=last.started_at)
    day = audit.on or timezone.now().astimezone(zone_of(audit.flow.settings)).date()
    asked = asked_again(audit.flow, repaired.order_by("n"), day, REPAIRED)
    if not asked:
        return None
    made = PriceAudit.objects.create(
        flow=audit.flow,
        actor=actor,
        is_sample=False,
        again_of=audit,
        on=audit.on,
        wanted=len(asked),
        chosen={REPAIRED: len(asked)},
        asked=[to_json(one) for one in asked],
    )
    start_work(made, actor=actor)
    return made


def _go_on(job: Any) -> None:
    audit = PriceAudit.objects.get(pk=job.payload["audit"])
    if job.steps.get(name="again").output.get("left"):
        start_again(audit, actor=job.actor, wait=LATER)


register(
    JobKind(
        AGAIN,
        [StepSpec("again", compare_again, on=None)],
        lane="batch",
        on_done=_go_on,
        on_move=note_move,
    )
)
