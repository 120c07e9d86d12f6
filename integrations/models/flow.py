"""One movement of data between two connections."""

from django.db import models


class Flow(models.Model):
    """What moves from where to where, how boldly and how often. The source owns that data.

    `cursor` is where the next run begins (its form belongs to the flow), `covered_until` the
    instant up to which the source is known to have been read completely. `live_from` is the
    start instant of an order flow: what was placed earlier is never pushed by itself. While it
    `is_paused` neither its schedule nor an event starts a run; a press does. `nudged_at` is
    when the source last told of a change that no run has read yet.
    """

    class Kind(models.TextChoices):
        PRODUCTS = "products", "Products"
        PRICES = "prices", "Prices"
        STOCK = "stock", "Stock"
        CUSTOMERS = "customers", "Customers"
        ORDERS = "orders", "Orders"
        ORDER_STATUS = "order_status", "Order status"
        RFQS = "rfqs", "Requests for quote"
        QUOTES = "quotes", "Quotes"

    class Mode(models.TextChoices):
        OFF = "off", "Off"
        SHADOW = "shadow", "Shadow: plan only"
        ASSISTED = "assisted", "Assisted: on a press"
        LIVE = "live", "Live"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    source = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, related_name="flows_from"
    )
    target = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, related_name="flows_to"
    )
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.OFF)
    schedule = models.CharField(
        max_length=60, blank=True, help_text="Cron, in UTC. Empty: only on a press or an event."
    )
    settings = models.JSONField(default=dict, blank=True)
    cursor = models.JSONField(default=dict, blank=True, editable=False)
    covered_until = models.DateTimeField(null=True, blank=True, editable=False)
    live_from = models.DateTimeField(null=True, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_paused = models.BooleanField(default=False, editable=False)
    nudged_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["kind", "id"]
        permissions = [("set_flow_mode", "Can switch flows between off, shadow, assisted and live")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "source", "target"], name="flow_once_per_pair"),
            models.CheckConstraint(
                name="flow_between_two", condition=~models.Q(source=models.F("target"))
            ),
            models.CheckConstraint(
                name="flow_mode_known",
                condition=models.Q(mode__in=["off", "shadow", "assisted", "live"]),
            ),
            models.CheckConstraint(
                name="flow_live_orders_have_start",
                condition=~models.Q(kind="orders", mode__in=["live", "assisted"])
                | models.Q(live_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.source} → {self.target}"

    @property
    def is_live(self) -> bool:
        return self.mode == self.Mode.LIVE
