"""Filters of the list of quotes."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter

from quotes.admin.waiting import ON_SALES
from quotes.models import Version
from quotes.services import approving
from quotes.states import VersionState


def newest_only(versions: QuerySet[Version]) -> QuerySet[Version]:
    """The newest revision of each quote."""
    newer = Version.objects.filter(quote=OuterRef("quote"), revision__gt=OuterRef("revision"))
    return versions.filter(~Exists(newer.order_by()))


class RevisionFilter(admin.SimpleListFilter):
    """The newest revision stands for its quote, unless all are asked for."""

    title = "revisions"
    parameter_name = "revisions"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All revisions")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "The newest of each quote"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[Version]) -> QuerySet[Version]:
        if self.value() == "all":
            return queryset
        return newest_only(queryset)


class WaitsFilter(admin.SimpleListFilter):
    title = "waits for"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("me", "Me"),
            ("approval", "My approval"),
            ("sales", "Sales"),
            ("buyer", "The buyer"),
            ("support", "Support: its order failed"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Version]) -> QuerySet[Version]:
        match self.value():
            case "me":
                return queryset.filter(ON_SALES, quote__owner=request.user.pk)
            case "approval":
                mine = approving.waiting_for(request.user)  # type: ignore[arg-type]
                return queryset.filter(pk__in=[one.version_id for one in mine])
            case "sales":
                return queryset.filter(ON_SALES)
            case "buyer":
                states = (VersionState.OFFERED, VersionState.ACCEPTANCE_PENDING)
                return queryset.filter(state__in=states)
            case "support":
                return queryset.filter(state=VersionState.ORDER_FAILED)
        return queryset


class AccountFilter(TextFilter):
    title = "company"
    parameter_name = "company"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Version]) -> QuerySet[Version]:
        name = self.value()
        return queryset.filter(quote__account__name__icontains=name) if name else queryset
