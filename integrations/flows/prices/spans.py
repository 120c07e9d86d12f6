"""The days in which prices hold, as moments of the seller's clock and in words. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.flows.prices.offers import Span


def moments_of(span: Span, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment of the seller's days, both days included."""
    start, end = span
    first = datetime.combine(start, time.min, zone) if start else None
    after = datetime.combine(end + timedelta(days=1), time.min, zone) if end else None
    return first, after - timedelta(milliseconds=1) if after else None


def in_words(span: Span) -> str:
    """To follow a name; empty for always."""
    start, end = span
    return (f" from {start}" if start else "") + (f" to {end}" if end else "")
