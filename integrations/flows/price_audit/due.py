"""Which price of the catalogue copy the ERP's answer comes from. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from integrations.flows.price_audit.case import Case
from integrations.flows.prices.offers import Kept, by_span, lowest_steps, steps_of
from integrations.records import PriceAnswer

EVERYONE, OWN = "everyone", "customer"
PLACES = Decimal("1e-8")  # what the copy keeps
_CLOSEST = (OWN, "customer_group", "price_list", EVERYONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A price that holds for the question, and from how many pieces to how many."""

    row: Kept
    low: int
    high: int | None

    @property
    def group_ref(self) -> str:
        return f"{self.row.audience}:{self.row.audience_ref}"


def due_of(case: Case, erp: PriceAnswer) -> Due | None:
    """The copy's price that the customer should be charged: the ERP's amount, for this customer,
    quantity and day; None where the copy knows of none. The closest to the customer first."""
    fits = [
        one
        for one in holding(case)
        if same_price(one.row, erp) and (concerns(case, one.row, erp) or _may_be(one.row, erp))
    ]
    return min(fits, key=lambda one: _rank(case, one.row, erp), default=None)


def holding(case: Case) -> Iterator[Due]:
    """What the copy has for this quantity and day, for whomever."""
    quantity = case.question.quantity
    for one in steps(case):
        if one.low <= quantity and (one.high is None or quantity <= one.high):
            yield one


def steps(case: Case) -> Iterator[Due]:
    """All quantity steps that hold on the day."""
    return steps_on(case.rows, case.question.asked_on)


def steps_on(some: Sequence[Kept], day: date) -> Iterator[Due]:
    for offer in sorted({row.offer for row in some}):
        rows = [row for row in some if row.offer == offer and _holds(row, day)]
        is_for_all = bool(rows) and rows[0].audience == EVERYONE
        listed = (step for span in by_span(rows) for step in steps_of(span))
        for step in lowest_steps(rows) if is_for_all else listed:
            yield Due(row=step.row, low=step.low, high=step.high)


def concerns(case: Case, row: Kept, erp: PriceAnswer) -> bool:
    """Whether a price is meant for this customer, as far as the ERP and the groups tell."""
    if row.audience == EVERYONE:
        return True
    if row.audience == OWN:
        return row.audience_ref == case.question.customer_ref
    ref = f"{row.audience}:{row.audience_ref}"
    is_in = case.shop is not None and case.groups.get(ref) in case.shop.group_ids
    return is_in or row.audience_ref == erp.pricelist_ref


def same_price(row: Kept, erp: PriceAnswer) -> bool:
    return row.net_unit_price == erp.net_unit_price.quantize(PLACES, ROUND_HALF_EVEN)


def _may_be(row: Kept, erp: PriceAnswer) -> bool:
    """An ERP that names no list: any list or group with its price may be the customer's."""
    return row.audience in ("price_list", "customer_group") and not erp.pricelist_ref


def _rank(case: Case, row: Kept, erp: PriceAnswer) -> tuple[int, int, str]:
    return int(not concerns(case, row, erp)), _CLOSEST.index(row.audience), row.ref


def _holds(row: Kept, day: date) -> bool:
    return row.is_active and (row.starts_on or day) <= day <= (row.ends_on or day)
