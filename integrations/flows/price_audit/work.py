"""The job that works through an audit, some questions at a time.

1. A sample is drawn; one that was drawn stays.
2. Some questions are asked of both sides; what is found is kept with how far the audit is, in
   one transaction. After a while the job ends, and its successor goes on.
3. After the last question the audit is done, and its issues are opened or closed.

A killed or failed job asks the questions again that it was at, and none before. Nothing is
written to either side.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobMove, SyncJob
from integrations.engine.start import start_job
from integrations.flows import issues
from integrations.flows.price_audit import sampling
from integrations.flows.price_audit.asking import Asking
from integrations.flows.price_audit.case import Case, Finding, Question
from integrations.flows.price_audit.decide import decide
from integrations.flows.price_audit.telling import tell
from integrations.flows.prices.settings import zone_of
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import open_storefront
from integrations.models import PriceAudit, PriceDrift
from integrations.ports import QuotesPrices
from integrations.records import PriceAnswer
from integrations.records.codec import from_json, to_json

logger = logging.getLogger(__name__)

AUDIT = "audit_prices"
NOON = time(12)  # of another day than today
AT_ONCE = 25  # questions between two commits
LONGEST_PASS = timedelta(seconds=20)  # as of a run: well below the queue's time limit
NOTHING = (
    "There was nothing to compare: no customer is linked to one of the ERP, or the copy has no "
    "price of a SKU that is sold in the storefront."
)
Cause = PriceDrift.Cause
_State = PriceAudit.State


def start_work(audit: PriceAudit, *, actor: str, parent: SyncJob | None = None) -> SyncJob:
    flow = audit.flow
    return start_job(
        AUDIT,
        key=f"price_audit:{flow.pk}",
        payload={"audit": audit.pk},
        resources={"erp": flow.source.resource_id, "storefront": flow.target.resource_id},
        actor=actor,
        parent=parent,
    )


def choose(ctx: StepContext) -> Mapping[str, Any]:
    """Draws the sample; one that was drawn stays."""
    audit = _audit_of(ctx)
    if audit.is_sample and not audit.chosen and audit.done == 0:
        day = audit.on or audit.started_at.astimezone(zone_of(audit.flow.settings)).date()
        asked, chosen = sampling.sample(audit.flow, size=audit.wanted, seed=audit.seed, on=day)
        asked.sort(key=lambda one: (one.customer_ref, one.currency))  # few calls of the ERP
        audit.asked, audit.chosen = [to_json(one) for one in asked], chosen
        audit.save(update_fields=["asked", "chosen"])
    return {"audit": audit.pk, "asked": len(audit.asked)}


def compare(ctx: StepContext) -> Mapping[str, Any]:
    """Asks both sides about some questions after the other until all are answered or the time is
    up. What was answered is kept and not asked again."""
    audit = _audit_of(ctx)
    if audit.state == _State.FAILED:  # it was parked, and somebody sent it on its way again
        _end(audit.pk, _State.RUNNING)
        audit.refresh_from_db()
    ends = timezone.now() + LONGEST_PASS
    if _is_open(audit):
        flow, actor = audit.flow, f"job {ctx.job_id}"
        with (
            open_erp(flow.source, QuotesPrices, actor=actor) as erp,
            open_storefront(flow.target, actor=actor) as shop,
        ):
            asking = Asking(flow, erp=erp, shop=shop)
            while _is_open(audit):
                _compare_some(audit, asking, ctx)
                audit.refresh_from_db()
                if timezone.now() > ends:
                    break
    return {"audit": audit.pk, "done": audit.done, "drifted": audit.drifted}


def report(ctx: StepContext) -> Mapping[str, Any]:
    """Ends an audit that has all answers, and opens or closes the issues. Repeatable."""
    audit = _audit_of(ctx)
    if audit.state != _State.RUNNING or audit.done < len(audit.asked):
        return {"ended": False}
    with transaction.atomic():
        _end(audit.pk, _State.DONE, "" if audit.asked else NOTHING)
        tell(audit)
    logger.info("price_audit_ended audit=%s drifted=%s", audit.pk, audit.drifted)
    return {"ended": True, "drifted": audit.drifted}


def _audit_of(ctx: StepContext) -> PriceAudit:
    rows = PriceAudit.objects.select_related("flow__source", "flow__target")
    return rows.get(pk=ctx.payload["audit"])


def _is_open(audit: PriceAudit) -> bool:
    return audit.state == _State.RUNNING and audit.done < len(audit.asked)


def _compare_some(audit: PriceAudit, asking: Asking, ctx: StepContext) -> None:
    # Whatever day it was chosen on: the storefront tells what it charges now.
    zone = zone_of(audit.flow.settings)
    day = audit.on or timezone.now().astimezone(zone).date()
    some = [
        replace(from_json(Question, one), asked_on=day)
        for one in audit.asked[audit.done : audit.done + AT_ONCE]
    ]
    now = datetime.combine(audit.on, NOON, zone) if audit.on else timezone.now()
    cases = asking.cases(some, now=now, is_planned=audit.on is not None)
    found = [decide(case) for case in cases]
    ctx.checkpoint()
    drifts = [
        _drift(audit, audit.done + n, case, one)
        for n, (case, one) in enumerate(zip(cases, found, strict=True))
        if one is not None
    ]
    left_out = sum(one.cause == Cause.NOT_COMPARED for one in drifts)
    with transaction.atomic():
        here = PriceAudit.objects.filter(pk=audit.pk, done=audit.done, state=_State.RUNNING)
        moved = here.update(
            done=F("done") + len(some),
            equal=F("equal") + len(some) - len(drifts),
            drifted=F("drifted") + len(drifts) - left_out,
            uncompared=F("uncompared") + left_out,
        )
        if moved:
            PriceDrift.objects.bulk_create(drifts)


def _drift(audit: PriceAudit, n: int, case: Case, finding: Finding) -> PriceDrift:
    asked = case.question
    return PriceDrift(
        audit=audit,
        n=n,
        cause=finding.cause,
        company=asked.company[:200],
        customer_id=asked.customer_id,
        customer_ref=asked.customer_ref,
        sku=asked.sku,
        quantity=asked.quantity,
        currency=asked.currency,
        asked_on=asked.asked_on,
        erp_price=case.erp.net_unit_price if isinstance(case.erp, PriceAnswer) else None,
        # A price without a region to buy in is none.
        storefront_price=case.shop.amount if case.shop and case.sells_in else None,
        found=finding.found,
        plan=finding.plan,
        step=dict(finding.step),
    )


def _end(audit_id: int, state: str, note: str = "") -> None:
    rows = PriceAudit.objects.filter(pk=audit_id, state__in=[_State.RUNNING, _State.FAILED])
    ended = None if state == _State.RUNNING else timezone.now()
    rows.update(state=state, finished_at=ended, note=note)


def _follow_up(job: SyncJob) -> None:
    audit = PriceAudit.objects.select_related("flow__source", "flow__target").get(
        pk=job.payload["audit"]
    )
    if audit.state == _State.RUNNING:
        start_work(audit, actor=job.actor, parent=job)


def _note_parked(job: SyncJob) -> None:
    _end(job.payload["audit"], _State.FAILED, job.error_text)


def _note_move(job: SyncJob, move: JobMove) -> None:
    issues.note_move(job, move)
    if move.to_state in ("cancelled", "compensated"):
        _end(job.payload["audit"], _State.CANCELLED)


register(
    JobKind(
        AUDIT,
        [
            StepSpec("choose", choose, on=None),
            StepSpec("ask", compare, on="erp"),
            StepSpec("report", report, on=None),
        ],
        lane="batch",
        coalesce=True,
        on_parked=_note_parked,
        on_done=_follow_up,
        on_move=_note_move,
    )
)
