"""Filters that more than one list uses."""

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from integrations.models import Connection, Flow


class ConnectionFilter(SimpleListFilter):
    """Rows of one connection; `role` narrows which ones are offered."""

    title = "connection"
    parameter_name = "connection"
    role = ""
    field = "connection"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        offered = Connection.objects.filter(role=self.role) if self.role else Connection.objects
        return [(str(pk), name) for pk, name in offered.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not (chosen and chosen.isdigit()):
            return queryset
        return queryset.filter(Q(**{self.field: int(chosen)}))


class StorefrontFilter(ConnectionFilter):
    title, parameter_name, role, field = "storefront", "storefront", "storefront", "storefront"


class ErpFilter(ConnectionFilter):
    title, parameter_name, role, field = "ERP", "erp", "erp", "erp"


class ResourceFilter(ConnectionFilter):
    """Jobs by the connection that their next step needs."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not (chosen and chosen.isdigit()):
            return queryset
        # The id itself: by a join the database would sort all jobs of the connection for a page.
        found = Connection.objects.filter(pk=int(chosen)).values_list("resource", flat=True)
        return queryset.filter(resource__in=list(found))


class FlowFilter(SimpleListFilter):
    """Rows of one flow."""

    title, parameter_name = "flow", "flow"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        flows = Flow.objects.select_related("source", "target")
        return [(str(flow.pk), str(flow)) for flow in flows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(flow=int(chosen)) if chosen and chosen.isdigit() else queryset
