"""Carries out what an audit would do about its drifts, where a machine can, and asks again.

1. `request_repair` marks the drifts, once, and starts the job.
2. The job mends one drift after the other and notes what became of each: so a job that is
   killed goes on with the rest. It has the order of the flow's own runs, so both never write at
   once.
3. Drifts that the ERP has to be read for are mended by one complete run of the flow.
4. When no run is open, the same prices are compared by an audit of their own (`again`).

What asks for a decision of people (a currency, tax, somebody else's price list, a price that
the ERP does not have) is left to them.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.errors import Conflict, NeedsOperator, Rejected
from integrations.flows.issues import note_move
from integrations.flows.price_audit.again import start_again
from integrations.flows.prices.rewriting import Rewriting
from integrations.flows.runs import request_run
from integrations.gateways.storefront import WRITING, open_storefront
from integrations.models import PriceAudit, PriceDrift, StateChange

REPAIR = "repair_prices"
RERUN = "rerun_prices"
LONGEST_PASS = timedelta(seconds=20)
BY_THE_RUN = "A complete run of the prices flow was asked for."
Repair = PriceDrift.Repair
Mend = Callable[[Rewriting, Any, PriceDrift], str]


def _rewrite(mending: Rewriting, shop: Any, drift: PriceDrift) -> str:
    count = mending.rewrite(drift.step["refs"])
    return f"{count:,} price{'' if count == 1 else 's'} written again."


def _list_in_order(mending: Rewriting, shop: Any, drift: PriceDrift) -> str:
    mending.put_list_in_order(drift.step["list"])
    return "The price list holds for its customer group, on its days."


def _remove_row(mending: Rewriting, shop: Any, drift: PriceDrift) -> str:
    mending.remove_stray(drift.step["list"], drift.step["storefront_price"])
    return "The price was taken out of the list."


def _join_group(mending: Rewriting, shop: Any, drift: PriceDrift) -> str:
    shop.change_members(drift.step["group"], [drift.step["customer"]], [])
    return "The customer is in the group."


# What a machine can do about a drift, by the name of its step.
MENDS: dict[str, Mend] = {
    "rewrite_prices": _rewrite,
    "rule_list": _list_in_order,
    "activate_list": _list_in_order,
    "date_list": _list_in_order,
    "remove_row": _remove_row,
    "join_group": _join_group,
}


def is_repairable(drift: PriceDrift) -> bool:
    """Whether the portal can carry out the plan of this drift, and nobody asked for it yet."""
    does = drift.step.get("do")
    return (does in MENDS or does == RERUN) and drift.repair in (Repair.NONE, Repair.FAILED)


def repairable(audit: PriceAudit, cause: str = "") -> list[PriceDrift]:
    """The drifts of this audit (of one cause) that can be repaired from here."""
    rows = audit.drifts.filter(repair__in=[Repair.NONE, Repair.FAILED])
    return [one for one in (rows.filter(cause=cause) if cause else rows) if is_repairable(one)]


@transaction.atomic
def request_repair(audit: PriceAudit, *, actor: str, reason: str, cause: str = "") -> int:
    """Has the repairs of this audit (of one cause) carried out by a job; returns how many.

    Repeatable: what was asked for already is not asked for again. Raises NeedsOperator while the
    audit runs, where the flow does not write, and where nothing is left that can be repaired.
    """
    audit = PriceAudit.objects.select_for_update().get(pk=audit.pk)
    if audit.state == PriceAudit.State.RUNNING:
        raise NeedsOperator(f"{audit} still runs; repair when it has ended.", reason="audit_runs")
    flow = audit.flow
    if flow.mode not in WRITING:
        raise NeedsOperator(
            f"{flow} is {flow.get_mode_display().lower()}, so nothing is written.",
            reason="flow_not_writing",
            hint="Set it to assisted or live.",
        )
    chosen = repairable(audit, cause)
    if not chosen:
        raise NeedsOperator(
            f"{audit} has nothing left that the portal can repair by itself.",
            reason="nothing_to_repair",
            hint="Its plans say what a person has to do.",
        )
    PriceDrift.objects.filter(pk__in=[one.pk for one in chosen]).update(
        repair=Repair.ASKED, repaired_by=actor[:120], repair_note=""
    )
    StateChange.objects.create(
        subject="price audit",
        subject_id=audit.pk,
        after=f"{len(chosen)} repairs",
        actor=actor,
        reason=reason,
    )
    _start(audit, actor=actor)
    return len(chosen)


def mend(ctx: StepContext) -> Mapping[str, Any]:
    """Mends drifts until all are done or the time is up. Each is noted before the next begins."""
    audit = _audit_of(ctx)
    ends = timezone.now() + LONGEST_PASS
    done = failed = 0
    waiting = _asked(audit).exclude(step__do=RERUN)
    with open_storefront(audit.flow.target, actor=ctx.actor) as shop:
        mending = Rewriting(audit.flow, shop=shop, actor=ctx.actor, checkpoint=ctx.checkpoint)
        while (drift := waiting.order_by("n").first()) and timezone.now() < ends:
            ctx.checkpoint()
            try:
                note = MENDS[drift.step["do"]](mending, shop, drift)
            except (Rejected, NeedsOperator, Conflict) as refusal:
                words = f"{refusal.message} {refusal.hint}".strip()
                failed += _note(drift, Repair.FAILED, words)
            else:
                done += _note(drift, Repair.DONE, note)
    return {"audit": audit.pk, "done": done, "failed": failed}


def rerun(ctx: StepContext) -> Mapping[str, Any]:
    """Asks for a complete run of the flow, where that mends something. Repeatable."""
    audit = _audit_of(ctx)
    waiting = list(_asked(audit).filter(step__do=RERUN))
    if waiting:
        request_run(audit.flow, actor=ctx.actor, trigger="repair", complete=True)
    for drift in waiting:
        _note(drift, Repair.DONE, BY_THE_RUN)
    return {"audit": audit.pk, "by_run": len(waiting)}


def _asked(audit: PriceAudit) -> Any:
    return audit.drifts.filter(repair=Repair.ASKED)


def _note(drift: PriceDrift, repair: str, note: str) -> int:
    drift.repair, drift.repair_note, drift.repaired_at = repair, note[:300], timezone.now()
    drift.save(update_fields=["repair", "repair_note", "repaired_at"])
    return 1


def _start(audit: PriceAudit, *, actor: str) -> None:
    flow = audit.flow
    start_job(
        REPAIR,
        key=f"flow:{flow.pk}",  # in line with the flow's own runs
        payload={"audit": audit.pk},
        resources={"storefront": flow.target.resource_id},
        actor=actor,
    )


def _audit_of(ctx: StepContext) -> PriceAudit:
    rows = PriceAudit.objects.select_related("flow__source", "flow__target")
    return rows.get(pk=ctx.payload["audit"])


def _go_on(job: Any) -> None:
    audit = PriceAudit.objects.select_related("flow__source", "flow__target").get(
        pk=job.payload["audit"]
    )
    if _asked(audit).exists():
        _start(audit, actor=job.actor)
    elif audit.drifts.filter(repair=Repair.DONE).exists():
        start_again(audit, actor=job.actor)


def _note_parked(job: Any) -> None:
    PriceDrift.objects.filter(audit=job.payload["audit"], repair=Repair.ASKED).update(
        repair=Repair.FAILED, repair_note=job.error_text[:300]
    )


register(
    JobKind(
        REPAIR,
        [StepSpec("mend", mend, on="storefront"), StepSpec("rerun", rerun, on=None)],
        lane="batch",
        on_done=_go_on,
        on_parked=_note_parked,
        on_move=note_move,
    )
)
