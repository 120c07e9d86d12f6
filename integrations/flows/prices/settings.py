"""What is set on a prices flow, as it is used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.flows.prices.decide import EVERYONE, Terms

SPECIAL = ("price_list", "customer_group", "customer")


def zone_of(settings: Mapping[str, Any]) -> ZoneInfo:
    """Where the seller's days begin and end."""
    return ZoneInfo(str(settings.get("zone") or "UTC"))


def terms_of(
    settings: Mapping[str, Any],
    *,
    sold_in: frozenset[str],
    gross: frozenset[str],
    now: datetime,
) -> Terms:
    """How the flow sells at `now`, in a storefront with these currencies."""
    audiences = words_of(settings.get("audiences")) or frozenset(SPECIAL)
    if settings.get("list_prices") != "no":
        audiences |= {EVERYONE}
    return Terms(
        audiences=audiences,
        currencies=frozenset(map(str.upper, words_of(settings.get("currencies")))),
        sold_in=sold_in,
        gross=gross,
        today=now.astimezone(zone_of(settings)).date(),
    )


def words_of(text: Any) -> frozenset[str]:
    """What is separated by commas or spaces."""
    return frozenset(str(text or "").replace(",", " ").split())
