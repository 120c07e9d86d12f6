"""B2B companies and the people who buy for them."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

_COUNTRY = re.compile(r"[A-Z]{2}")


def countries_in(text: str) -> tuple[str, ...]:
    """The country codes in a text such as "de, AT", upper case, each once."""
    return tuple(dict.fromkeys(re.split(r"[\s,;]+", text.strip().upper()))) if text.strip() else ()


def validate_countries(text: str) -> None:
    for code in countries_in(text):
        if not _COUNTRY.fullmatch(code):
            raise ValidationError(
                f"“{code}” is no country code: write two letters each, such as DE, AT."
            )


class Account(models.Model):
    """A company that buys. What its ERP says of it is its `CustomerCopy`.

    Two blocks, and one that follows from both: the ERP never lifts what a person set, and a
    person never lifts what the ERP says. `is_active` false: the ERP no longer has it, or it is
    archived there; then `is_blocked_in_erp` is true as well.
    """

    name = models.CharField(max_length=200)
    tax_id = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True, editable=False)
    is_blocked_by_hand = models.BooleanField(
        "blocked by hand",
        default=False,
        help_text="Stays until somebody takes it off here, whatever the ERP says.",
    )
    is_blocked_in_erp = models.BooleanField("blocked in the ERP", default=False, editable=False)
    is_blocked = models.GeneratedField(
        # Django takes a condition here; its stubs do not know.
        expression=models.Q(is_blocked_by_hand=True)  # type: ignore[arg-type]
        | models.Q(is_blocked_in_erp=True),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name="blocked",
    )
    block_reason = models.CharField(
        max_length=200, blank=True, help_text="For your colleagues. Buyers are not told."
    )
    storefront_group_id = models.CharField(max_length=64, blank=True)
    allowed_countries = models.CharField(
        max_length=400,
        blank=True,
        validators=[validate_countries],
        help_text="Deliveries go to these only, such as: DE, AT. Kept by hand, and in place of "
        "the ERP's. Empty: as the ERP says, where it says anything, otherwise to all.",
    )
    erp_countries = models.CharField(
        "countries by the ERP", max_length=1200, blank=True, editable=False
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Buyer(models.Model):
    """A person who buys for an account; a user may buy for several accounts.

    `storefront_customer_id` is a customer who signs in there and has shown that they read this
    mailbox, or whom a person has entered: it opens the portal by hand-over and lets orders go
    to the account. A customer who merely carries this e-mail is none: `Registration`.
    `storefront_guest_id` is the row the customers flow made for somebody who has not registered.
    `contact_ref` is the ERP's contact, empty for one entered by hand; once the ERP no longer
    names that contact, `is_active` is false and nothing lets them in.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="buyers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="buyers",
    )
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Off: may not sign in and has no prices of the account."
    )
    contact_ref = models.CharField("contact in the ERP", max_length=128, blank=True, editable=False)
    storefront_customer_id = models.CharField(max_length=64, blank=True)
    storefront_guest_id = models.CharField(max_length=64, blank=True, editable=False)
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
        indexes = [
            models.Index(fields=["email"], name="buyer_by_email"),
            models.Index(fields=["storefront_guest_id"], name="buyer_by_guest"),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.account})"
