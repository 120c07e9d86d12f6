"""The kept prices that sales may choose while the ERP cannot be asked, in words with their age."""

from collections.abc import Iterable
from datetime import date

from integrations.engine import clock
from integrations.errors import PortalError
from integrations.flows.catalogue import KeptPrice
from integrations.looks import written
from quotes.errors import QuoteError
from quotes.models import Version
from quotes.services import kept_prices
from quotes.services.pricing import Unpriced

SHOWN = 20


def in_words(versions: Iterable[Version], *, on: date) -> str:
    """For the page that asks: each price, whose it is and as of when; or why there is none."""
    told = [_of_version(version, on=on) for version in list(versions)[:SHOWN]]
    return " ".join(told)


def _of_version(version: Version, *, on: date) -> str:
    try:
        kept = kept_prices.kept_for(version, on=on)
    except (QuoteError, PortalError) as refusal:
        return f"{version}: {refusal}"
    if not kept:
        return f"{version}: every line has a price already."
    lines = [_of_line(ref, one) for ref, one in list(kept.items())[:SHOWN]]
    more = f"; and {len(kept) - SHOWN} more" if len(kept) > SHOWN else ""
    return f"{version}: {'; '.join(lines)}{more}."


def _of_line(ref: str, one: KeptPrice | Unpriced) -> str:
    line, _, start = ref.partition("@")
    place = f"line {line}, from {start}" if start else f"line {line}"
    if isinstance(one, Unpriced):
        return f"{place}: none, {one.reason}"
    price = written.amount(one.unit_price, one.currency)
    age = written.age(one.as_of, now=clock.now())
    whose = one.whose or "everyone's"
    return f"{place}: {price} ({whose}, kept price of {one.as_of:%Y-%m-%d %H:%M} UTC, {age})"
