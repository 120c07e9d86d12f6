"""First contact: records that both sides may have already, and what a person says of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from integrations.admin import pressing
from integrations.admin.base import GrowingAdmin, actor
from integrations.admin.filters import FlowFilter
from integrations.admin.pressing import Button, ReasonForm
from integrations.flows.matching import by_hand, presses
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import IdLink, MatchProposal

State = MatchProposal.State
SURE = (("90", "90 % and more"), ("75", "75 % and more"), ("0", "less than 75 %"))
SAID = {
    "sku": "SKU",
    "barcode": "Barcode",
    "name": "Name",
    "tax_id": "Tax id",
    "email": "E-mail address",
}
# What a press costs, by the kind of record.
ACCEPTED = {
    IdLink.Kind.PRODUCT: "The product is linked to its candidate, and the flow writes what the "
    "source says into it: variants that only the storefront has are removed.",
    IdLink.Kind.ACCOUNT: "The customer of the ERP is that company here: the company gets the "
    "ERP's name, terms and groups, and its contacts as buyers.",
}
REJECTED = {
    IdLink.Kind.PRODUCT: "The flow takes it for a product of its own and creates it, unless its "
    "SKU is taken. These candidates are not offered for it again.",
    IdLink.Kind.ACCOUNT: "The flow takes it for a company of its own and creates it. These "
    "candidates are not offered for it again.",
}
SOON = "A live flow does so at once, another one with its next complete run."


class ConfidenceFilter(admin.SimpleListFilter):
    """By how sure the best candidate is."""

    title, parameter_name = "confidence", "confidence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return SURE

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "0":
            return queryset.filter(confidence__lt=75)
        least = self.value()
        return queryset.filter(confidence__gte=int(least)) if least in {"75", "90"} else queryset


class KindFilter(admin.SimpleListFilter):
    """By what kind of record it is."""

    title, parameter_name = "kind", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(IdLink.Kind.PRODUCT, "Products"), (IdLink.Kind.ACCOUNT, "Customers")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ChoiceForm(ReasonForm):
    """Which of several candidates it is."""

    candidate = forms.ChoiceField(widget=UnfoldAdminRadioSelectWidget)
    field_order = ("candidate", "reason")

    def __init__(self, *args: Any, candidates: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidate"].choices = [  # type: ignore[attr-defined]
            (one["ref"], f"{one['label']} · {one['ref']} · {one['confidence']} %")
            for one in candidates
        ]


class ByHandForm(ReasonForm):
    target_ref = forms.CharField(
        label="Which one",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="The product's id in the storefront, such as prod_…, or the company's number or "
        "name in the portal. It is looked up before it is linked.",
    )
    field_order = ("target_ref", "reason")


@admin.register(MatchProposal)
class MatchProposalAdmin(GrowingAdmin):
    list_display = ["record", "state_badge", "best", "why_text", "found", "ended_by"]
    list_filter = ["state", KindFilter, ConfidenceFilter, FlowFilter]
    search_fields = ["label", "=source_ref", "=chosen_ref"]
    search_help_text = "Name, SKU or id"
    list_select_related = ["flow__source", "flow__target"]
    page_template = "console/match.html"
    actions = ["accept", "reject", "link_by_hand", "undo"]

    def has_link_permission(self, request: HttpRequest) -> bool:
        wanted = ("integrations.add_productmapping", "integrations.change_customercopy")
        return request.user.has_perms(wanted)

    def page_context(self, request: HttpRequest, row: MatchProposal) -> dict[str, Any]:
        may_press = self.has_link_permission(request)
        told = [(SAID.get(by, by.capitalize()), value) for by, value, _ in row.told]
        return {"title": str(row), "told": told, "buttons": _buttons(row) if may_press else []}

    @admin.display(description="Record")
    def record(self, row: MatchProposal) -> str:
        return str(row)

    @admin.display(description="State")
    def state_badge(self, row: MatchProposal) -> SafeString:
        return badge("match", row.state)

    @admin.display(description="May be")
    def best(self, row: MatchProposal) -> SafeString | str:
        if not row.candidates:
            return written.NOTHING
        one, more = row.candidates[0], len(row.candidates) - 1
        rest = f" and {more} more" if more else ""
        return format_html(
            '<span class="two-lines">{} · {} %{}<span class="quiet">{}</span></span>',
            one["label"],
            one["confidence"],
            rest,
            "; ".join(one["reasons"]),
        )

    @admin.display(description="Why")
    def why_text(self, row: MatchProposal) -> str:
        return row.why if row.state == State.OPEN else row.reason

    @admin.display(description="Found")
    def found(self, row: MatchProposal) -> Any:
        return written.instant(row.found_at, now=timezone.now())

    @admin.action(description="Accept…", permissions=["link"])
    def accept(self, request: HttpRequest, rows: QuerySet[MatchProposal]) -> HttpResponse | None:
        several = _the_only(rows)
        form = None
        if several is not None and len(several.candidates) > 1:
            form = partial(ChoiceForm, candidates=several.candidates)
        return self._pressed(
            request,
            rows,
            "accept",
            press=presses.accept,
            form=form,
            question="Accept the match",
            consequence=_words(rows, ACCEPTED),
            button="Link them",
            done="linked",
        )

    @admin.action(description="None of them…", permissions=["link"])
    def reject(self, request: HttpRequest, rows: QuerySet[MatchProposal]) -> HttpResponse | None:
        return self._pressed(
            request,
            rows,
            "reject",
            press=presses.reject,
            question="None of the candidates",
            consequence=_words(rows, REJECTED),
            button="None of them",
            done="taken for records of their own",
        )

    @admin.action(description="Link by hand…", permissions=["link"])
    def link_by_hand(
        self, request: HttpRequest, rows: QuerySet[MatchProposal]
    ) -> HttpResponse | None:
        if _the_only(rows) is None:
            self.message_user(request, "One at a time is linked by hand.", messages.ERROR)
            return pressing.back(request)
        return self._pressed(
            request,
            rows,
            "link_by_hand",
            press=by_hand.link,
            form=ByHandForm,
            question="Link by hand",
            consequence="The record is linked to the one that you name, whatever the rules say.",
            button="Link them",
            done="linked",
        )

    @admin.action(description="Undo…", permissions=["link"])
    def undo(self, request: HttpRequest, rows: QuerySet[MatchProposal]) -> HttpResponse | None:
        return self._pressed(
            request,
            rows,
            "undo",
            press=presses.undo,
            question="Undo",
            consequence=(
                "The links are put back as they were before, and the question is open again. What "
                "a run has written into the storefront meanwhile stays there."
            ),
            button="Undo",
            done="undone",
        )

    def _pressed(
        self,
        request: HttpRequest,
        rows: QuerySet[MatchProposal],
        action: str,
        *,
        press: Callable[..., None],
        done: str,
        form: Callable[..., forms.Form] | None = None,
        **words: Any,
    ) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action=action,
            by_job=False,
            tone="primary",
            form_class=form or ReasonForm,
            **words,
        )
        if isinstance(asked, HttpResponse):
            return asked
        said = asked.cleaned_data
        named = said.get("candidate") or said.get("target_ref")
        chosen = {"ref": named} if named else {}
        each = partial(press, actor=actor(request), reason=said["reason"], **chosen)
        return pressing.press_each(self, request, rows, each, done=done)


def _words(rows: QuerySet[MatchProposal], words: dict[Any, str]) -> str:
    """What will happen to records of these kinds."""
    kinds = sorted(set(rows.order_by().values_list("kind", flat=True)))
    return " ".join([*(words[kind] for kind in kinds if kind in words), SOON])


def _the_only(rows: QuerySet[MatchProposal]) -> MatchProposal | None:
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def _buttons(row: MatchProposal) -> list[Button]:
    by_hand_button = Button(action="link_by_hand", label="Link by hand…")
    if row.state == State.OPEN:
        return [
            Button(action="accept", label="Accept…", tone="primary"),
            Button(action="reject", label="None of them…"),
            by_hand_button,
        ]
    if row.state == State.REJECTED:
        return [by_hand_button, Button(action="undo", label="Undo…")]
    return [Button(action="undo", label="Undo…")] if row.state in presses.LINKED else []
