"""The arithmetic of an Odoo order: lines rounded for show, totals by the company's method.

round_globally (the default): net is rounded once over the sum of the unrounded lines, each
tax once over its own sum. round_per_line: every line's net and taxes are rounded, then added.
Half away from zero in both; the percentages of taxes are on top of the price.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountLine:
    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    taxes: tuple[tuple[int, Decimal], ...]  # (tax id, percent)

    @property
    def raw_net(self) -> Decimal:
        return self.quantity * self.price_unit * (1 - self.discount / 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def rounded(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def line_totals(line: AmountLine, *, per_line: bool, digits: int) -> Totals:
    """What a line shows. Per line, the taxes are on the rounded net."""
    net = rounded(line.raw_net, digits)
    base = net if per_line else line.raw_net
    tax = sum((rounded(base * rate / 100, digits) for _, rate in line.taxes), Decimal(0))
    return Totals(net=net, tax=tax)


def order_totals(lines: Iterable[AmountLine], *, per_line: bool, digits: int) -> Totals:
    if per_line:
        shown = [line_totals(line, per_line=True, digits=digits) for line in lines]
        return Totals(
            net=sum((one.net for one in shown), Decimal(0)),
            tax=sum((one.tax for one in shown), Decimal(0)),
        )
    net = Decimal(0)
    taxes: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        net += line.raw_net
        for tax_id, rate in line.taxes:
            taxes[tax_id] += line.raw_net * rate / 100
    return Totals(
        net=rounded(net, digits),
        tax=sum((rounded(amount, digits) for amount in taxes.values()), Decimal(0)),
    )
