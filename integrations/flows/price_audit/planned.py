"""What the portal has planned to charge a customer on another day. Pure.

The storefront tells only what it charges now. For another day its rule is applied to the rows of
the copy that the flow sells at: prices of lists go before everyone's, and of those that fit the
lowest is taken, or a company's own where the flow says that these go first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from integrations.flows.price_audit.case import Question
from integrations.flows.price_audit.due import EVERYONE, OWN, Due, steps_on
from integrations.flows.prices.offers import Kept
from integrations.records import BuyerPrice

NOTHING = "The portal has planned no price for this day."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What is sold at: the copy's rows of a SKU and currency, why some are not sold at (by pk),
    the customer group of each audience, and whether a company's own prices go first."""

    rows: Sequence[Kept]
    problems: Mapping[int, str]
    groups: Mapping[str, str]
    own_first: bool


def planned_price(question: Question, plans: Plans, told: BuyerPrice) -> BuyerPrice:
    """The answer as the storefront would give it on the day of the question. `told` is what it
    says now; the customer's groups and whether prices include tax are taken from that."""
    fits = [one for one in _holding(question, plans) if _is_for(one, plans, told)]
    listed = [one for one in fits if one.row.audience != EVERYONE]
    own = [one for one in listed if one.row.audience == OWN]
    best = min(
        (own if own and plans.own_first else listed) or fits,
        key=lambda one: one.row.net_unit_price,
        default=None,
    )
    if best is None:
        return replace(told, amount=None, price_id="", list_id="", problem=NOTHING)
    return replace(
        told,
        amount=best.row.net_unit_price,
        price_id=best.row.price_id,
        list_id=best.row.list_id,
        problem="",
    )


def _holding(question: Question, plans: Plans) -> list[Due]:
    sold = [row for row in plans.rows if row.is_there or not plans.problems.get(row.pk)]
    return [
        one
        for one in steps_on(sold, question.asked_on)
        if one.low <= question.quantity and (one.high is None or question.quantity <= one.high)
    ]


def _is_for(due: Due, plans: Plans, told: BuyerPrice) -> bool:
    if due.row.audience == EVERYONE:
        return True
    return plans.groups.get(due.group_ref, "") in told.group_ids
