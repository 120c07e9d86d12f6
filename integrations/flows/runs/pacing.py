"""How much goes to the storefront in one call, and how long it is left alone after each.

Settings `PRODUCTS_AT_ONCE`, `PRICES_AT_ONCE`, `LEVELS_AT_ONCE` and `WRITES_REST_PCT`. Larger calls
are hardly faster (measured: 100 products, 250 prices, 250 levels), but buyers wait behind them.
"""

import time

from django.conf import settings


def products_at_once() -> int:
    return int(settings.PRODUCTS_AT_ONCE)


def prices_at_once() -> int:
    """Prices of one list."""
    return int(settings.PRICES_AT_ONCE)


def levels_at_once() -> int:
    return int(settings.LEVELS_AT_ONCE)


def rest_after(call_s: float) -> None:
    """Waits a share of the time that the call took, so that the storefront's own work goes on."""
    if settings.WRITES_REST_PCT:
        time.sleep(call_s * settings.WRITES_REST_PCT / 100)
