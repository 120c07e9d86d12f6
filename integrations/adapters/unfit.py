"""Prices of an ERP that it offers and that nothing can be sold at: told, with what is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from integrations.records import ErpPrice

NOT_ABOVE_ZERO = "its price is zero or less, and a price must be above zero"
ONE_DAY = timedelta(days=1)  # the seller's day may be the one before


def unfit(price: ErpPrice, problem: str) -> ErpPrice:
    """The price with its problem. One that is over, or that the ERP no longer offers, is handed
    on as such: it goes from the storefront, whatever is wrong with it."""
    last = price.ends_on
    is_over = last is not None and last < datetime.now(UTC).date() - ONE_DAY
    return price if is_over or not price.is_active else replace(price, problem=problem)
