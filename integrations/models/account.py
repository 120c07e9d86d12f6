"""B2B companies and the people who buy for them."""

from django.conf import settings
from django.db import models


class Account(models.Model):
    """A company that buys. Its ERP customer is a Link of kind `account`."""

    name = models.CharField(max_length=200)
    tax_id = models.CharField(max_length=40, blank=True)
    is_blocked = models.BooleanField(default=False)
    storefront_group_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Buyer(models.Model):
    """A person who buys for an account; a user may buy for several accounts."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="buyers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="buyers",
    )
    email = models.EmailField()
    storefront_customer_id = models.CharField(max_length=64, blank=True)
    language = models.CharField(
        max_length=8,
        blank=True,
        help_text="Mails to them are in it: the one they used last on the portal.",
    )

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(fields=["account", "email"], name="buyer_once_per_account"),
            models.UniqueConstraint(
                fields=["storefront_customer_id"],
                condition=~models.Q(storefront_customer_id=""),
                name="buyer_once_per_storefront_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.account})"
