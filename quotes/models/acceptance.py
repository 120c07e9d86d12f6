"""What a buyer may spend, and the acceptances of a quote, of which one at most is live."""

from django.db import models
from django.utils import timezone

from quotes.models.rfq import MONEY


class BuyingRight(models.Model):
    """What a buyer may do for the account beyond asking. Without a row: accept, without limit.

    The limit is gross, per quote. Whoever approves for the company may accept above others'
    limits, within their own.
    """

    buyer = models.OneToOneField(
        "integrations.Buyer", on_delete=models.CASCADE, related_name="right"
    )
    may_accept = models.BooleanField(default=True)
    may_approve = models.BooleanField("approves for the company", default=False)
    limit = models.DecimalField("spending limit, gross", null=True, blank=True, **MONEY)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="buyingright_limit_has_currency",
                condition=models.Q(limit=None) | ~models.Q(currency=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.buyer}: {self.limit or 'no limit'}"


class Acceptance(models.Model):
    """That a revision was accepted: at most one live row per quote, never changed but for its
    orders.

    `sha256` is the hash of the document that was accepted and `statement` what was signed, by
    `buyer`. The order is placed for `orderer`, whose login in the storefront belongs to the ERP's
    customer that was quoted. One whose order was given up stays as history.
    """

    quote = models.ForeignKey("quotes.Quote", on_delete=models.PROTECT, related_name="acceptances")
    version = models.OneToOneField(
        "quotes.Version", on_delete=models.PROTECT, related_name="acceptance"
    )
    buyer = models.ForeignKey(
        "integrations.Buyer", on_delete=models.PROTECT, related_name="acceptances"
    )
    asked_by = models.ForeignKey(
        "integrations.Buyer",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who asked the company's approver to accept.",
    )
    orderer = models.ForeignKey(
        "integrations.Buyer",
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose customer in the storefront the order is for.",
    )
    at = models.DateTimeField(default=timezone.now)
    po_number = models.CharField("PO number", max_length=80, blank=True)
    signature = models.CharField("typed signature", max_length=200)
    statement = models.TextField()
    sha256 = models.CharField(max_length=64)
    request_key = models.CharField(max_length=160, blank=True, editable=False)
    order_ref = models.CharField("order in the storefront", max_length=64, blank=True)
    order_number = models.CharField(max_length=40, blank=True)
    erp_number = models.CharField("number in the ERP", max_length=64, blank=True)
    account_note = models.TextField(
        "what was told of the account", blank=True, help_text="For sales; what needs a look."
    )
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["quote"],
                condition=models.Q(given_up_at=None),
                name="acceptance_one_live",
            ),
            models.CheckConstraint(
                name="acceptance_is_signed",
                condition=~models.Q(signature="") & ~models.Q(sha256=""),
            ),
        ]
        indexes = [models.Index(fields=["order_ref"], name="acceptance_by_order")]

    def __str__(self) -> str:
        return f"{self.version}, accepted by {self.buyer.email}"

    @property
    def is_live(self) -> bool:
        return self.given_up_at is None
