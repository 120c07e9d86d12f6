"""What the plan says of prices."""

from collections.abc import Sequence

from integrations.flows.prices.decide import BaseDecision, Decision, Wanted, pieces, texts_of
from integrations.flows.prices.offers import Kept
from integrations.flows.runs.batch import Action, PlanItem


def listed_done(decision: Decision) -> PlanItem:
    row, wanted = decision.row, decision.wanted
    after = wanted.text if wanted else ""
    action: Action = "remove" if wanted is None else "change" if row.is_there else "create"
    return PlanItem(
        action=action,
        ref=row.ref,
        label=label_of(row),
        reason=_reason(row.written, after),
        fingerprint=decision.fingerprint,
        changes=(("price", row.written, after),),
    )


def base_done(decision: BaseDecision) -> PlanItem:
    before = [row for row in decision.rows if row.written]
    action: Action = "create" if not before else "change" if decision.wanted else "remove"
    return PlanItem(
        action=action,
        ref=decision.ref,
        label=label_of(decision.first),
        reason=_reason(
            ", ".join(row.written for row in before), ", ".join(one.text for one in decision.wanted)
        ),
        fingerprint=decision.fingerprint,
        changes=_steps(before, decision.wanted),
    )


def skipped(row: Kept, reason: str) -> PlanItem:
    return PlanItem(action="skip", ref=row.ref, label=label_of(row), reason=reason)


def failed(ref: str, row: Kept, reason: str) -> PlanItem:
    return PlanItem(action="failed", ref=ref, label=label_of(row), reason=reason)


def label_of(row: Kept) -> str:
    """Which price, as people say it."""
    whom = "everyone" if not row.audience_ref else row.audience_name or row.audience_ref
    low = max(1, int(row.min_quantity))
    days = "".join(
        f" {word} {day}" for word, day in (("from", row.starts_on), ("to", row.ends_on)) if day
    )
    return f"{row.label} for {whom}{pieces(low, None)}{days}"


def _reason(before: str, after: str) -> str:
    if not after:
        return f"was {before}" if before else "no longer offered"
    return f"{after}, before {before}" if before else after


def _steps(before: Sequence[Kept], wanted: Sequence[Wanted]) -> tuple[tuple[str, str, str], ...]:
    """One change per row that is or was sold at."""
    was = {row.ref: row.written for row in before}
    now = texts_of(wanted)
    refs = [*now, *(ref for ref in was if ref not in now)]
    found = [("price", was.get(ref, ""), now.get(ref, "")) for ref in refs]
    return tuple(one for one in found if one[1] != one[2])
