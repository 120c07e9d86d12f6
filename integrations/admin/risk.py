"""Money at risk, summed by currency. Amounts of two currencies are never added."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from integrations.looks import written
from integrations.models import IssueItem


def in_words(sums: dict[str, Decimal]) -> str:
    """`12,300.00 EUR · 4,500 JPY`, by currency; an en dash for nothing."""
    shown = [
        written.amount(total, currency) for currency, total in sorted(sums.items()) if currency
    ]
    return " · ".join(shown) or written.NOTHING


def of_orders(rows: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    """Sums of (currency, amount) pairs."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, total in rows:
        sums[currency] += total or Decimal(0)
    return dict(sums)


def of_issues(issue_ids: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """{issue: {currency: sum}} of the orders that each issue blocks now, in one query."""
    blocked = IssueItem.objects.filter(
        Q(order__isnull=False), issue__in=list(issue_ids), released_at=None
    )
    # One order may stand behind an issue with several jobs; it is at risk once.
    orders: dict[tuple[int, int], Any] = {
        (issue, order): (currency, total)
        for issue, order, currency, total in blocked.values_list(
            "issue", "order", "order__currency", "order__gross_total"
        )
    }
    sums: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for (issue, _), (currency, total) in orders.items():
        mine = sums[issue]
        mine[currency] = mine.get(currency, Decimal(0)) + (total or Decimal(0))
    return dict(sums)
