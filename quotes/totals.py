"""What a version adds up to. Pure.

Each line is rounded once, half up, to the digits of the currency, after its own discount and
the one on all lines. Tax is computed on the rounded nets and rounded once per document, as
the storefront does it, so that the order of the quote comes to the same cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.flows.totals.currency import round_half_up

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """What a line puts in. `unit_price` and `unit_cost` are net, for one unit.

    `tier_prices` are those of larger quantities: no part of the sums, but promised.
    """

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal = Decimal(0)
    unit_cost: Decimal | None = None
    list_price: Decimal | None = None
    is_counted: bool = True
    tier_prices: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAmount:
    percent: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Amounts in one currency. `line_nets` has a net for every line, counted or not.

    `margin_percent` is None when nothing is sold or a cost is missing;
    `tier_margin_percent` is the lowest of any price tier, None without one. The highest
    discount is of a line or one of its tiers.
    """

    currency: str
    line_nets: tuple[Decimal, ...]
    goods_net: Decimal
    freight_net: Decimal
    net: Decimal
    taxes: tuple[TaxAmount, ...]
    tax: Decimal
    gross: Decimal
    cost: Decimal | None
    margin_percent: Decimal | None
    tier_margin_percent: Decimal | None
    highest_discount_percent: Decimal


def totals_of(
    lines: Sequence[PricedLine],
    *,
    currency: str,
    discount_percent: Decimal = Decimal(0),
    freight_net: Decimal = Decimal(0),
    freight_tax_percent: Decimal = Decimal(0),
) -> Totals:
    """Adds up. Raises NeedsOperator for a currency that nobody knows."""
    nets = tuple(line_net(line, discount_percent, currency) for line in lines)
    counted = [(line, net) for line, net in zip(lines, nets, strict=True) if line.is_counted]
    goods = sum((net for _, net in counted), Decimal(0))
    freight = round_half_up(freight_net, currency)
    shares = [(line.tax_percent, net) for line, net in counted]
    taxes = _taxes([*shares, (freight_tax_percent, freight)], currency)
    tax = sum((one.amount for one in taxes), Decimal(0))
    cost = _cost([line for line, _ in counted])
    return Totals(
        currency=currency,
        line_nets=nets,
        goods_net=goods,
        freight_net=freight,
        net=goods + freight,
        taxes=taxes,
        tax=tax,
        gross=goods + freight + tax,
        cost=cost,
        margin_percent=_margin(goods, cost),
        tier_margin_percent=_tier_margin([line for line, _ in counted], discount_percent),
        highest_discount_percent=max(
            (_whole_discount(line, discount_percent) for line, _ in counted), default=Decimal(0)
        ),
    )


def line_net(line: PricedLine, discount_percent: Decimal, currency: str) -> Decimal:
    """What the line comes to, net, after both discounts."""
    return round_half_up(line.quantity * line.unit_price * _kept(line, discount_percent), currency)


def _kept(line: PricedLine, discount_percent: Decimal) -> Decimal:
    """What both discounts leave of a price."""
    return (1 - line.discount_percent / HUNDRED) * (1 - discount_percent / HUNDRED)


def _whole_discount(line: PricedLine, discount_percent: Decimal) -> Decimal:
    """Against the list price where there is one, else against the price of the line."""
    before = line.list_price or line.unit_price
    if not before:
        return Decimal(0)
    lowest = min((line.unit_price, *line.tier_prices))
    return (1 - lowest * _kept(line, discount_percent) / before) * HUNDRED


def _taxes(shares: Iterable[tuple[Decimal, Decimal]], currency: str) -> tuple[TaxAmount, ...]:
    """Per rate; the sum is the whole tax rounded once, what rounding leaves goes to the largest."""
    bases: dict[Decimal, Decimal] = {}
    for percent, net in shares:
        if net:
            bases[percent] = bases.get(percent, Decimal(0)) + net
    exact = {percent: base * percent / HUNDRED for percent, base in bases.items()}
    whole = round_half_up(sum(exact.values(), Decimal(0)), currency)
    rounded = {percent: round_half_up(amount, currency) for percent, amount in exact.items()}
    left = whole - sum(rounded.values(), Decimal(0))
    if left:
        rounded[max(exact, key=lambda percent: exact[percent])] += left
    return tuple(
        TaxAmount(percent=percent, base=bases[percent], amount=rounded[percent])
        for percent in sorted(bases, reverse=True)
    )


def _cost(lines: Sequence[PricedLine]) -> Decimal | None:
    if any(line.unit_cost is None for line in lines):
        return None
    return sum((line.quantity * (line.unit_cost or 0) for line in lines), Decimal(0))


def _margin(goods_net: Decimal, cost: Decimal | None) -> Decimal | None:
    if cost is None or not goods_net:
        return None
    return (goods_net - cost) / goods_net * HUNDRED


def _tier_margin(lines: Sequence[PricedLine], discount_percent: Decimal) -> Decimal | None:
    return min(
        (
            (price - line.unit_cost) / price * HUNDRED
            for line in lines
            if line.unit_cost is not None
            for price in (tier * _kept(line, discount_percent) for tier in line.tier_prices)
            if price
        ),
        default=None,
    )


def unit_price_to_order(net: Decimal, quantity: Decimal) -> Decimal:
    """The net unit price at which the storefront's unrounded line comes to `net` again.

    Ten decimals, as many as the storefront keeps: at any quantity below a million the
    difference stays far below half a cent.
    """
    return (net / quantity).quantize(Decimal("1E-10"))
