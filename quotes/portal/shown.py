"""Amounts and times as the buyers' pages show them, in the language of the page."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import get_language

from integrations.flows.totals.currency import round_half_up
from quotes.documents import written

NOTHING = "–"
Figure = Decimal | str | None


def _language() -> str:
    return get_language() or "en"


def money(value: Figure, currency: str) -> str:
    """`1,234.50 EUR`, rounded as people write it; a dash for nothing."""
    if value in (None, ""):
        return NOTHING
    rounded = round_half_up(Decimal(str(value)), currency)
    return written.amount_with_code(rounded, currency, _language())


def unit_money(value: Figure, currency: str) -> str:
    """As money, but a price per piece of 0.0125 keeps its digits."""
    if value in (None, ""):
        return NOTHING
    shown = written.unit_price(Decimal(str(value)), currency, _language())
    return f"{shown}\u00a0{currency}"


def quantity(value: Figure) -> str:
    return NOTHING if value in (None, "") else written.quantity(Decimal(str(value)), _language())


def percent(value: Figure) -> str:
    return NOTHING if value in (None, "") else written.percent(Decimal(str(value)), _language())


def day(value: date | datetime | None) -> str:
    """The seller's calendar day."""
    if value is None:
        return NOTHING
    shown = localtime(value, settings.PORTAL_TIME_ZONE) if isinstance(value, datetime) else value
    return written.day(shown, _language())


def moment(value: datetime | None) -> str:
    """Day and clock in the seller's time zone, which is named."""
    if value is None:
        return NOTHING
    zone = settings.PORTAL_TIME_ZONE.key
    return written.instant(value, zone, _language()).replace("\n", " ")


def web_address(value: str) -> str:
    """An address that may be followed; empty for any other scheme."""
    return value if value.startswith(("https://", "http://")) else ""
