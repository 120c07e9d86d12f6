"""What total an ERP computes from the lines it is sent."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext

from integrations.flows.totals.currency import currency_digits, digits_unit
from integrations.flows.totals.plan import Predicted
from integrations.records import DraftLine, RoundingProfile

# 28 digits would round products of two long numbers; money must not depend on that.
EXACT = Context(prec=60)
_METHODS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


def predict(lines: Sequence[DraftLine], *, currency: str, profile: RoundingProfile) -> Predicted:
    """Net, tax and gross as an ERP with that profile shows them for these lines.

    Per line: each line's net is rounded, then each of its taxes of that net; totals are sums.
    Per total: raw nets are added and rounded once; raw taxes are added and rounded per tax
    (of rounded nets where the profile says so).
    Taxes of one line all have its net as their base (none is a tax on a tax).
    """
    with localcontext(EXACT):
        if profile.per == "line":
            return _per_line(lines, currency, profile)
        return _per_total(lines, currency, profile)


def raw_net(line: DraftLine) -> Decimal:
    """Quantity × unit price less discount, unrounded."""
    return line.quantity * line.net_unit_price * (100 - line.discount_percent) / 100


def _per_line(lines: Sequence[DraftLine], currency: str, profile: RoundingProfile) -> Predicted:
    unit = _line_unit(currency, profile)
    method = _METHODS[profile.method]
    nets = tuple(_rounded_net(line, unit, profile) for line in lines)
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    for line, net in zip(lines, nets, strict=True):
        for ref, rate in zip(line.tax_refs, line.tax_rates, strict=True):
            taxes[ref] += (net * rate / 100).quantize(unit, method)
    return _totals(nets, taxes, currency, profile)


def _per_total(lines: Sequence[DraftLine], currency: str, profile: RoundingProfile) -> Predicted:
    nets = tuple(raw_net(line) for line in lines)
    if profile.rounds_line_nets:
        unit = _line_unit(currency, profile)
        nets = tuple(_rounded_net(line, unit, profile) for line in lines)
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    for line, net in zip(lines, nets, strict=True):
        for ref, rate in zip(line.tax_refs, line.tax_rates, strict=True):
            taxes[ref] += net * rate / 100
    return _totals(nets, taxes, currency, profile)


def _rounded_net(line: DraftLine, unit: Decimal, profile: RoundingProfile) -> Decimal:
    method = _METHODS[profile.method]
    if not profile.discount_apart:
        return raw_net(line).quantize(unit, method)
    full = (line.quantity * line.net_unit_price).quantize(unit, method)
    return full - (full * line.discount_percent / 100).quantize(unit, method)


def _line_unit(currency: str, profile: RoundingProfile) -> Decimal:
    digits = currency_digits(currency)
    return digits_unit(digits if profile.line_digits is None else profile.line_digits)


def _totals(
    nets: tuple[Decimal, ...],
    taxes: dict[str, Decimal],
    currency: str,
    profile: RoundingProfile,
) -> Predicted:
    unit, method = digits_unit(currency_digits(currency)), _METHODS[profile.method]
    rounded = {ref: amount.quantize(unit, method) for ref, amount in taxes.items()}
    net = sum(nets, Decimal(0)).quantize(unit, method)
    tax = sum(rounded.values(), Decimal(0)).quantize(unit, method)
    return Predicted(net=net, tax=tax, gross=net + tax, tax_by_ref=rounded, line_nets=nets)
