"""What a buyer asks for: the request, its lines and the thread about it."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from quotes.models.moving import Moving
from quotes.models.seen import RfqQuerySet
from quotes.states import RFQ_MOVES, RFQ_TERMINAL, Moves, RfqState

QUANTITY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}
UNIT_PRICE: dict[str, Any] = {"max_digits": 18, "decimal_places": 6}
MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}


class Rfq(Moving):
    """A request for a quote. One without an account waits until sales has found the company."""

    class Source(models.TextChoices):
        PORTAL = "portal", "Portal form"
        CART = "cart", "Cart"
        PRODUCT = "product", "Product page"
        API = "api", "API"
        SALES = "sales", "Entered by sales"

    State: ClassVar[type[RfqState]] = RfqState
    MOVES: ClassVar[Moves] = RFQ_MOVES
    SUBJECT: ClassVar[str] = "rfq"

    account = models.ForeignKey(
        "integrations.Account",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rfqs",
    )
    buyer = models.ForeignKey(
        "integrations.Buyer", null=True, blank=True, on_delete=models.SET_NULL, related_name="rfqs"
    )
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField()
    company_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="Of whoever asked.")
    state = models.CharField(max_length=20, choices=RfqState.choices, default=RfqState.DRAFT)
    source = models.CharField(max_length=10, choices=Source.choices)
    source_ref = models.CharField(max_length=64, blank=True, help_text="The cart, for example.")
    currency = models.CharField(max_length=3)
    reference = models.CharField("buyer's reference", max_length=80, blank=True)
    note = models.TextField(blank=True)
    needed_by = models.DateField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned_rfqs",
    )
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(null=True, blank=True)
    # When the rep, and later the managers, were told that the answer is overdue: once each.
    overdue_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    overdue_raised_at = models.DateTimeField(null=True, blank=True, editable=False)
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When sales asked the last question."
    )
    # What makes a repeated request the same one: who sent it, with which key, saying what.
    request_key = models.CharField(max_length=160, blank=True, editable=False)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = RfqQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("work_rfqs", "Can take on, ask about, assign, decline and quote requests"),
        ]
        verbose_name = "request for quote"
        verbose_name_plural = "requests for quote"
        constraints = [
            models.CheckConstraint(
                name="rfq_state_known", condition=models.Q(state__in=RfqState.values)
            ),
            models.CheckConstraint(
                name="rfq_source_known",
                condition=models.Q(source__in=["portal", "cart", "product", "api", "sales"]),
            ),
            models.UniqueConstraint(
                fields=["request_key"],
                condition=~models.Q(request_key=""),
                name="rfq_once_per_request",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="rfq_by_account"),
            models.Index(
                fields=["answer_due_at"],
                condition=~models.Q(state__in=sorted(RFQ_TERMINAL)),
                name="rfq_answer_due",
            ),
            models.Index(
                fields=["asked_at", "id"],
                condition=models.Q(state=RfqState.INFO_REQUESTED),
                name="rfq_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"RFQ-{self.pk or 0:06d}"


class Line(models.Model):
    """What a line of a request and one of a quote have in common.

    Without a `sku` it is a free-text line: `title` says what is wanted. `configuration` are
    the choices made in a configurator, a list of [name, value] in the order they were made.
    """

    n = models.PositiveIntegerField()
    sku = models.CharField("SKU", max_length=80, blank=True)
    title = models.CharField(max_length=300)
    quantity = models.DecimalField(**QUANTITY)
    unit = models.CharField(max_length=20, default="pcs")
    note = models.TextField(blank=True)
    configuration = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.n}: {self.sku or self.title}"


class RfqLine(Line):
    """One thing asked for. The target price is net, for one unit, in the request's currency."""

    rfq = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="lines")
    target_price = models.DecimalField(null=True, blank=True, **UNIT_PRICE)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["rfq", "n"], name="rfqline_once_per_place"),
            models.CheckConstraint(
                name="rfqline_quantity_positive", condition=models.Q(quantity__gt=Decimal(0))
            ),
            models.CheckConstraint(
                name="rfqline_target_not_negative",
                condition=models.Q(target_price=None) | models.Q(target_price__gte=Decimal(0)),
            ),
        ]


class Message(models.Model):
    """One word of the thread about a request or one of its lines. An internal one is for staff."""

    rfq = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="messages")
    line = models.ForeignKey(
        RfqLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    author = models.CharField(max_length=120)
    is_from_buyer = models.BooleanField()
    is_internal = models.BooleanField(default=False)
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now, editable=False)
    # The job whose mail tells the other side of it; None for what no mail has to tell, or not yet.
    told_in = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="message_internal_is_ours",
                condition=models.Q(is_internal=False) | models.Q(is_from_buyer=False),
            ),
            models.CheckConstraint(name="message_not_empty", condition=~models.Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
