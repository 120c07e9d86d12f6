"""Companies and their buyers; staff and their roles."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from integrations.admin.base import ConsoleAdmin, LabelledFormSet, actor
from integrations.admin.customers import AssortmentInline, CopyInline, LicenceInline
from integrations.flows.blocks import lift_holds
from integrations.flows.customers.registrations import settle_buyers
from integrations.looks import written
from integrations.models import Account, Buyer, User


class BuyerInline(TabularInline):
    model = Buyer
    formset = LabelledFormSet
    fields = ["email", "name", "is_active", "language", "storefront_customer_id", "user"]
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Account)
class AccountAdmin(ConsoleAdmin):
    list_display = ["name", "tax_id", "standing", "storefront_group_id"]
    list_filter = ["is_blocked", "is_active"]
    search_fields = ["name", "=tax_id"]
    readonly_fields = ["standing", "by_erp"]
    fieldsets = [
        (None, {"fields": [("name", "tax_id"), "standing"]}),
        ("Blocked by us", {"fields": ["is_blocked_by_hand", "block_reason"]}),
        ("Where and what", {"fields": ["allowed_countries", "by_erp", "storefront_group_id"]}),
    ]
    inlines = [CopyInline, LicenceInline, AssortmentInline, BuyerInline]

    @admin.display(description="May buy", ordering="is_blocked")
    def standing(self, account: Account) -> str:
        if account.pk is None:
            return "yes"
        told = [
            (not account.is_active, "no longer in the ERP"),
            (account.is_blocked_in_erp and account.is_active, "blocked in the ERP"),
            (account.is_blocked_by_hand, "blocked by hand"),
        ]
        why = ", ".join(word for holds, word in told if holds)
        return f"no: {why}" if why else "yes"

    @admin.display(description="Countries by the ERP")
    def by_erp(self, account: Account) -> str:
        return account.erp_countries or written.NOTHING

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        lift_holds(obj, actor=actor(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Buyer:
            changed = [one for one in formset.forms if one.has_changed()]
            settle_buyers(
                [one.instance for one in changed],
                actor=actor(request),
                also=[one.initial.get("storefront_customer_id") for one in changed],
            )


@admin.register(Buyer)
class BuyerAdmin(ConsoleAdmin):
    list_display = ["email", "name", "account", "is_active", "language", "storefront_customer_id"]
    list_filter = ["is_active"]
    search_fields = ["^email", "=storefront_customer_id", "account__name"]
    list_select_related = ["account"]
    autocomplete_fields = ["account", "user"]

    def save_model(self, request: HttpRequest, obj: Buyer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        before = form.initial.get("storefront_customer_id")
        settle_buyers([obj], actor=actor(request), also=[before])


class NewUserForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User


class UserForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ConsoleAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "first_name", "last_name", "is_staff", "roles"]
    list_filter = ["is_staff", "is_active", "groups"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ConsoleAdmin):
    pass
