"""Quotes: their versions, and the lines of a version with where each price comes from."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from quotes.models.moving import Moving
from quotes.models.rfq import MONEY, UNIT_PRICE, Line, Rfq
from quotes.models.seen import QuoteQuerySet, VersionQuerySet
from quotes.states import BOUND, VERSION_MOVES, WITH_BUYER, WORKING, Moves, VersionState

_PERCENT: dict[str, Any] = {"max_digits": 7, "decimal_places": 4}


class Quote(models.Model):
    """What one account is offered, over all its versions. The newest one's state is its state."""

    account = models.ForeignKey(
        "integrations.Account", on_delete=models.PROTECT, related_name="quotes"
    )
    rfq = models.ForeignKey(
        Rfq, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes"
    )
    buyer = models.ForeignKey(
        "integrations.Buyer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="quotes",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_quotes",
    )
    title = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="quote_by_account")]
        permissions = [
            ("see_all_quotes", "Can see the requests and quotes of all sales people"),
            ("edit_quotes", "Can edit quotes and submit them for approval"),
            ("approve_quotes", "Can decide approvals of the groups they are in"),
            ("offer_quotes", "Can send offers, extend and withdraw them"),
            ("hand_over_quotes", "Can hand over requests and quotes of others"),
            ("settle_quote_orders", "Can retry or give up orders of quotes that failed"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"Q-{self.pk or 0:06d}"


class Version(Moving):
    """One revision: edited while it is a draft, immutable from the moment it is offered.

    `document` is what was offered, as the buyer sees it, and `sha256` the hash of that; both
    stay as they are from the offer on. Amounts are in the quote's currency.
    """

    State: ClassVar[type[VersionState]] = VersionState
    MOVES: ClassVar[Moves] = VERSION_MOVES
    SUBJECT: ClassVar[str] = "version"

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="versions")
    revision = models.PositiveIntegerField()
    state = models.CharField(
        max_length=20, choices=VersionState.choices, default=VersionState.DRAFT
    )
    # -- what sales edits
    valid_until = models.DateTimeField(null=True, blank=True)
    terms_ref = models.CharField("payment terms in the ERP", max_length=64, blank=True)
    terms_name = models.CharField("payment terms", max_length=120, blank=True)
    discount_percent = models.DecimalField("discount on all lines", default=Decimal(0), **_PERCENT)
    freight_net = models.DecimalField("freight, net", default=Decimal(0), **MONEY)
    freight_name = models.CharField(max_length=120, blank=True)
    freight_tax_percent = models.DecimalField(default=Decimal(0), **_PERCENT)
    # Where it goes, in the storefront's words: Address fields, ids of its region and of a way
    # of shipping. The order of the quote needs them.
    ship_to = models.JSONField(default=dict, blank=True)
    bill_to = models.JSONField(default=dict, blank=True)
    region_ref = models.CharField("region in the storefront", max_length=64, blank=True)
    shipping_ref = models.CharField("shipping in the storefront", max_length=64, blank=True)
    needs_po_number = models.BooleanField("PO number required", default=False)
    note = models.TextField("note to the buyer", blank=True)
    internal_note = models.TextField(blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Goes up with each edit; an approval names the one it was given for.
    edits = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # -- what follows from the lines at each edit, and is fixed with the submission and the offer
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    net_total = models.DecimalField(null=True, blank=True, **MONEY)
    tax_total = models.DecimalField(null=True, blank=True, **MONEY)
    gross_total = models.DecimalField(null=True, blank=True, **MONEY)
    document = models.JSONField(null=True, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    offered_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    first_viewed_at = models.DateTimeField(null=True, blank=True)
    # For whose customer the ERP was asked for prices: the order belongs to that one.
    erp = models.ForeignKey(
        "integrations.Connection",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    erp_customer_ref = models.CharField(
        "customer in the ERP", max_length=64, blank=True, editable=False
    )
    # Why an acceptance waits for sales, and who of them let it pass.
    held_note = models.TextField("acceptance is held", blank=True, editable=False)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    asked_by = models.ForeignKey(
        "integrations.Buyer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who asked their company to accept it.",
    )
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="supersedes"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["quote", "revision"]
        verbose_name = "quote revision"
        verbose_name_plural = "quotes"
        constraints = [
            models.UniqueConstraint(fields=["quote", "revision"], name="version_once_per_revision"),
            models.UniqueConstraint(
                fields=["quote"],
                condition=models.Q(state__in=sorted(WITH_BUYER)),
                name="version_one_with_buyer",
            ),
            models.UniqueConstraint(
                fields=["quote"],
                condition=models.Q(state__in=sorted(WORKING)),
                name="version_one_in_work",
            ),
            models.UniqueConstraint(
                fields=["quote"],
                condition=models.Q(state__in=sorted(BOUND)),
                name="version_one_accepted",
            ),
            models.CheckConstraint(
                name="version_state_known", condition=models.Q(state__in=VersionState.values)
            ),
            models.CheckConstraint(
                name="version_offered_is_frozen",
                condition=models.Q(
                    state__in=sorted({*WORKING, VersionState.WITHDRAWN, VersionState.EXPIRED})
                )
                | (~models.Q(sha256="") & models.Q(document__isnull=False)),
            ),
            models.CheckConstraint(
                name="version_discount_is_a_share",
                condition=models.Q(discount_percent__gte=0, discount_percent__lt=100),
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"],
                condition=models.Q(state__in=sorted(WITH_BUYER)),
                name="version_expiring",
            ),
            models.Index(fields=["state", "-id"], name="version_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.quote.number} rev {self.revision}"


class VersionLine(Line):
    """One line of a version. Prices are net for one unit; None means not priced yet.

    An optional line, and one that is an alternative to another, stands outside the totals.
    `basis` says where the price came from: see `quotes.services.pricing`.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="lines")
    rfq_line = models.ForeignKey(
        "quotes.RfqLine", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    description = models.TextField(blank=True)
    variant_ref = models.CharField("variant in the storefront", max_length=64, blank=True)
    list_price = models.DecimalField(null=True, blank=True, **UNIT_PRICE)
    unit_price = models.DecimalField("net unit price", null=True, blank=True, **UNIT_PRICE)
    discount_percent = models.DecimalField(default=Decimal(0), **_PERCENT)
    tax_percent = models.DecimalField(null=True, blank=True, **_PERCENT)
    unit_cost = models.DecimalField(null=True, blank=True, **UNIT_PRICE)
    cost_as_of = models.DateTimeField(null=True, blank=True)
    # What larger quantities would cost; quotes.tiers reads and writes it.
    tiers = models.JSONField("price tiers", default=list, blank=True)
    is_price_manual = models.BooleanField("price set by hand", default=False)
    is_optional = models.BooleanField(default=False)
    alternative_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="alternatives"
    )
    basis = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["version", "n"], name="versionline_once_per_place"),
            models.CheckConstraint(
                name="versionline_quantity_positive", condition=models.Q(quantity__gt=Decimal(0))
            ),
            models.CheckConstraint(
                name="versionline_price_not_negative",
                condition=models.Q(unit_price=None) | models.Q(unit_price__gte=Decimal(0)),
            ),
            models.CheckConstraint(
                name="versionline_discount_is_a_share",
                condition=models.Q(discount_percent__gte=0, discount_percent__lte=100),
            ),
        ]

    @property
    def is_counted(self) -> bool:
        """Whether it is part of the totals."""
        return not self.is_optional and self.alternative_to_id is None
