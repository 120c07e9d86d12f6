"""What a plan tells of a level: what is done with it, from what to what, and why. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from integrations.flows.runs.batch import Action, PlanItem
from integrations.flows.stock.decide import NOTHING, ZERO, Decision, Wanted
from integrations.records import StorefrontStock

GONE_REASON = "the ERP no longer tells of it"
LEFT_REASON = (
    "no longer sold from {place}, since a warehouse mapping or the flow's locations changed"
)
NOT_COUNTED = (
    "the storefront does not count its stock by itself: let the products flow write it with "
    "“The storefront counts stock”"
)


def without_place(homeless: Mapping[str, str]) -> list[Decision]:
    return [
        Decision(
            what="skip",
            ref=f"location:{ref}",
            label=name or ref,
            reason=f"location {name or ref} of the ERP has no counterpart: add a warehouse "
            "mapping, or let the flow add all locations up",
        )
        for ref, name in sorted(homeless.items())
    ]


def done(wanted: Wanted, written: Mapping[str, str], held: StorefrontStock) -> PlanItem:
    before = written.get(wanted.ref)
    return PlanItem(
        action="create" if before is None else "change",
        ref=wanted.ref,
        label=wanted.sku,
        reason=f"{wanted.available.normalize():f} available" + _was(before),
        fingerprint=wanted.fingerprint,
        changes=_changes(wanted, held),
    )


def as_gone(item: PlanItem) -> PlanItem:
    """With nothing left of it, it is taken from buyers: too many of those ask a person."""
    if item.action != "change":
        return item
    action: Action = "remove" if item.fingerprint == NOTHING else "change"
    return replace(item, action=action, reason=f"{GONE_REASON}: {item.reason}")


def as_left(item: PlanItem, place: str) -> PlanItem:
    """One that was left behind there."""
    if item.action != "change":
        return item
    reason = f"{LEFT_REASON.format(place=place)}: {item.reason}"
    return replace(item, action="remove", reason=reason)


def _was(before: str | None) -> str:
    return "" if before is None else f", before {before.partition('+')[0]}"


def _changes(wanted: Wanted, held: StorefrontStock) -> tuple[tuple[str, str, str], ...]:
    """What a buyer may have now and what they shall; reservations of the storefront aside."""
    level = held.at(wanted.location_id)
    free = f"{(level.stocked - level.reserved).normalize():f}" if level else ""
    coming = f"{level.incoming.normalize():f}" if level else ""
    pairs = (
        ("available", free, f"{max(ZERO, wanted.available).normalize():f}"),
        ("incoming", coming, f"{max(ZERO, wanted.incoming).normalize():f}"),
    )
    return tuple(one for one in pairs if one[1] != one[2])


def not_counted(wanted: Wanted) -> PlanItem:
    return PlanItem(action="skip", ref=wanted.ref, label=wanted.sku, reason=NOT_COUNTED)


def failed(wanted: Wanted, reason: str) -> PlanItem:
    return PlanItem(action="failed", ref=wanted.ref, label=wanted.sku, reason=reason)


def skipped(decision: Decision, reason: str) -> PlanItem:
    return PlanItem(action="skip", ref=decision.ref, label=decision.label, reason=reason)
