"""How many digits a currency has, and the storefront's one rounding."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from moneyed import CurrencyDoesNotExist, get_currency

from integrations.errors import NeedsOperator


def smallest_unit(currency: str) -> Decimal:
    """0.01 for EUR, 1 for JPY, 0.001 for KWD. Raises NeedsOperator for an unknown code."""
    return digits_unit(currency_digits(currency))


@cache
def currency_digits(currency: str) -> int:
    """Digits after the point, from py-moneyed's data of ISO 4217."""
    try:
        sub_unit = int(get_currency(currency.upper()).sub_unit)
    except CurrencyDoesNotExist as exc:
        raise NeedsOperator(
            f"The currency {currency!r} is unknown, so no amount of it can be rounded.",
            reason="currency_unknown",
            cause=f"currency_unknown:{currency}",
            hint="Correct the currency of the order's region in the storefront.",
        ) from exc
    return len(str(sub_unit)) - 1


def digits_unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def round_half_up(amount: Decimal, currency: str) -> Decimal:
    """The amount as people write it in that currency."""
    return amount.quantize(smallest_unit(currency), ROUND_HALF_UP)
