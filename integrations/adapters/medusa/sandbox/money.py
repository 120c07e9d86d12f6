"""The arithmetic of Medusa's totals: Decimals with 20 significant digits, never rounded.

Written from recorded orders, apart from the code under test and from its rounding.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Any

ZERO = Decimal(0)
PRECISION = 20

Amounts = dict[str, Decimal]


def line_amounts(
    *, price: Decimal, quantity: Decimal, rate: Decimal, inclusive: bool, discount: Decimal
) -> Amounts:
    """All amounts of one line. `rate` in percent, `discount` net for the whole line."""
    with localcontext() as context:
        context.prec = PRECISION
        share = rate / 100
        asked = price * quantity
        subtotal = asked / (1 + share) if inclusive else asked
        tax = (subtotal - discount) * share
        original_tax = subtotal * share
        return {
            "subtotal": subtotal,
            "total": subtotal - discount + tax,
            "original_subtotal": subtotal,
            "original_total": asked if inclusive else subtotal + original_tax,
            "discount_subtotal": discount,
            "discount_tax_total": discount * share,
            "discount_total": discount + discount * share,
            "tax_total": tax,
            "original_tax_total": original_tax,
        }


def percentage(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` % of an amount, unrounded."""
    with localcontext() as context:
        context.prec = PRECISION
        return amount * percent / 100


def sums(lines: Iterable[Amounts]) -> Amounts:
    """The amounts of several lines added up; all zero when there are none."""
    total = dict.fromkeys(
        line_amounts(price=ZERO, quantity=ZERO, rate=ZERO, inclusive=False, discount=ZERO), ZERO
    )
    with localcontext() as context:
        context.prec = PRECISION
        for line in lines:
            for name, amount in line.items():
                total[name] += amount
    return total


def raw(amount: Decimal) -> dict[str, Any]:
    """The exact form that stands beside a number as `raw_<name>`."""
    return {"value": format(amount.normalize(), "f"), "precision": PRECISION}


def both(name: str, amount: Decimal) -> dict[str, Any]:
    """A number and its exact form."""
    return {name: amount, f"raw_{name}": raw(amount)}


def order_totals(items: Amounts, shipping: Amounts, credit: Decimal) -> dict[str, Any]:
    """The totals an order and a cart share, as numbers only: Medusa sends no raw_ of these."""
    whole = sums([items, shipping])
    return {
        "total": whole["total"] - credit,
        "subtotal": whole["subtotal"],
        "tax_total": whole["tax_total"],
        "discount_total": whole["discount_total"],
        "discount_tax_total": whole["discount_tax_total"],
        "original_total": whole["original_total"],
        "original_subtotal": whole["original_subtotal"],
        "original_tax_total": whole["original_tax_total"],
        "item_total": items["total"],
        "item_subtotal": items["subtotal"],
        "item_tax_total": items["tax_total"],
        "original_item_total": items["original_total"],
        "original_item_subtotal": items["original_subtotal"],
        "original_item_tax_total": items["original_tax_total"],
        "shipping_total": shipping["total"],
        "shipping_subtotal": shipping["subtotal"],
        "shipping_tax_total": shipping["tax_total"],
        "original_shipping_total": shipping["original_total"],
        "original_shipping_subtotal": shipping["original_subtotal"],
        "original_shipping_tax_total": shipping["original_tax_total"],
        "credit_line_total": credit,
        "credit_line_subtotal": credit,
        "credit_line_tax_total": ZERO,
    }
