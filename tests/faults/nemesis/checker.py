"""What must be true afterwards, read from the remotes' own state and from the ledger alone.

Every placed order is in the ERP once, living, confirmed, at the shop's total, its number on
the shop's order; a cancelled one has no living order there. A captured payment is told once, a
delivery is one fulfilment. And the ledger holds no open job
without due time, lease or named reason, no try without an outcome, no two jobs of one key at
once, no slot without its job.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q

from integrations.engine import clock, explain
from integrations.engine.models import OPEN, Attempt, JobState, Resource, Slot, SyncJob
from integrations.models import Event, Order

# The clock asks for jobs again and again, so some are always open; but none for long.
OPEN_FOR_S = 8.0
Row = Mapping[str, Any]
PAYMENT = "Payment captured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One order as both remotes hold it: the shop's row, and all rows of the ERP for it."""

    order_id: str
    in_shop: Row
    in_erp: Sequence[Row]


@dataclass(slots=True)
class Findings:
    """`lost` and `doubled` are ids of orders; the others are sentences.

    `repeated` is about payments and shipments, for which the remotes enforce no key of ours.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)
    ledger: list[str] = field(default_factory=list)

    @property
    def are_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.repeated or self.ledger)

    @property
    def orders(self) -> list[str]:
        """The orders that something is wrong with."""
        return list(dict.fromkeys([*self.lost, *self.doubled, *self.wrong, *self.repeated]))

    def lines(self) -> list[str]:
        return [
            *(f"LOST     {one}" for one in self.lost),
            *(f"DOUBLED  {one}" for one in self.doubled),
            *(f"WRONG    {one}: {why}" for one, why in self.wrong.items()),
            *(f"REPEATED {one}: {why}" for one, why in self.repeated.items()),
            *(f"LEDGER   {one}" for one in self.ledger),
        ]


def check(orders: Sequence[Held], *, placed: Sequence[str]) -> Findings:
    """All findings; call it with the database of the run as the default."""
    findings = judge_orders(orders, placed=placed)
    findings.ledger.extend(judge_ledger())
    return findings


# ---------------------------------------------------------------- the remotes


def judge_orders(orders: Sequence[Held], *, placed: Sequence[str]) -> Findings:
    """What the remotes hold against what was placed. Pure."""
    findings = Findings()
    known = {one.order_id: one for one in orders}
    for order_id in placed:
        held = known.get(order_id)
        if held is None:
            findings.wrong[order_id] = "the shop itself does not hold it"
            continue
        _judge(held, findings)
    return findings


def _judge(held: Held, findings: Findings) -> None:
    living = [row for row in held.in_erp if row["state"] != "cancel"]
    is_cancelled = held.in_shop["status"] == "canceled"
    if len(held.in_erp) > 1:
        findings.doubled.append(held.order_id)
    elif is_cancelled and living:
        findings.wrong[held.order_id] = f"cancelled in the shop, {living[0]['state']} in the ERP"
    elif not is_cancelled and not living:
        findings.lost.append(held.order_id)
    elif not is_cancelled:
        shown = [*_differences(held.in_shop, living[0])]
        for words, wanted, found in _keyless(held.in_shop, living[0]):
            if found > wanted:
                findings.repeated[held.order_id] = words
            elif found < wanted:
                shown.append(words)
        if shown:
            findings.wrong[held.order_id] = "; ".join(shown)


def _differences(in_shop: Row, in_erp: Row) -> Iterator[str]:
    if in_erp["state"] != "sale":
        yield f"{in_erp['state']} in the ERP instead of confirmed"
    wanted = _cents(in_shop["total"])
    if _cents(in_erp["amount_total"]) != wanted:
        yield f"{wanted} in the shop, {in_erp['amount_total']} in the ERP"
    number = (in_shop["metadata"] or {}).get("erp_number")
    if number != in_erp["name"]:
        yield f"the shop's order carries {number or 'no number'} instead of {in_erp['name']}"


def _cents(amount: object) -> Decimal:
    """As buyers and ERPs round; all orders of a run are in a currency with two places."""
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _keyless(in_shop: Row, in_erp: Row) -> Iterator[tuple[str, int, int]]:
    """What is written once under no key of the remote's: (words, how often wanted, found)."""
    told = sum(PAYMENT in message for message in in_erp.get("log", ()))
    captured = sum(
        bool(payment["captures"])
        for collection in in_shop.get("payment_collections", ())
        for payment in collection["payments"]
    )
    yield f"{captured} payments captured, {told} told to the ERP", captured, told
    shipped = sum(one["state"] == "done" for one in in_erp.get("deliveries", ()))
    fulfilled = sum(not one["canceled_at"] for one in in_shop.get("fulfillments", ()))
    words = f"{shipped} deliveries in the ERP, {fulfilled} fulfilments in the shop"
    yield words, shipped, fulfilled


# ---------------------------------------------------------------- the ledger


def judge_ledger() -> list[str]:
    """Sentences about jobs, tries, slots, resources and events that are not as promised."""
    return [
        *_open_jobs(),
        *_tries_without_outcome(),
        *_jobs_at_once(),
        *_slots_without_job(),
        *_closed_resources(),
        *_unhandled_events(),
        *_unsettled_orders(),
    ]


def _open_jobs() -> Iterator[str]:
    now = clock.now()
    old = SyncJob.objects.filter(created_at__lt=now - timedelta(seconds=OPEN_FOR_S))
    for job in old.filter(state__in=OPEN):
        why = explain.why(job, now=now)
        if job.state in (JobState.PARKED, JobState.WAITING):
            yield f"job {job.pk} ({job.kind} {job.key}) {job.state}: {job.error_reason} {why}"
        else:
            yield f"job {job.pk} ({job.kind} {job.key}) is still {job.state}: {why or 'SILENT'}"


def _tries_without_outcome() -> Iterator[str]:
    for one in Attempt.objects.filter(outcome="", step__job__lease_until=None):
        yield f"try {one.pk} of {one.step} has no outcome, and nobody works on it"


def _jobs_at_once() -> Iterator[str]:
    """Recorded tries of two jobs of one key whose times overlap."""
    ended: dict[str, tuple[int, Any]] = {}
    tries = Attempt.objects.exclude(outcome__in=("", Attempt.CRASHED)).order_by("started_at")
    for one in tries.select_related("step__job"):
        job = one.step.job
        before = ended.get(job.key)
        if before and before[0] != job.pk and one.started_at < before[1]:
            yield f"jobs {before[0]} and {job.pk} of {job.key} ran at once"
        if one.finished_at and (not before or one.finished_at >= before[1]):
            ended[job.key] = (job.pk, one.finished_at)


def _slots_without_job() -> Iterator[str]:
    for slot in Slot.objects.filter(Q(job__lease_until=None), job__isnull=False):
        yield f"slot {slot} is held by job {slot.job_id}, which nobody works on"


def _closed_resources() -> Iterator[str]:
    for resource in Resource.objects.filter(paused=True):
        yield f"{resource} is paused: {resource.pause_reason}"


def _unhandled_events() -> Iterator[str]:
    for event in Event.objects.filter(state__in=(Event.State.FAILED, Event.State.STORED)):
        yield f"event {event.pk} {event.type} {event.subject} is {event.state}: {event.note}"


def _unsettled_orders() -> Iterator[str]:
    """Our own rows, against what they themselves say."""
    for order in Order.objects.filter(state__in=("received", "held", "pushing")):
        yield f"order {order.storefront_ref} is {order.state}: {order.held_message}"
    for order in Order.objects.exclude(erp_total=None).exclude(state="cancelled"):
        if order.erp_total != _cents(order.gross_total or 0):
            yield f"order {order.storefront_ref}: {order.gross_total} here, {order.erp_total} there"
