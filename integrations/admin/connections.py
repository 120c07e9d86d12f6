"""Connections: set up from what the adapter asks for, tested, paused and resumed."""

from functools import partial
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations import adapters
from integrations.adapters import AdapterSpec
from integrations.admin import health, pressing, standins
from integrations.admin.base import ConsoleAdmin, actor
from integrations.admin.connection_form import ConnectionForm, field_sets, form_for
from integrations.admin.pressing import Button
from integrations.flows import field_check
from integrations.gateways import connections, field_shapes
from integrations.looks import written
from integrations.looks.badges import toned
from integrations.models import Connection

READABLE = ["name", "kind", "role", "base_url", "settings", "verify_tls", "created_at"]


@admin.register(Connection)
class ConnectionAdmin(ConsoleAdmin):
    list_display = ["name", "system", "role", "address", "state", "why", "tested"]
    list_filter = ["role"]
    search_fields = ["name"]
    list_select_related = ["resource"]
    change_form_outer_before_template = "console/_connection.html"
    actions = ["test", "pause", "resume", "accept_fields", "renew_hook"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return super().get_queryset(request).defer("sealed_credentials")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if not self._may_edit(request, obj):
            return [(None, {"fields": READABLE})]
        settings_sets, secrets = field_sets(_spec_of(request, obj))
        address = ["name", "base_url", "allow_private_addresses", "verify_tls"]
        sets = [("Where it is", {"fields": address})]
        sets += [(words, {"fields": fields}) for words, fields in settings_sets]
        if secrets:
            sets.append(("Secrets, stored encrypted and never shown again", {"fields": secrets}))
        return sets

    def get_urls(self) -> list[Any]:
        return [*standins.urls(self), *super().get_urls()]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if self._may_edit(request, obj):
            kwargs["form"] = form_for(_spec_of(request, obj), obj)
        return super().get_form(request, obj, change, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.GET.get("kind") in adapters.kinds():
            spec = adapters.spec(request.GET["kind"])
            return super().add_view(request, form_url, {"title": f"Add a {spec.title} connection"})
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a connection",
            "opts": self.model._meta,
            "specs": adapters.specs(),
        }
        return TemplateResponse(request, "console/choose_kind.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context |= {
                "row": row,
                "health": health.of(row),
                "field_changes": field_shapes.changes_of(row),
                "buttons": _buttons(self, request, row),
            }
            if self.has_change_permission(request, row) and _spec_of(request, row).callbacks:
                context["hook_address"] = urljoin(settings.BASE_URL, row.hook_path)
            if self.has_change_permission(request, row):
                context["faults_url"] = standins.address_of(row)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Connection, form: ConnectionForm, change: bool
    ) -> None:
        if change:
            connections.change_connection(
                obj, settings=form.settings(), credentials=form.credentials(), actor=actor(request)
            )
            return
        made = connections.add_connection(
            kind=form.spec.kind,
            name=obj.name,
            url=obj.base_url,
            settings=form.settings(),
            credentials=form.credentials(),
            actor=actor(request),
            allow_private=obj.allow_private_addresses,
            verify_tls=obj.verify_tls,
        )
        obj.__dict__.update(made.__dict__)  # the admin goes on with the row the service made

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # `manage.py connection remove` checks what depends on it

    def has_test_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.test_connections")

    @admin.display(description="System", ordering="kind")
    def system(self, connection: Connection) -> str:
        return adapters.spec(connection.kind).title

    @admin.display(description="Address", ordering="base_url")
    def address(self, connection: Connection) -> str:
        return connection.base_url

    @admin.display(description="State")
    def state(self, connection: Connection) -> SafeString:
        found = health.of(connection)
        return toned(found.word, found.tone)

    @admin.display(description="Why")
    def why(self, connection: Connection) -> str:
        return health.of(connection).sentence or written.NOTHING

    @admin.display(description="Last test", ordering="last_tested_at")
    def tested(self, connection: Connection) -> Any:
        return written.instant(connection.last_tested_at, now=timezone.now())

    @admin.action(description="Test connection", permissions=["test"])
    def test(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        def press(connection: Connection) -> None:
            if not field_check.test_connection(connection, actor=actor(request)).is_ok:
                raise pressing.Skipped(f"{connection.name} does not work, see what was checked")

        return pressing.press_each(self, request, rows, press, done="tested and working")

    @admin.action(description="Pause…", permissions=["test"])
    def pause(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="pause",
            question="Pause connections",
            consequence="All work with these systems waits until somebody resumes it.",
            button="Pause",
        )
        if isinstance(asked, HttpResponse):
            return asked
        press = partial(
            connections.pause_connection, actor=actor(request), reason=asked.cleaned_data["reason"]
        )
        return pressing.press_each(self, request, rows, press, done="paused")

    @admin.action(description="Resume", permissions=["test"])
    def resume(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        press = partial(connections.resume_connection, actor=actor(request))
        return pressing.press_each(self, request, rows, press, done="resumed")

    @admin.action(description="Accept the fields as they are now…", permissions=["test"])
    def accept_fields(
        self, request: HttpRequest, rows: QuerySet[Connection]
    ) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="accept_fields",
            question="Accept the fields as they are now",
            consequence=(
                "The system is asked once more, and what it has then counts as right. What waited "
                "because of the change goes on; a field that is gone is used no less for it."
            ),
            button="Accept",
        )
        if isinstance(asked, HttpResponse):
            return asked
        press = partial(
            field_check.accept_fields, actor=actor(request), reason=asked.cleaned_data["reason"]
        )
        return pressing.press_each(self, request, rows, press, done="accepted as they are")

    @admin.action(description="New callback address…", permissions=["change"])
    def renew_hook(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="renew_hook",
            question="Give connections a new callback address",
            consequence=(
                "The old address stops working at once: what the other side sends there is "
                "refused until the new one, shown on the connection's page, is entered there."
            ),
            button="Make a new address",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        press = partial(connections.renew_hook_address, actor=actor(request), reason=reason)
        return pressing.press_each(self, request, rows, press, done="given a new address")

    def _may_edit(self, request: HttpRequest, obj: Model | None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)


def _spec_of(request: HttpRequest, connection: Any) -> AdapterSpec:
    """The spec of the row, or of the kind that was chosen for a new one."""
    return adapters.spec(connection.kind if connection else request.GET.get("kind", ""))


def _buttons(screen: ConnectionAdmin, request: HttpRequest, connection: Connection) -> list[Button]:
    found = []
    if screen.has_test_permission(request):
        found.append(Button(action="test", label="Test connection", tone="primary"))
        if connection.resource.paused:
            found.append(Button(action="resume", label="Resume"))
        else:
            found.append(Button(action="pause", label="Pause…"))
        if field_shapes.changes_of(connection):
            found.append(Button(action="accept_fields", label="Accept the fields as they are now…"))
    if (
        screen.has_change_permission(request, connection)
        and _spec_of(request, connection).callbacks
    ):
        found.append(Button(action="renew_hook", label="New callback address…"))
    return found
