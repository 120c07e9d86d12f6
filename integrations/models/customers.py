"""What the ERP says of a company, what a company may buy, and who registered under its name."""

from django.db import models
from django.utils import timezone


class Origin(models.TextChoices):
    """Who said so. What a person entered is never overwritten."""

    ERP = "erp", "the ERP"
    HAND = "by_hand", "by hand"


class CustomerCopy(models.Model):
    """The catalogue copy of one customer of the ERP; see `records.ErpCustomer`.

    `as_of` is when the ERP said so. `account` is the company here that it is, one to one;
    empty until the flow or a person says which. `written` is what was last carried out of it,
    `tax_key` its tax id as it is compared. `seen_in` is the run
    that read it last; `is_present` false: a complete one no longer found it.
    """

    source = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="customer_copies"
    )
    ref = models.CharField(max_length=128)
    number = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=400)
    tax_id = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    price_list_ref = models.CharField(max_length=128, blank=True)
    group_ref = models.CharField(max_length=128, blank=True)
    group_name = models.CharField(max_length=200, blank=True)
    payment_term_ref = models.CharField(max_length=128, blank=True)
    payment_term_name = models.CharField(max_length=200, blank=True)
    credit_limit = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    is_credit_known = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    block_reason = models.CharField(max_length=200, blank=True)
    is_tax_exempt = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_present = models.BooleanField(default=True)
    seen_in = models.BigIntegerField(default=0, editable=False)
    as_of = models.DateTimeField()
    account = models.ForeignKey(
        "integrations.Account",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="copies",
        verbose_name="company",
    )
    tax_key = models.CharField(max_length=40, blank=True, editable=False)
    written = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = "customer in the ERP"
        verbose_name_plural = "customers in the ERP"
        constraints = [
            models.UniqueConstraint(fields=["source", "ref"], name="customer_copy_once"),
            models.UniqueConstraint(
                fields=["source", "account"],
                name="customer_copy_one_to_one",
                violation_error_message="This company is another customer of that ERP already.",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "seen_in"], name="customer_copy_by_run"),
            models.Index(fields=["source", "tax_key"], name="customer_copy_by_tax"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number or self.ref})"


class Goods(models.Model):
    """Names goods: SKUs and categories, one a line. Base of what allows or needs them."""

    skus = models.TextField("SKUs", blank=True, help_text="One a line.")
    categories = models.TextField(
        blank=True, help_text="One a line, as the ERP names them. Those below it count as well."
    )

    class Meta:
        abstract = True


class Licence(models.Model):
    """A licence that a company holds, until the end of its last day."""

    account = models.ForeignKey(
        "integrations.Account", on_delete=models.CASCADE, related_name="licences"
    )
    name = models.CharField(
        max_length=120, help_text="Which one, as in “Goods that need a licence”."
    )
    number = models.CharField(max_length=80, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="Empty: without end.")
    origin = models.CharField(
        max_length=8, choices=Origin.choices, default=Origin.HAND, editable=False
    )

    class Meta:
        ordering = ["name", "-valid_until"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name", "number"], name="licence_once"),
            models.CheckConstraint(
                name="licence_origin_known", condition=models.Q(origin__in=["erp", "by_hand"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()


class LicensedGoods(Goods):
    """Goods that are sold only to holders of a licence of this name."""

    licence = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["licence"]
        verbose_name = "goods that need a licence"
        verbose_name_plural = "goods that need a licence"

    def __str__(self) -> str:
        return self.licence


class Assortment(Goods):
    """What a company has agreed to buy: with one or more of these, it may buy nothing else."""

    account = models.ForeignKey(
        "integrations.Account", on_delete=models.CASCADE, related_name="assortments"
    )
    name = models.CharField(max_length=120)
    origin = models.CharField(
        max_length=8, choices=Origin.choices, default=Origin.HAND, editable=False
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="assortment_once"),
            models.CheckConstraint(
                name="assortment_origin_known", condition=models.Q(origin__in=["erp", "by_hand"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Registration(models.Model):
    """A customer who registered in the storefront under the e-mail address of a buyer.

    The storefront does not check who reads that mailbox, so the address proves nothing: until
    it is accepted, the customer has neither the company's prices nor its orders nor the
    portal. `proven_at` is when a code that was mailed to the address came back from the browser
    of that very customer. `buyer` is who they are, once that is decided.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for proof"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"

    storefront = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="registrations"
    )
    customer_id = models.CharField(max_length=64)
    email = models.EmailField()
    name = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    registered_at = models.DateTimeField()
    seen_at = models.DateTimeField(default=timezone.now)
    proven_at = models.DateTimeField(null=True, blank=True)
    buyer = models.ForeignKey(
        "integrations.Buyer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="registrations",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("decide_registrations", "Can accept and refuse registrations")]
        constraints = [
            models.UniqueConstraint(
                fields=["storefront", "customer_id"], name="registration_once_per_customer"
            ),
            models.CheckConstraint(
                name="registration_state_known",
                condition=models.Q(state__in=["waiting", "accepted", "refused"]),
            ),
            models.CheckConstraint(
                name="registration_decided_with_time",
                condition=models.Q(state="waiting") | models.Q(decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="registration_by_state")]

    def __str__(self) -> str:
        return f"{self.email} ({self.customer_id})"
