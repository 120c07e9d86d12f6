"""How one storefront line is written for an ERP: unit price, discount, taxes."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from integrations.flows.totals.currency import digits_unit
from integrations.flows.totals.plan import LineRefs
from integrations.flows.totals.prediction import EXACT
from integrations.records import DraftLine, RoundingProfile, StorefrontLine

# Enough for a line of a million pieces to come out right to a thousandth, and few enough for
# an ERP that keeps prices as floating point numbers.
UNIT_PRICE_DIGITS = 10
# Below this a difference is the tail of a division (net prices of tax-inclusive shops).
NOISE = Decimal("1e-8")


def draft_line(
    line: StorefrontLine, refs: LineRefs, profile: RoundingProfile
) -> tuple[DraftLine, str]:
    """The line for the ERP, and a word for people when it is not sent as the shop shows it.

    A discount is sent as a percentage only if that says it exactly; else the unit price is
    what one piece costs after the discount.
    """
    with localcontext(EXACT):
        percent = exact_percent(line, profile)
        if percent is None:
            price = (line.net_subtotal - line.net_discount) / line.quantity
            note = f"discount of {_shown(line.net_discount)} taken off the unit price"
            percent = Decimal(0)
        else:
            price, note = line.net_subtotal / line.quantity, ""
        sent = fitted(price, profile)
    if abs(sent - price) > NOISE:
        note = "; ".join(filter(None, [note, f"unit price rounded from {_shown(price)}"]))
    return _line(line, refs, price=sent, percent=percent), note


def exact_percent(line: StorefrontLine, profile: RoundingProfile) -> Decimal | None:
    """The discount in percent if the ERP's digits hold it exactly; 0 without a discount."""
    if not line.net_discount:
        return Decimal(0)
    if not line.net_subtotal:
        return None
    percent = (line.net_discount / line.net_subtotal * 100).quantize(
        digits_unit(profile.discount_digits), ROUND_HALF_UP
    )
    is_exact = abs(line.net_subtotal * percent / 100 - line.net_discount) <= NOISE
    price = line.net_subtotal / line.quantity
    return percent if is_exact and abs(fitted(price, profile) - price) <= NOISE else None


def fitted(price: Decimal, profile: RoundingProfile) -> Decimal:
    """A unit price in the digits that the ERP keeps."""
    digits = profile.unit_price_digits
    unit = digits_unit(UNIT_PRICE_DIGITS if digits is None else digits)
    return _short(price.quantize(unit, ROUND_HALF_UP))


def _line(line: StorefrontLine, refs: LineRefs, *, price: Decimal, percent: Decimal) -> DraftLine:
    return DraftLine(
        our_ref=line.line_id,
        kind=line.kind,
        product_ref=refs.product_ref,
        description=line.title,
        quantity=_short(line.quantity),
        net_unit_price=price,
        discount_percent=_short(percent),
        tax_refs=refs.tax_refs,
        tax_rates=tuple(tax.rate for tax in line.taxes),
    )


def _shown(number: Decimal) -> str:
    """Short enough to read; the exact number is the storefront's."""
    return _plain(round(number, 6))


def _short(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    return Decimal(_plain(number))


def _plain(number: Decimal) -> str:
    return f"{number.normalize(EXACT):f}"
