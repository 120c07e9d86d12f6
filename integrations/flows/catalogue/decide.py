"""Which kept price holds for a customer, a quantity and a day. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from integrations.flows.prices.decide import EVERYONE
from integrations.flows.prices.offers import ONE, Kept, contradictions

CUSTOMER = "customer"


def holding(
    rows: Iterable[Kept], *, quantity: Decimal, day: date, own_first: bool
) -> Kept | str | None:
    """The row that holds, of rows that fit the customer, all in one currency and of one variant.

    As the storefront charges: the lowest of all that fit, or the company's own first where the
    prices flow says so. None for none; a text where one that fits cannot be relied on, since the
    next best one would then be a wrong price.
    """
    offers: dict[str, list[Kept]] = defaultdict(list)
    for one in rows:
        if one.is_active and (one.starts_on or day) <= day <= (one.ends_on or day):
            offers[one.offer].append(one)
    doubtful = next((why for some in offers.values() if (why := _doubt(some))), "")
    if doubtful:
        return doubtful
    found = [row for some in offers.values() if (row := _step(some, quantity)) is not None]
    own = [row for row in found if row.audience == CUSTOMER]
    fits = own if own_first and own else found
    return min(fits, key=lambda row: row.net_unit_price, default=None)


def list_price(rows: Iterable[Kept], *, day: date) -> Decimal | None:
    """What everybody pays for one piece."""
    everyone = [row for row in rows if row.audience == EVERYONE]
    found = holding(everyone, quantity=ONE, day=day, own_first=False)
    return found.net_unit_price if isinstance(found, Kept) else None


def _doubt(rows: Sequence[Kept]) -> str:
    """Why nobody can tell by these rows what is charged; empty if one can."""
    problem = next((row.problem for row in rows if row.problem), "")
    return problem or next(iter(contradictions(rows).values()), "")


def _step(rows: Sequence[Kept], quantity: Decimal) -> Kept | None:
    """The lowest price of one offer, of the highest step that is reached on the same days each."""
    best: dict[object, Kept] = {}
    for row in sorted(rows, key=lambda one: one.holds_from):
        if row.holds_from <= max(quantity, ONE):
            best[row.span] = row
    return min(best.values(), key=lambda row: row.net_unit_price, default=None)
