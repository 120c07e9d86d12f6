"""How Business Central counts an order.

Line: quantity × unit price, rounded; the discount of that, rounded; their difference is the
amount ("Line Discount Amount", "Line Amount" of table Sales Line). VAT: from the amounts
excluding VAT of all lines with one VAT identifier, rounded to the nearest (Microsoft Learn:
"VAT Rounding Type Field"); each line takes the growth of its group's sum.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]
ZERO = Decimal(0)


def nearest(number: Decimal, precision: Decimal) -> Decimal:
    """AL's Round with '=': halves away from zero."""
    return (number / precision).quantize(Decimal(1), ROUND_HALF_UP) * precision


def count_lines(lines: list[Row], rates: dict[str, Decimal], precision: Decimal) -> None:
    """Writes the amounts of all lines; `rates` are percents by VAT group."""
    nets: dict[str, Decimal] = defaultdict(Decimal)
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    for line in sorted(lines, key=lambda one: one["sequence"]):
        full = nearest(line["quantity"] * line["unitPrice"], precision)
        discount = nearest(full * line["discountPercent"] / 100, precision)
        net, rate = full - discount, rates.get(line["taxCode"], ZERO)
        group = f"{line['taxCode']}:{rate}"
        nets[group] += net
        tax = nearest(nets[group] * rate / 100, precision) - taxes[group]
        taxes[group] += tax
        line.update(
            discountAmount=discount,
            taxPercent=rate,
            amountExcludingTax=net,
            netAmount=net,
            totalTaxAmount=tax,
            netTaxAmount=tax,
            amountIncludingTax=net + tax,
            netAmountIncludingTax=net + tax,
        )


def totals(lines: list[Row]) -> dict[str, Decimal]:
    net = sum((line["netAmount"] for line in lines), ZERO)
    tax = sum((line["netTaxAmount"] for line in lines), ZERO)
    return {
        "totalAmountExcludingTax": net,
        "totalTaxAmount": tax,
        "totalAmountIncludingTax": net + tax,
    }


def best_price(lines: list[Row], listed: Decimal) -> tuple[Decimal, Decimal]:
    """(unit price, discount %) of the lines that hold: the lowest price, and the highest
    discount where that price allows one."""
    price, allows = listed, True
    for line in lines:
        if line["unitPrice"] and (line["unitPrice"] < price or not price or price == listed):
            price, allows = line["unitPrice"], line["allowLineDiscount"]
    discount = max((line["lineDiscountPercent"] for line in lines), default=ZERO)
    return price, discount if allows else ZERO
