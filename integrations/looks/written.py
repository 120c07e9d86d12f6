"""Money, instants and ages as people read them in the console. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import simplejson
from babel.numbers import get_currency_precision
from django.utils.html import format_html
from django.utils.safestring import SafeString

NOTHING = "–"


def amount(value: Decimal | None, currency: str) -> str:
    """`1,234.50 EUR`, with as many digits as the currency has; an en dash for None."""
    if value is None:
        return NOTHING
    digits = get_currency_precision(currency) if currency else 2
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{rounded:,f} {currency}".strip()


def money(value: Decimal | None, currency: str) -> SafeString:
    """The amount in the one element that every screen aligns to the right."""
    return format_html('<span class="money">{}</span>', amount(value, currency))


def exact_money(value: Decimal, currency: str) -> SafeString:
    """A unit price with all the digits it has, no zeros added."""
    shown = f"{value.normalize():,f} {currency}".strip()
    return format_html('<span class="money">{}</span>', shown)


def quantity(value: Decimal | None) -> str:
    """A quantity without the zeros that the column adds."""
    return NOTHING if value is None else f"{value.normalize():,f}"


def instant(at: datetime | None, *, now: datetime, zone: tzinfo | None = None) -> SafeString | str:
    """`2026-03-02 12:00 · 3 h ago`, UTC, seconds in the title. Another `zone` is named."""
    if at is None:
        return NOTHING
    utc, shown = at.astimezone(UTC), at.astimezone(zone or UTC)
    name = "" if str(zone or UTC) == "UTC" else f" {zone}"
    return format_html(
        '<time class="instant" datetime="{}" title="{} UTC">{} <span class="age">{}</span></time>',
        utc.isoformat(timespec="seconds"),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        f"{shown:%Y-%m-%d %H:%M}{name}",
        age(at, now=now),
    )


def age(at: datetime | None, *, now: datetime) -> str:
    """`3 h ago`, `in 5 min`, `just now`."""
    if at is None:
        return NOTHING
    span = duration(abs(now - at))
    if abs(now - at) < timedelta(seconds=5):
        return "just now"
    return f"{span} ago" if at <= now else f"in {span}"


def duration(span: timedelta) -> str:
    """The span in its largest whole unit: `under 1 s`, `42 s`, `5 min`, `3 h`, `12 days`."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{seconds // 60} min"
    if seconds < 36 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"


def json_block(value: Any) -> SafeString:
    """A value as indented JSON in a block that scrolls by itself."""
    text = simplejson.dumps(value, indent=2, ensure_ascii=False, use_decimal=True)
    return format_html('<pre tabindex="0">{}</pre>', text)


def body_block(text: str) -> SafeString | str:
    """A kept body: indented where it is JSON, as it came where it is not or was cut."""
    if not text:
        return NOTHING
    try:
        return json_block(simplejson.loads(text, use_decimal=True))
    except ValueError:
        return format_html('<pre tabindex="0">{}</pre>', text)
