"""Asking for an audit, the job that works through it, and the issues it opens and closes."""

import logging
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobMove, SyncJob
from integrations.engine.start import start_job
from integrations.errors import Kind, NeedsOperator
from integrations.flows import issues
from integrations.flows.price_audit import sampling
from integrations.flows.price_audit.asking import Asking
from integrations.flows.price_audit.case import Case, Finding, Question
from integrations.flows.price_audit.decide import decide
from integrations.flows.price_audit.parties import party_named
from integrations.flows.price_audit.sampling import Wish
from integrations.flows.prices.settings import zone_of
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import WRITING, open_storefront
from integrations.models import Flow, Issue, PriceAudit, PriceDrift
from integrations.ports import QuotesPrices
from integrations.records import PriceAnswer
from integrations.records.codec import from_json, to_json

logger = logging.getLogger(__name__)

AUDIT = "audit_prices"
NIGHTLY = "nightly"
USUAL_SAMPLE = 50
AT_ONCE = 25  # questions between two commits
LONGEST_PASS = timedelta(seconds=20)  # of one job; what is left goes to the next
NIGHT = time(2, 0)  # in the seller's zone
Cause = PriceDrift.Cause
_State = PriceAudit.State


def request_audit(
    flow: Flow,
    *,
    actor: str,
    size: int | None = None,
    seed: int | None = None,
    account: str = "",
    sku: str = "",
    quantity: Decimal = Decimal(1),
    currency: str = "",
    now: datetime | None = None,
) -> PriceAudit:
    """Starts an audit of the prices flow, or returns the one that runs.

    With `account` and `sku` that one price is compared, otherwise a sample of `size`, chosen by
    `seed` (by chance). Raises NeedsOperator for a flow of another kind, for only one of account
    and SKU, for an unknown customer or SKU, and for a size or quantity out of range.
    """
    now = now or timezone.now()
    _refuse(flow, account=account, sku=sku, quantity=quantity, size=size)
    day = now.astimezone(zone_of(flow.settings)).date()
    seed = secrets.randbits(31) if seed is None else seed
    asked: list[Question] = []
    if account:
        asked = [_named(flow, account, sku, quantity, currency, day)]
    with transaction.atomic():
        Flow.objects.select_for_update().get(pk=flow.pk)
        running = PriceAudit.objects.filter(flow=flow, state=_State.RUNNING).first()
        if running is not None:
            return running
        audit = PriceAudit.objects.create(
            flow=flow,
            actor=actor,
            is_sample=not account,
            seed=seed,
            wanted=1 if account else _size(flow, size),
            chosen={"named": 1} if account else {},
            asked=[to_json(one) for one in asked],
            started_at=now,
        )
        _start(audit, actor=actor)
    return audit


def start_nightly(now: datetime) -> list[PriceAudit]:
    """Starts the night's sample of every prices flow that writes; called by the beat.

    From two o'clock of the seller on, once a day. Repeatable.
    """
    flows = Flow.objects.filter(kind=Flow.Kind.PRICES, mode__in=WRITING)
    return [
        request_audit(flow, actor=NIGHTLY, now=now)
        for flow in flows.select_related("source", "target")
        if _size(flow, None) and _is_due(flow, now)
    ]


def _is_due(flow: Flow, now: datetime) -> bool:
    there = now.astimezone(zone_of(flow.settings))
    if there.time() < NIGHT:
        return False
    since = there.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    return not PriceAudit.objects.filter(flow=flow, actor=NIGHTLY, started_at__gte=since).exists()


def _size(flow: Flow, given: int | None) -> int:
    if given is not None:
        return given
    return int(flow.settings.get("audit_sample") or USUAL_SAMPLE)


def _refuse(flow: Flow, *, account: str, sku: str, quantity: Decimal, size: int | None) -> None:
    if flow.kind != Flow.Kind.PRICES:
        raise NeedsOperator(
            f"{flow} is no prices flow, so it has no prices to compare.", reason="wrong_flow"
        )
    if bool(account) != bool(sku):
        raise NeedsOperator(
            "Name both a customer and a SKU, or neither for a sample.", reason="half_named"
        )
    if quantity <= 0 or quantity != quantity.to_integral_value():
        raise NeedsOperator(
            f"The storefront sells whole pieces; {quantity} is no such number.",
            reason="bad_quantity",
        )
    if size is not None and not 1 <= size <= sampling.MOST:
        raise NeedsOperator(
            f"A sample has 1 to {sampling.MOST} prices, not {size}.", reason="bad_size"
        )


def _named(
    flow: Flow, account: str, sku: str, quantity: Decimal, currency: str, day: Any
) -> Question:
    party = party_named(flow, account)
    variant = sampling.variants_of(flow, [sku]).get(sku)
    if variant is None:
        raise NeedsOperator(
            f"{sku!r} is not sold in {flow.target.name}.",
            reason="unknown_sku",
            hint="Let the products flow write it, or link the two.",
        )
    wish = Wish(
        customer_id=party.customer_id,
        sku=sku,
        quantity=quantity,
        currency=currency.upper() or _usual_currency(flow, sku),
    )
    return sampling.question_of(party, wish, variant, day, "named")


def _usual_currency(flow: Flow, sku: str) -> str:
    rows = flow.source.price_rows.filter(sku=sku, is_active=True)
    code = rows.order_by("audience", "pk").values_list("currency", flat=True).first()
    if code is None:
        raise NeedsOperator(
            f"The copy has no price of {sku!r} to tell the currency.",
            reason="no_currency",
            hint="Name the currency too, such as EUR.",
        )
    return str(code)


def _start(audit: PriceAudit, *, actor: str, parent: SyncJob | None = None) -> SyncJob:
    flow = audit.flow
    return start_job(
        AUDIT,
        key=f"price_audit:{flow.pk}",
        payload={"audit": audit.pk},
        resources={"erp": flow.source.resource_id, "storefront": flow.target.resource_id},
        actor=actor,
        parent=parent,
    )


# ---------------------------------------------------------------- the job


def choose(ctx: StepContext) -> Mapping[str, Any]:
    """Draws the sample; one that was drawn stays."""
    audit = _audit_of(ctx)
    if audit.is_sample and not audit.chosen and audit.done == 0:
        day = audit.started_at.astimezone(zone_of(audit.flow.settings)).date()
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
        _tell(audit)
    logger.info("price_audit_ended audit=%s drifted=%s", audit.pk, audit.drifted)
    return {"ended": True, "drifted": audit.drifted}


NOTHING = (
    "There was nothing to compare: no customer is linked to one of the ERP, or the copy has no "
    "price of a SKU that is sold in the storefront."
)


def _audit_of(ctx: StepContext) -> PriceAudit:
    rows = PriceAudit.objects.select_related("flow__source", "flow__target")
    return rows.get(pk=ctx.payload["audit"])


def _is_open(audit: PriceAudit) -> bool:
    return audit.state == _State.RUNNING and audit.done < len(audit.asked)


def _compare_some(audit: PriceAudit, asking: Asking, ctx: StepContext) -> None:
    some = [from_json(Question, one) for one in audit.asked[audit.done : audit.done + AT_ONCE]]
    cases = asking.cases(some, now=timezone.now())
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
        storefront_price=case.shop.amount if case.shop else None,
        found=finding.found,
        plan=finding.plan,
        step=dict(finding.step),
    )


# ---------------------------------------------------------------- how it ends


def _tell(audit: PriceAudit) -> None:
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
    if not audit.is_sample or not audit.equal + audit.drifted:
        return
    gone = [cause_of(audit.flow, one) for one in Cause.values if one not in counts]
    if audit.uncompared:  # among them may be what drifted before
        gone = [one for one in gone if one not in _still_asked(audit)]
    for issue in Issue.objects.filter(cause__in=gone, state=Issue.State.OPEN):
        issues.resolve(
            issue, actor=issues.BY_ITSELF, reason=f"Price audit {audit.pk} does not find it."
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


def _end(audit_id: int, state: str, note: str = "") -> None:
    rows = PriceAudit.objects.filter(pk=audit_id, state__in=[_State.RUNNING, _State.FAILED])
    ended = None if state == _State.RUNNING else timezone.now()
    rows.update(state=state, finished_at=ended, note=note)


def _follow_up(job: SyncJob) -> None:
    audit = PriceAudit.objects.select_related("flow__source", "flow__target").get(
        pk=job.payload["audit"]
    )
    if audit.state == _State.RUNNING:
        _start(audit, actor=job.actor, parent=job)


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
            StepSpec("compare", compare, on="erp"),
            StepSpec("report", report, on=None),
        ],
        lane="batch",
        coalesce=True,
        on_parked=_note_parked,
        on_done=_follow_up,
        on_move=_note_move,
    )
)
