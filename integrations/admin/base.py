"""What every screen of the console shares: read-only rows, pages made of a record, permissions."""

from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator


class ConsoleAdmin(ModelAdmin):
    """Calm lists: no count of the whole table, forty rows, newest first where it has an order."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # counting every choice of a filter reads the whole table
    list_per_page = 40
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons that would open other records' forms in a pop-up."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class ReadOnlyAdmin(ConsoleAdmin):
    """Rows that machines own: people look and press actions, nobody edits or deletes."""

    # One page of a row: a template with its own content, fed by `page_context`.
    page_template: str = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        # A page of its own shows the row; fields beside it would say everything twice.
        return (
            [(None, {"fields": ()})] if self.page_template else super().get_fieldsets(request, obj)
        )

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of this row shows."""
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if self.page_template:
            self.change_form_template = self.page_template
            context |= {"row": kwargs["obj"], **self.page_context(request, kwargs["obj"])}
        return super().render_change_form(request, context, *args, **kwargs)


class LabelledFormSet(BaseInlineFormSet):
    """Rows in a table whose inputs have names of their own: the heads of its columns are none to
    a screen reader."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        what = str(form._meta.model._meta.verbose_name).capitalize()
        row = f"{what} {index + 1}" if index is not None else f"New {what.lower()}"
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)  # a wrapper passes none on
            widget.attrs.setdefault("aria-label", f"{row}: {field.label or name}")


class GrowingAdmin(ReadOnlyAdmin):
    """Tables that grow without end: newest first, paged without counting them."""

    paginator = InfinitePaginator
    ordering = ["-id"]
    sortable_by = ()


def may_see_exchanges(request: HttpRequest) -> bool:
    return request.user.has_perm("integrations.view_exchange")


def actor(request: HttpRequest) -> str:
    """How the person is named in histories."""
    return request.user.get_username()
