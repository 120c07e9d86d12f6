"""Prices that nothing can be made of: what is wrong with each, in words for an operator. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal

from integrations.flows.runs.batch import PlanItem
from integrations.records import ErpPrice

FIX = "correct it in the ERP"
# What the catalogue copy has room for.
LONGEST_REF, LONGEST_NAME = 200, 128
MOST_MONEY, MOST_PIECES = Decimal(10) ** 12, Decimal(10) ** 14
_CURRENCY = re.compile("[A-Za-z]{3}")


def split(prices: Iterable[ErpPrice]) -> tuple[list[ErpPrice], list[tuple[ErpPrice, str]]]:
    """Those that can be kept, and the others with what is wrong with them."""
    good: list[ErpPrice] = []
    bad: list[tuple[ErpPrice, str]] = []
    for price in prices:
        problem = price.problem or _misfit(price)
        if problem:
            bad.append((price, problem))
        else:
            good.append(price)
    return good, bad


def told(price: ErpPrice, problem: str) -> PlanItem:
    label = f"{price.variant_ref} (price {price.ref})"
    return PlanItem(action="skip", ref=price.ref, label=label, reason=f"{problem}: {FIX}")


def _misfit(price: ErpPrice) -> str:
    named = (price.variant_ref, price.audience_ref)
    if len(price.ref) > LONGEST_REF or max(map(len, named)) > LONGEST_NAME:
        return f"its id is longer than {LONGEST_NAME} characters"
    if not _CURRENCY.fullmatch(price.currency):
        return f"its currency {price.currency[:20]!r} is none of three letters, such as EUR"
    amount = price.net_unit_price
    if not amount.is_finite() or abs(amount) >= MOST_MONEY:
        return f"its price {str(amount)[:30]} is none"
    pieces = price.min_quantity
    if not pieces.is_finite() or abs(pieces) >= MOST_PIECES:
        return f"it holds from {str(pieces)[:30]} pieces, which is no number of pieces"
    return ""
