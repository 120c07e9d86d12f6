"""Who registered in the storefront under the address of a company's buyer."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from integrations.admin.base import ConsoleAdmin, actor
from integrations.admin.filters import StorefrontFilter
from integrations.errors import NeedsOperator
from integrations.flows.customers import registrations
from integrations.looks import written
from integrations.models import Buyer, Registration


class DecisionForm(forms.ModelForm):
    """Accept or refuse, whom as, and why."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("accept", "They are this buyer"), ("refuse", "They are nobody of ours")],
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label="How you know",
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For the history, such as: called them back under the number in the ERP.",
    )

    class Meta:
        model = Registration
        fields = ["buyer", "decision", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "buyer" in self.fields:
            found = registrations.candidates(self.instance)
            field: Any = self.fields["buyer"]
            field.queryset = Buyer.objects.filter(pk__in=[one.pk for one in found])
            field.required = False
            if len(found) == 1 and self.instance.buyer is None:
                self.initial["buyer"] = found[0].pk
        self.initial["reason"] = ""  # each decision has its own

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "accept" and cleaned.get("buyer") is None:
            raise ValidationError("Choose the buyer who they are.")
        return cleaned


@admin.register(Registration)
class RegistrationAdmin(ConsoleAdmin):
    form = DecisionForm
    list_display = ["email", "name", "state", "proof", "registered", "decided_by"]
    list_filter = ["state", StorefrontFilter]
    search_fields = ["^email", "=customer_id"]
    fieldsets = [
        (
            "Who registered in the storefront",
            {
                "fields": [("email", "name"), ("customer_id", "storefront"), "registered", "proof"],
                "description": "The storefront does not check who reads this mailbox. Who is "
                "accepted sees the company's prices, orders on its account and gets into the "
                "portal from the storefront: accept only whom you know by another way.",
            },
        ),
        ("Decision", {"fields": ["state", "decision", "buyer", "reason"]}),
    ]
    readonly_fields = [
        "email",
        "name",
        "customer_id",
        "storefront",
        "registered",
        "proof",
        "state",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("integrations.decide_registrations")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": [*self.readonly_fields, "buyer", "decided_by", "reason"]})]

    def save_model(
        self, request: HttpRequest, obj: Registration, form: forms.Form, change: bool
    ) -> None:
        """The decision is a service's; nothing of the form is written by itself."""
        said, now = form.cleaned_data, timezone.now()
        row = Registration.objects.get(pk=obj.pk)
        by, why = actor(request), said["reason"]
        try:
            if said["decision"] == "accept":
                registrations.accept(row, buyer=said["buyer"], actor=by, reason=why, now=now)
            else:
                registrations.refuse(row, actor=by, reason=why, now=now)
        except NeedsOperator as refusal:
            self.message_user(request, f"{refusal.message} {refusal.hint}", "error")

    @admin.display(description="Registered", ordering="registered_at")
    def registered(self, row: Registration) -> Any:
        return written.instant(row.registered_at, now=timezone.now())

    @admin.display(description="Reads the mailbox")
    def proof(self, row: Registration) -> Any:
        if row.proven_at is None:
            return "not shown"
        return written.instant(row.proven_at, now=timezone.now())
