"""Policy as rows: when a quote needs an approval and whose, and what buyers may spend."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from integrations.admin.base import ConsoleAdmin
from integrations.looks import written
from quotes.models import ApprovalRule, BuyingRight

Kind = ApprovalRule.Kind
_WITH_THRESHOLD = frozenset({Kind.DISCOUNT_ABOVE, Kind.MARGIN_BELOW, Kind.AMOUNT_ABOVE})


class RuleForm(forms.ModelForm):
    """Says beside the field what a kind of rule needs; the database insists on it."""

    class Meta:
        model = ApprovalRule
        fields = ("name", "kind", "threshold", "currency", "terms", "step", "group", "is_active")
        help_texts = {
            "threshold": "Percent for discounts and margins, a net total for amounts.",
            "step": "Steps follow each other; rules of one step and group are one approval.",
            "group": "Whose members decide. They need the right to approve quotes.",
        }

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        kind = entered.get("kind")
        if kind in _WITH_THRESHOLD and entered.get("threshold") is None:
            self.add_error("threshold", "This kind of rule needs a number.")
        if kind == Kind.AMOUNT_ABOVE and not entered.get("currency"):
            self.add_error("currency", "An amount needs its currency.")
        if kind == Kind.TERMS_OTHER_THAN and not entered.get("terms"):
            self.add_error("terms", "Name the payment terms that need no approval.")
        return entered

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ConsoleAdmin):
    form = RuleForm
    list_display = ["name", "kind", "limit", "step", "group", "is_active"]
    list_filter = ["is_active", "kind"]
    list_select_related = ["group"]

    @admin.display(description="Limit")
    def limit(self, rule: ApprovalRule) -> str:
        if rule.kind == Kind.TERMS_OTHER_THAN:
            return rule.terms
        if rule.threshold is None:
            return written.NOTHING
        if rule.kind == Kind.AMOUNT_ABOVE:
            return written.amount(rule.threshold, rule.currency)
        return f"{rule.threshold.normalize():f} %"


class RightForm(forms.ModelForm):
    class Meta:
        model = BuyingRight
        fields = ("buyer", "may_accept", "may_approve", "limit", "currency")

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if self.cleaned_data.get("limit") is not None and not currency:
            raise ValidationError("A limit needs its currency.")
        return currency


@admin.register(BuyingRight)
class BuyingRightAdmin(ConsoleAdmin):
    form = RightForm
    list_display = ["buyer", "may_accept", "may_approve", "highest"]
    search_fields = ["^buyer__email", "buyer__account__name"]
    list_select_related = ["buyer__account"]
    autocomplete_fields = ["buyer"]

    @admin.display(description="Spending limit, gross")
    def highest(self, right: BuyingRight) -> SafeString:
        return written.money(right.limit, right.currency)
