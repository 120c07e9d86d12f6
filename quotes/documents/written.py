"""Amounts, quantities and times as the reader of a quote writes them. Pure, by Babel.

What was written once is remembered: a list repeats its days and amounts, and Babel takes its time.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision

UNIT_PRICE_PLACES = 4  # what the price columns of the database keep
_remembered = lru_cache(maxsize=4096)


@_remembered
def amount(value: Decimal, currency: str, language: str) -> str:
    """`1.234,50`: the digits of the currency; its code stands in the head of the column."""
    return format_currency(value, currency, format="#,##0.00", locale=language)


def amount_with_code(value: Decimal, currency: str, language: str) -> str:
    """`1.234,50 EUR`, held together by a space that does not break."""
    return f"{amount(value, currency, language)}\u00a0{currency}"


@_remembered
def unit_price(value: Decimal, currency: str, language: str) -> str:
    """As an amount, but a price per piece of 0.0125 keeps its digits."""
    least = get_currency_precision(currency)
    needed = max(least, min(UNIT_PRICE_PLACES, _places(value)))
    return format_decimal(value, format=_pattern(needed, needed), locale=language)


@_remembered
def quantity(value: Decimal, language: str) -> str:
    return format_decimal(value, format=_pattern(0, 6), locale=language)


@_remembered
def percent(value: Decimal, language: str) -> str:
    return f"{format_decimal(value, format=_pattern(0, 4), locale=language)}\u00a0%"


@_remembered
def day(value: date, language: str) -> str:
    return format_date(value, "long", locale=language)


def instant(value: datetime, time_zone: str, language: str) -> str:
    """`31. März 2026, 23:59` and below it `(Europe/Berlin)`: the clock of that zone."""
    local = value.astimezone(ZoneInfo(time_zone))
    clock = format_time(local, "HH:mm", locale=language)
    return f"{day(local.date(), language)}, {clock}\n({time_zone})"


def _pattern(least: int, most: int) -> str:
    decimals = "0" * least + "#" * (most - least)
    return f"#,##0.{decimals}" if decimals else "#,##0"


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
