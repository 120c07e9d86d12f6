"""Filters and the order of the inbox."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import (
    Case,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import TextFilter

from quotes.models import Rfq, RfqLine
from quotes.states import RFQ_FOR_SALES, RFQ_TERMINAL

VALUE = DecimalField(max_digits=24, decimal_places=10)


def overdue(now: datetime) -> Q:
    """Requests that wait for sales longer than was promised."""
    return Q(state__in=sorted(RFQ_FOR_SALES), answer_due_at__lte=now)


def urgency(now: datetime) -> Case:
    """0 overdue, 1 for sales to answer, 2 open with the buyer, 3 closed."""
    return Case(
        When(overdue(now), then=Value(0)),
        When(state__in=sorted(RFQ_FOR_SALES), then=Value(1)),
        When(state__in=sorted(RFQ_TERMINAL), then=Value(3)),
        default=Value(2),
    )


def value_of() -> Subquery:
    """What the request comes to at its target prices; null where none is named."""
    lines = RfqLine.objects.filter(rfq=OuterRef("pk"), target_price__isnull=False)
    sums = lines.order_by().values("rfq").annotate(sum=Sum(F("target_price") * F("quantity")))
    return Subquery(sums.values("sum"), output_field=VALUE)


class ToDoFilter(admin.SimpleListFilter):
    title = "to do"
    parameter_name = "todo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("sales", "Waits for sales"),
            ("overdue", "Overdue"),
            ("mine", "Assigned to me"),
            ("nobody", "Nobody's yet"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rfq]) -> QuerySet[Rfq]:
        match self.value():
            case "sales":
                return queryset.filter(state__in=sorted(RFQ_FOR_SALES))
            case "overdue":
                return queryset.filter(overdue(timezone.now()))
            case "mine":
                return queryset.filter(assigned_to=request.user.pk)
            case "nobody":
                return queryset.filter(assigned_to=None)
        return queryset


class CompanyFilter(TextFilter):
    title = "company"
    parameter_name = "company"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rfq]) -> QuerySet[Rfq]:
        name = self.value()
        if not name:
            return queryset
        return queryset.filter(Q(account__name__icontains=name) | Q(company_name__icontains=name))
