"""Companies and their buyers; staff and their roles."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from integrations.admin.base import ConsoleAdmin
from integrations.models import Account, Buyer, User


class BuyerInline(TabularInline):
    model = Buyer
    fields = ["email", "language", "storefront_customer_id", "user"]
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Account)
class AccountAdmin(ConsoleAdmin):
    list_display = ["name", "tax_id", "is_blocked", "storefront_group_id"]
    list_filter = ["is_blocked"]
    search_fields = ["name", "=tax_id"]
    inlines = [BuyerInline]


@admin.register(Buyer)
class BuyerAdmin(ConsoleAdmin):
    list_display = ["email", "account", "language", "storefront_customer_id"]
    search_fields = ["^email", "=storefront_customer_id", "account__name"]
    list_select_related = ["account"]
    autocomplete_fields = ["account", "user"]


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
