"""Whether the goods of a quote are in stock, by the catalogue copy; for sales, never for buyers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.errors import NeedsOperator
from integrations.flows.catalogue import KeptStock, stock_of
from quotes.services.counterparts import trading_flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a line asks for, saved or not."""

    sku: str
    quantity: Decimal
    is_counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStock:
    """What is kept of a line's article; `is_short`: the lines of the quote ask for more of it."""

    kept: KeptStock
    is_short: bool


def stock_beside(lines: Sequence[Wanted], *, now: datetime) -> list[LineStock | None]:
    """For each line, in their order; None for free text and what no stock is kept of.

    Counted lines of one article are taken together, the others each for itself.
    """
    try:
        flow = trading_flow()
    except NeedsOperator:
        return [None for _ in lines]
    kept = stock_of(flow.target, flow.source, {line.sku for line in lines}, now=now)
    together: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.is_counted:
            together[line.sku] += line.quantity
    return [_beside(line, kept.get(line.sku), together) for line in lines]


def _beside(line: Wanted, kept: KeptStock | None, together: dict[str, Decimal]) -> LineStock | None:
    if kept is None:
        return None
    quantity = together[line.sku] if line.is_counted else line.quantity
    return LineStock(kept=kept, is_short=kept.lacks(quantity))
