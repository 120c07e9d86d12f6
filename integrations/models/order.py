"""Our view of a storefront order: its ids in every system, totals, state, progress."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone

from integrations.models.history import StateChange, TransitionNotAllowed

# The storefront does not round; ten places keep what it computed.
_RAW: dict[str, Any] = {"max_digits": 24, "decimal_places": 10}
_MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}


class OrderState(models.TextChoices):
    RECEIVED = "received", "Received"
    HELD = "held", "Held"
    PUSHING = "pushing", "Being sent"
    CONFIRMED = "confirmed", "Confirmed"
    IN_PRODUCTION = "in_production", "In production"
    BACKORDERED = "backordered", "Backordered"
    PARTLY_SHIPPED = "partly_shipped", "Partly shipped"
    SHIPPED = "shipped", "Shipped"
    INVOICED = "invoiced", "Invoiced"
    PAID = "paid", "Paid"
    CANCELLED = "cancelled", "Cancelled"


_S = OrderState
IN_ERP = frozenset(
    {
        _S.CONFIRMED,
        _S.IN_PRODUCTION,
        _S.BACKORDERED,
        _S.PARTLY_SHIPPED,
        _S.SHIPPED,
        _S.INVOICED,
        _S.PAID,
    }
)
NOT_IN_ERP = frozenset({_S.RECEIVED, _S.HELD, _S.PUSHING})
TERMINAL = frozenset({_S.CANCELLED})

# The ERP's word is the newest truth, so any state in the ERP may follow any other there.
ALLOWED: dict[str, frozenset[str]] = {
    _S.RECEIVED: frozenset({_S.HELD, _S.PUSHING, _S.CANCELLED}),
    _S.HELD: frozenset({_S.RECEIVED, _S.PUSHING, _S.CANCELLED}) | IN_ERP,
    _S.PUSHING: frozenset({_S.HELD, _S.RECEIVED, _S.CANCELLED}) | IN_ERP,
    **{state: (IN_ERP - {state}) | {_S.CANCELLED, _S.HELD} for state in IN_ERP},
    _S.CANCELLED: frozenset(),
}


class Order(models.Model):
    """One order. `state` moves only through `move`; progress per line is on the lines."""

    State: ClassVar[type[OrderState]] = OrderState

    storefront = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, related_name="orders"
    )
    storefront_ref = models.CharField(max_length=64)
    display_id = models.CharField(max_length=40, blank=True)
    erp = models.ForeignKey(
        "integrations.Connection",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="erp_orders",
    )
    erp_ref = models.CharField(max_length=64, blank=True)
    erp_number = models.CharField(max_length=64, blank=True)
    account = models.ForeignKey(
        "integrations.Account",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
    )
    state = models.CharField(max_length=16, choices=OrderState.choices, default=_S.RECEIVED)
    held_reason = models.CharField(max_length=60, blank=True)
    held_message = models.TextField(blank=True)
    held_hint = models.TextField(blank=True)
    origin = models.CharField(max_length=20, blank=True, help_text="event, sweep, operator, quote")
    email = models.CharField(max_length=254, blank=True)
    company = models.CharField(max_length=200, blank=True)
    customer_id = models.CharField(max_length=64, blank=True)
    po_number = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    gross_total = models.DecimalField(**_RAW, null=True, blank=True)
    tax_total = models.DecimalField(**_RAW, null=True, blank=True)
    predicted_total = models.DecimalField(**_MONEY, null=True, blank=True)
    erp_total = models.DecimalField(**_MONEY, null=True, blank=True)
    plan = models.JSONField(default=dict, blank=True)
    difference = models.JSONField(default=list, blank=True)
    overrides = models.JSONField(default=dict, blank=True)  # what people decided for this order
    pushed_digest = models.CharField(max_length=64, blank=True)
    seen_digest = models.CharField(max_length=64, blank=True)
    storefront_version = models.PositiveIntegerField(default=0)
    placed_at = models.DateTimeField(null=True, blank=True)
    storefront_updated_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("push_orders", "Can send, cancel and hold orders")]
        constraints = [
            models.UniqueConstraint(fields=["storefront", "storefront_ref"], name="order_once"),
            models.UniqueConstraint(
                fields=["erp", "erp_ref"], condition=~models.Q(erp_ref=""), name="order_once_in_erp"
            ),
            models.CheckConstraint(
                name="order_state_known", condition=models.Q(state__in=OrderState.values)
            ),
            models.CheckConstraint(
                name="order_held_has_reason",
                condition=~models.Q(state="held") | ~models.Q(held_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["placed_at"],
                name="order_not_in_erp",
                condition=models.Q(state__in=["received", "held", "pushing"]),
            ),
            models.Index(fields=["state", "-id"], name="order_by_state"),
            models.Index(fields=["erp", "erp_number"], name="order_by_erp_number"),
            models.Index(fields=["account", "-id"], name="order_by_account"),
        ]

    def __str__(self) -> str:
        return f"#{self.display_id}" if self.display_id else self.storefront_ref

    @property
    def key(self) -> str:
        """The engine's ordering key: jobs of one order never run at once."""
        return f"order:{self.storefront_ref}"

    @property
    def shipments_key(self) -> str:
        """The ordering key of what is written about its shipments, which waits for nothing else."""
        return f"shipments:{self.storefront_ref}"

    @property
    def doubles_key(self) -> str:
        """The ordering key of what looks after a second order in the ERP, whatever else stopped."""
        return f"double:{self.storefront_ref}"

    @property
    def collections_key(self) -> str:
        """The ordering key of what shows its paid invoices in the storefront."""
        return f"collections:{self.storefront_ref}"

    @property
    def job_keys(self) -> tuple[str, ...]:
        """The keys of all jobs that are about this order."""
        return self.key, self.shipments_key, self.doubles_key, self.collections_key

    @property
    def is_in_erp(self) -> bool:
        return bool(self.erp_ref)

    def can_move(self, to: str) -> bool:
        return to in ALLOWED[self.state]

    def move(
        self,
        to: str,
        *,
        actor: str,
        reason: str = "",
        job_id: int | None = None,
        now: datetime | None = None,
        **stamp: Any,
    ) -> None:
        """Moves to `to`, stamps fields, writes history; one winner among stale copies.

        An order that leaves `held` leaves its reason behind too.
        Raises TransitionNotAllowed when the table forbids it or the row has moved meanwhile.
        """
        if not self.can_move(to):
            raise TransitionNotAllowed(self, to)
        before = self.state
        if before == _S.HELD:
            stamp = {"held_reason": "", "held_message": "", "held_hint": "", **stamp}
        with transaction.atomic():
            unmoved = Order.objects.filter(pk=self.pk, state=before)
            if unmoved.update(state=to, **stamp) != 1:
                raise TransitionNotAllowed(self, to)
            StateChange.objects.create(
                subject="order",
                subject_id=self.pk,
                before=before,
                after=to,
                actor=actor,
                reason=reason,
                job_id=job_id,
                at=now or timezone.now(),
            )
        self.refresh_from_db()

    def hold(
        self, *, reason: str, message: str, hint: str, actor: str, job_id: int | None = None
    ) -> None:
        """Holds the order with a sentence for the operator; a held one gets the new reason."""
        stamp: dict[str, Any] = {
            "held_reason": reason[:60],
            "held_message": message,
            "held_hint": hint,
        }
        if self.state == _S.HELD:
            Order.objects.filter(pk=self.pk, state=_S.HELD).update(**stamp)
            self.refresh_from_db()
            return
        self.move(_S.HELD, actor=actor, reason=message, job_id=job_id, **stamp)


class OrderLine(models.Model):
    """One line with its progress in the ERP. Amounts are for the whole line, unrounded."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    line_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, default="item")
    sku = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=300)
    quantity = models.DecimalField(**_RAW)
    net_subtotal = models.DecimalField(**_RAW)
    net_discount = models.DecimalField(**_RAW, default=0)
    tax_total = models.DecimalField(**_RAW)
    gross_total = models.DecimalField(**_RAW)
    shipped = models.DecimalField(**_MONEY, default=0)
    invoiced = models.DecimalField(**_MONEY, default=0)
    expected_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "line_id"], name="order_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.sku or self.title}"


class Shipment(models.Model):
    """A delivery the ERP reported; `storefront_ref` is the fulfilment we made of it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    erp_ref = models.CharField(max_length=64)
    number = models.CharField(max_length=64)
    shipped_at = models.DateTimeField()
    carrier = models.CharField(max_length=80, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    tracking_url = models.URLField(max_length=500, blank=True)
    lines = models.JSONField(default=list)
    storefront_ref = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "erp_ref"], name="shipment_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Invoice(models.Model):
    """A posted invoice or credit note of the ERP; gross amounts."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="invoices")
    erp_ref = models.CharField(max_length=64)
    number = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, default="invoice")
    issued_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    gross_total = models.DecimalField(**_MONEY)
    open_amount = models.DecimalField(**_MONEY)
    payment_state = models.CharField(max_length=10)
    collection_ref = models.CharField(
        max_length=64, blank=True, help_text="The storefront's payment collection for it."
    )
    collected_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the storefront's order shows it as paid."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "erp_ref"], name="invoice_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """A payment of the storefront; `erp_ref` is what the ERP was told, empty until then.

    `is_from_erp`: the ERP reported it, as a paid invoice, and is never told of it.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="payments")
    storefront_ref = models.CharField(max_length=64)
    provider = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(**_RAW)
    captured_amount = models.DecimalField(**_RAW, default=0)
    refunded_amount = models.DecimalField(**_RAW, default=0)
    captured_at = models.DateTimeField(null=True, blank=True)
    told_amount = models.DecimalField(**_RAW, default=0)
    erp_ref = models.CharField(max_length=64, blank=True)
    is_from_erp = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "storefront_ref"], name="payment_once"),
        ]

    def __str__(self) -> str:
        return self.storefront_ref
