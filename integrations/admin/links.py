"""Links: a plain form for each kind, saying which side is which and offering only those."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from integrations.admin.base import ConsoleAdmin, actor
from integrations.admin.filters import ConnectionFilter
from integrations.flows import issues
from integrations.models import Connection, IdLink
from integrations.models.link import MAPPINGS

STOREFRONT, ERP = Connection.Role.STOREFRONT, Connection.Role.ERP


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Who owns the record, who holds the counterpart, and how their ids look."""

    source: str
    target: str
    source_help: str
    target_help: str


_ORDERS = {"source": STOREFRONT, "target": ERP}
_CATALOGUE = {"source": ERP, "target": STOREFRONT}
SIDES: dict[str, Sides] = {
    "customer": Sides(
        **_ORDERS,
        source_help="The customer's id in the storefront (cus_…).",
        target_help="The customer's id in the ERP.",
    ),
    "account": Sides(
        **_ORDERS,
        source_help="The customer group's id in the storefront (cusgroup_…).",
        target_help=(
            "The id of the company in the ERP. It stands for every customer of the group who "
            "has no link of their own. Requeue what waits for it."
        ),
    ),
    "tax": Sides(
        **_ORDERS,
        source_help="The tax rate's code in the storefront.",
        target_help="The sales tax's id in the ERP.",
    ),
    "shipping": Sides(
        **_ORDERS,
        source_help="The shipping option's id in the storefront (so_…).",
        target_help="The id of the service product in the ERP that stands for shipping.",
    ),
    "term": Sides(
        **_ORDERS,
        source_help="The term's name in the storefront.",
        target_help="The payment term's id in the ERP.",
    ),
    "unit": Sides(
        **_ORDERS,
        source_help="The unit's code in the storefront.",
        target_help="The unit of measure's id in the ERP.",
    ),
    "currency": Sides(
        **_ORDERS,
        source_help="The currency code in the storefront, such as EUR.",
        target_help="The currency's id in the ERP.",
    ),
    "product": Sides(
        **_CATALOGUE,
        source_help="The product's id in the ERP.",
        target_help="The product's id in the storefront (prod_…).",
    ),
    "variant": Sides(
        **_CATALOGUE,
        source_help="The article's id in the ERP.",
        target_help="The variant's id in the storefront (variant_…).",
    ),
    "warehouse": Sides(
        **_CATALOGUE,
        source_help="The warehouse's id in the ERP.",
        target_help="The stock location's id in the storefront (sloc_…).",
    ),
}
_NAMES: dict[str, str] = {STOREFRONT: "storefront", ERP: "ERP"}


class LinkForm(forms.ModelForm):
    """Checks the constraints with the kind, which is fixed by the screen and not a field."""

    KIND = ""

    class Meta:
        model = IdLink
        fields = ["source", "source_ref", "target", "target_ref", "label"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.KIND
        sides = SIDES[self.KIND]
        self._name("source", _NAMES[sides.source].capitalize(), "")
        self._name("source_ref", f"Id in the {_NAMES[sides.source]}", sides.source_help)
        self._name("target", _NAMES[sides.target].capitalize(), "")
        self._name("target_ref", f"Id in the {_NAMES[sides.target]}", sides.target_help)

    def _name(self, field: str, label: str, help_text: str) -> None:
        if field in self.fields:
            self.fields[field].label = label.replace("Erp", "ERP")
            self.fields[field].help_text = help_text

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"kind"}  # type: ignore[misc]


class SourceFilter(ConnectionFilter):
    title, parameter_name, field = "from", "from", "source"


class LinkAdmin(ConsoleAdmin):
    """Base of the screens of one mapping kind each."""

    KIND = ""
    form = LinkForm
    list_display = ["label_or_id", "source", "source_ref", "target", "target_ref", "created_by"]
    list_filter = [SourceFilter]
    search_fields = ["=source_ref", "=target_ref", "label"]
    list_select_related = ["source", "target"]
    fields = ["source", "source_ref", "target", "target_ref", "label"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IdLink]:
        return super().get_queryset(request).filter(kind=self.KIND)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = type("LinkForm", (LinkForm,), {"KIND": self.KIND})
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        role = getattr(SIDES[self.KIND], db_field.name)
        offered = Connection.objects.filter(role=role)
        kwargs["queryset"] = offered
        if offered.count() == 1:  # the usual case: one shop, one ERP
            kwargs["initial"] = offered.get().pk
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: IdLink, form: forms.Form, change: bool) -> None:
        obj.kind = self.KIND
        obj.created_by = obj.created_by or actor(request)
        super().save_model(request, obj, form, change)
        self._release(request, obj)

    @admin.display(description="What", ordering="label")
    def label_or_id(self, link: IdLink) -> str:
        return link.label or link.source_ref

    def _release(self, request: HttpRequest, link: IdLink) -> None:
        """A link that was missing lets go what waited for it."""
        for issue in issues.fixed_by(link):
            outcome = issues.requeue_blocked(issue, actor=actor(request))
            if outcome.press is not None:
                text = f"{outcome.press.total} jobs waited for this and are being requeued"
                self.message_user(request, f"{text}: {issue.title}", messages.SUCCESS)
            elif outcome.requeued:
                waited = "job waited" if outcome.requeued == 1 else "jobs waited"
                text = f"{outcome.requeued} {waited} for this and went on: {issue.title}"
                self.message_user(request, text, messages.SUCCESS)


for _mapping in MAPPINGS:
    _kind = _mapping.KIND  # type: ignore[attr-defined]
    admin.register(_mapping)(type(f"{_mapping.__name__}Admin", (LinkAdmin,), {"KIND": _kind}))
