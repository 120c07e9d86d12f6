"""Instants by the seller's clock, which PORTAL_TIME_ZONE names. Kept in UTC everywhere."""

from datetime import datetime

from django.conf import settings


def by_seller(at: datetime) -> str:
    """`2026-12-11 18:00 Europe/Berlin`."""
    zone = settings.PORTAL_TIME_ZONE
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
