"""How much goes to the storefront in one call, and how long it is left alone before the next.

Settings `PRODUCTS_AT_ONCE`, `PRICES_AT_ONCE`, `LEVELS_AT_ONCE` and `WRITES_REST_PCT`. Larger calls
are hardly faster (measured: 100 products, 250 prices, 250 levels), but buyers wait behind them.
"""

import threading
import time

from django.conf import settings


def products_at_once() -> int:
    return int(settings.PRODUCTS_AT_ONCE)


def prices_at_once() -> int:
    """Prices of one list."""
    return int(settings.PRICES_AT_ONCE)


def levels_at_once() -> int:
    return int(settings.LEVELS_AT_ONCE)


class _Rest(threading.local):
    until = 0.0


_rest = _Rest()


def rest_after(call_s: float) -> None:
    """The storefront is to be left alone for a share of the time that the call took, so that its
    own work goes on. What the portal does meanwhile takes nothing of anybody's time."""
    _rest.until = time.monotonic() + call_s * settings.WRITES_REST_PCT / 100


def await_rest() -> None:
    """Waits until this thread's last call is as long ago as it should be."""
    left = _rest.until - time.monotonic()
    if left > 0:
        time.sleep(left)
