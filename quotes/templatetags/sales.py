"""What the sales screens show by the seller's clock."""

from datetime import datetime

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.looks import written

register = template.Library()


@register.filter
def seller_instant(at: datetime | None) -> SafeString | str:
    return written.instant(at, now=timezone.now(), zone=settings.PORTAL_TIME_ZONE)


@register.filter
def seller_day(at: datetime) -> str:
    return f"{at.astimezone(settings.PORTAL_TIME_ZONE):%Y-%m-%d}"
