"""How the price of an order line is written as a condition. Pure.

SAP keeps the rate of a price in the digits of its currency and says finer prices as "per 1000". A
discount that is a condition of its own is rounded by itself: 10 % of 59.95 is 6.00, and the line
comes to 53.95 where the storefront has 53.96. So a discount is taken off the price, and a price
that no "per" says exactly is given for the whole quantity: 53.97 per 3.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from moneyed import CurrencyDoesNotExist, get_currency

from integrations.errors import NeedsOperator
from integrations.records import DraftLine

_EXACT = Context(prec=60)
_PERS = (1, 10, 100, 1000, 10_000)
_MOST_PER = 99_999  # ConditionQuantity has five digits


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPrice:
    """`rate` in the digits of the currency for `per` pieces; `net_amount` what that comes to."""

    rate: Decimal
    per: int
    net_amount: Decimal


def currency_digits(currency: str) -> int:
    """Digits after the point. Raises NeedsOperator for an unknown code."""
    try:
        return len(str(int(get_currency(currency.upper()).sub_unit))) - 1
    except CurrencyDoesNotExist as exc:
        raise NeedsOperator(
            f"The currency {currency!r} is unknown, so no price in it can be sent.",
            reason="currency_unknown",
            cause=f"currency_unknown:{currency}",
            hint="Correct the currency of the order's region in the storefront.",
        ) from exc


def sent_price(line: DraftLine, digits: int) -> SentPrice:
    """Raises NeedsOperator for a price that SAP cannot hold to the smallest coin."""
    with localcontext(_EXACT):
        price = line.net_unit_price * (100 - line.discount_percent) / 100
        coin = Decimal(1).scaleb(-digits)
        wanted = (price * line.quantity).quantize(coin, ROUND_HALF_UP)
        for per, must_be_exact in _pers(line.quantity):
            rate = (price * per).quantize(coin, ROUND_HALF_UP)
            net = (rate * line.quantity / per).quantize(coin, ROUND_HALF_UP)
            if net == wanted and (rate == price * per or not must_be_exact):
                return SentPrice(rate=rate, per=per, net_amount=net)
    raise NeedsOperator(
        f"SAP cannot hold the price {price.normalize():f} of {line.description or line.our_ref!r} "
        f"for {line.quantity.normalize():f} pieces to the smallest coin.",
        reason="price_too_fine",
        cause=f"price_too_fine:{line.product_ref}",
        hint="Round the price of the line in the storefront or in the quote.",
    )


def _pers(quantity: Decimal) -> list[tuple[int, bool]]:
    """In the order of preference: a "per" that says the price exactly, then, where the line comes
    to the same, the whole quantity and the finest "per"."""
    is_whole = quantity == quantity.to_integral_value() and 0 < quantity <= _MOST_PER
    found = [(per, True) for per in _PERS]
    return [*found, *([(int(quantity), False)] if is_whole else []), (_PERS[-1], False)]
