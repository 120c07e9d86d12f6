"""Levels that cannot be right: what is wrong with each, in words for an operator. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from integrations.flows.runs.batch import PlanItem
from integrations.records import ErpStock

LONGEST_REF = 128  # what the catalogue copy has room for
MOST_PIECES = Decimal(10) ** 14


def split(rows: Iterable[ErpStock]) -> tuple[list[ErpStock], list[tuple[ErpStock, PlanItem]]]:
    """The levels that can be kept, and those of which something cannot be so, each with what to
    tell. One below zero is both: it is sold as none until somebody has counted."""
    good: list[ErpStock] = []
    odd: list[tuple[ErpStock, PlanItem]] = []
    for row in rows:
        problem = row.problem or _misfit(row)
        if not problem:
            good.append(row)
        if problem or row.on_hand < 0:
            odd.append((row, _told(row, problem)))
    return good, odd


def _told(row: ErpStock, problem: str) -> PlanItem:
    where = row.location_name or row.location_ref
    place = f" at {where[:80]}" if where else ""
    reason = (
        f"{problem}: correct it in the ERP"
        if problem
        else f"the ERP counts {row.on_hand.normalize():f} of it{place}: no piece of them is sold. "
        "Post the receipt that is missing there, or correct the count"
    )
    return PlanItem(
        action="skip",
        ref=f"{row.variant_ref}@{row.location_ref}",
        label=f"{row.sku or row.variant_ref}{place}",
        reason=reason,
    )


def _misfit(row: ErpStock) -> str:
    named = {"SKU": row.sku, "id": row.variant_ref, "location": row.location_ref}
    for what, text in named.items():
        if len(text) > LONGEST_REF:
            return f"its {what} has {len(text)} characters, more than the {LONGEST_REF} that fit"
    for number in (row.on_hand, row.reserved, row.available, row.incoming):
        if not number.is_finite() or abs(number) >= MOST_PIECES:
            return f"{str(number)[:30]} is no quantity"
    return ""
