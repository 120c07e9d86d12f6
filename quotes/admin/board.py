"""The pipeline board: a column per stage with its sum, and the quotes that end soonest.

Every column shows few cards; how many there are and what they come to is one query for all.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from integrations.admin import risk
from quotes.admin.base import SalesAdmin
from quotes.admin.quote_filters import newest_only
from quotes.admin.waiting import GROUPS
from quotes.models import Version
from quotes.states import VersionState

SHOWN = 8
RECENT = timedelta(days=30)


def show(screen: SalesAdmin, request: HttpRequest) -> HttpResponse:
    if not screen.has_view_permission(request):
        raise PermissionDenied
    context: dict[str, Any] = {
        **screen.admin_site.each_context(request),
        "title": "Pipeline",
        "opts": screen.opts,
        "media": screen.media,
        "columns": columns(request.user, now=timezone.now()),
        "list": reverse("admin:quotes_version_changelist"),
    }
    return TemplateResponse(request, "console/board.html", context)


def columns(user: Any, *, now: datetime) -> list[dict[str, Any]]:
    """The stages in order, and what was ordered lately."""
    seen = Version.objects.seen_by(user)
    open_ones = newest_only(seen)
    sums = _sums(open_ones.filter(state__in=[state for _, states in GROUPS for state in states]))
    found = [
        _column(title, states, open_ones.filter(state__in=states), sums) for title, states in GROUPS
    ]
    ordered = seen.filter(state=VersionState.ORDERED, acceptance__at__gte=now - RECENT)
    states = (VersionState.ORDERED,)
    found.append(_column("Ordered in 30 days", states, ordered, _sums(ordered)))
    return found


Sums = dict[str, list[tuple[str, Decimal, int]]]


def _sums(versions: QuerySet[Version]) -> Sums:
    """By state: the currency, the net total and the number of quotes."""
    rows = (
        versions.order_by()
        .values("state", "quote__currency")
        .annotate(total=Sum("net_total"), number=Count("pk"))
    )
    found: Sums = defaultdict(list)
    for row in rows:
        total = row["total"] or Decimal(0)
        found[row["state"]].append((row["quote__currency"], total, row["number"]))
    return found


def _column(
    title: str, states: Iterable[str], versions: QuerySet[Version], sums: Sums
) -> dict[str, Any]:
    parts = [part for state in states for part in sums.get(state, [])]
    money: dict[str, Decimal] = defaultdict(Decimal)
    for currency, total, _ in parts:
        money[currency] += total
    number = sum(part[2] for part in parts)
    first = versions.select_related("quote__account", "quote__owner", "basis_check").defer(
        "document"
    )
    cards = list(first.order_by(F("valid_until").asc(nulls_last=True), "id")[:SHOWN])
    return {
        "title": title,
        "number": number,
        "sum": risk.in_words(dict(money)) if money else "",
        "cards": cards,
        "more": max(0, number - len(cards)),
    }
