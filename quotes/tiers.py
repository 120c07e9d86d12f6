"""Price tiers of a line: from which quantity on one unit would cost how much. Pure.

They say what a larger quantity would cost and are no part of the totals: the quantity of the
line has the price of the line. Prices are net, before the discounts that the line has. A price of
the ERP keeps its basis, as that of a line does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

MOST_TIERS = 10
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One step. `unit_price` is None until the ERP was asked; `is_manual` was typed by a person.

    `basis` is what the ERP answered, as JSON of a PriceAnswer; empty for what it did not price.
    """

    from_quantity: Decimal
    unit_price: Decimal | None
    is_manual: bool = False
    basis: Mapping[str, Any] = field(default_factory=dict)


def read(rows: Iterable[Row]) -> tuple[Tier, ...]:
    """The tiers as a line keeps them."""
    return tuple(
        Tier(
            from_quantity=Decimal(str(row["from"])),
            unit_price=None if row["unit_price"] is None else Decimal(str(row["unit_price"])),
            is_manual=bool(row.get("is_manual")),
            basis=row.get("basis") or {},
        )
        for row in rows
    )


def written(tiers: Iterable[Tier]) -> list[Row]:
    """What a line keeps, digit for digit."""
    return [
        {
            "from": plain(tier.from_quantity),
            "unit_price": None if tier.unit_price is None else plain(tier.unit_price),
            "is_manual": tier.is_manual,
            **({"basis": dict(tier.basis)} if tier.basis else {}),
        }
        for tier in tiers
    ]


def unpriced(tier: Tier) -> Tier:
    """The same step, for which the ERP is still to be asked."""
    return replace(tier, unit_price=None, is_manual=False, basis={})


def complaint(tiers: Sequence[Tier], *, quantity: Decimal, unit_price: Decimal | None) -> str:
    """What is wrong with the tiers of a line of this quantity and price; empty for nothing."""
    if len(tiers) > MOST_TIERS:
        return f"a line has at most {MOST_TIERS} price tiers"
    quantities = [tier.from_quantity for tier in tiers]
    if any(later <= earlier for earlier, later in zip(quantities, quantities[1:], strict=False)):
        return "each price tier must begin at a larger quantity than the one before"
    if quantities and quantities[0] < quantity:
        return (
            f"the first price tier must not begin below the quantity of the line, {plain(quantity)}"
        )
    if any(tier.unit_price is not None and tier.unit_price <= 0 for tier in tiers):
        return "the price of a tier must be above zero"
    return _contradiction(tiers, quantity, unit_price)


def _contradiction(tiers: Sequence[Tier], quantity: Decimal, unit_price: Decimal | None) -> str:
    """One quantity has one price."""
    first = tiers[0] if tiers else None
    if first is None or first.from_quantity != quantity or None in (first.unit_price, unit_price):
        return ""
    if first.unit_price == unit_price:
        return ""
    return (
        f"the price tier from {plain(quantity)} is the quantity of the line, so its price must be "
        "the price of the line"
    )


def plain(number: Decimal) -> str:
    """Without an exponent and without zeros at the end that say nothing."""
    return f"{number.normalize():f}"
