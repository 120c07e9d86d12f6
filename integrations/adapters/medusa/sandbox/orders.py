"""The state of orders and their business rules: place, pay, fulfil, ship, edit, cancel.

Knows no HTTP and no JSON of an answer (see `order_view`). Every change moves `updated_at`,
except a capture: so does Medusa.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from integrations.adapters.medusa.sandbox import money
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_allowed

ZERO = Decimal(0)


@dataclass
class Line:
    """An item of a cart or an order; `discount` is net, for the whole line.

    `variant` and `product` are empty for a line of free text.
    """

    id: str
    variant: Json
    product: Json
    quantity: Decimal
    unit_price: Decimal
    is_tax_inclusive: bool
    metadata: Json | None = None
    rate: Decimal | None = None  # None: no address, no tax yet
    tax_code: str = ""
    discount: Decimal = ZERO
    promotion: Json | None = None
    is_custom_price: bool = False
    is_discountable: bool = True
    title: str = ""  # of its own; otherwise the product's
    sku: str = ""  # of a line of free text
    requires_shipping: bool = True
    created_at: str = field(default_factory=now)
    fulfilled: Decimal = ZERO
    shipped: Decimal = ZERO
    delivered: Decimal = ZERO

    def amounts(self) -> money.Amounts:
        return money.line_amounts(
            price=self.unit_price,
            quantity=self.quantity,
            rate=self.rate or ZERO,
            inclusive=self.is_tax_inclusive,
            discount=self.discount,
        )


@dataclass
class Method:
    """A chosen shipping option."""

    id: str
    option_id: str
    name: str
    amount: Decimal
    is_tax_inclusive: bool
    rate: Decimal | None = None
    tax_code: str = ""
    created_at: str = field(default_factory=now)

    def amounts(self) -> money.Amounts:
        return money.line_amounts(
            price=self.amount,
            quantity=Decimal(1),
            rate=self.rate or ZERO,
            inclusive=self.is_tax_inclusive,
            discount=ZERO,
        )


@dataclass
class Entry:
    """One capture or refund."""

    id: str
    amount: Decimal
    created_at: str = field(default_factory=now)


@dataclass
class Payment:
    amount: Decimal
    currency: str
    collection_id: str
    id: str = field(default_factory=lambda: new_id("pay"))
    session_id: str = field(default_factory=lambda: new_id("payses"))
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    captured_at: str | None = None
    canceled_at: str | None = None
    captures: list[Entry] = field(default_factory=list)
    refunds: list[Entry] = field(default_factory=list)

    @property
    def captured(self) -> Decimal:
        return sum((one.amount for one in self.captures), ZERO)

    @property
    def refunded(self) -> Decimal:
        return sum((one.amount for one in self.refunds), ZERO)


@dataclass
class Collection:
    """`status` is not_paid, authorized, partially_captured, completed or canceled."""

    amount: Decimal
    currency: str
    status: str = "not_paid"
    id: str = field(default_factory=lambda: new_id("pay_col"))
    payments: list[Payment] = field(default_factory=list)
    session_ids: list[str] = field(default_factory=list)
    completed_at: str | None = None
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)


@dataclass
class Fulfilment:
    location_id: str
    items: list[tuple[Line, Decimal, str]]  # line, quantity, id of the fulfilment's item
    metadata: Json | None
    option_id: str | None = None
    id: str = field(default_factory=lambda: new_id("ful"))
    labels: list[Json] = field(default_factory=list)
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    shipped_at: str | None = None
    delivered_at: str | None = None
    canceled_at: str | None = None


@dataclass
class Edit:
    """An open change of an order: wanted quantities, prices and new lines."""

    id: str
    changes: dict[str, Json] = field(default_factory=dict)
    additions: list[Line] = field(default_factory=list)


@dataclass
class Order:
    display_id: int
    currency: str
    region_id: str
    sales_channel_id: str
    email: str | None
    customer_id: str | None
    ship_to: Json | None
    bill_to: Json | None
    metadata: Json | None
    lines: list[Line]
    methods: list[Method]
    promotions: list[Json]
    collections: list[Collection] = field(default_factory=list)
    fulfilments: list[Fulfilment] = field(default_factory=list)
    id: str = field(default_factory=lambda: new_id("order"))
    status: str = "pending"
    version: int = 1
    credits: list[Entry] = field(default_factory=list)
    created_at: str = field(default_factory=now)
    updated_at: str = ""
    canceled_at: str | None = None
    original_total: Decimal = ZERO
    edit: Edit | None = None
    is_draft: bool = False

    def __post_init__(self) -> None:
        self.updated_at = self.updated_at or self.created_at
        self.original_total = self.total

    @property
    def credit(self) -> Decimal:
        return sum((one.amount for one in self.credits), ZERO)

    @property
    def total(self) -> Decimal:
        rows: list[Line | Method] = [*self.lines, *self.methods]
        return money.sums(row.amounts() for row in rows)["total"] - self.credit

    @property
    def payments(self) -> list[Payment]:
        return [payment for one in self.collections for payment in one.payments]

    def changed(self, *, version: int = 1) -> None:
        self.version += version
        self.updated_at = now()

    # -- rules

    def refuse_canceled(self) -> None:
        if self.status == "canceled":
            raise Refusal(f"Order with id {self.id} has been canceled.")

    def line(self, line_id: str) -> Line | None:
        return next((one for one in self.lines if one.id == line_id), None)

    def cancel(self) -> None:
        self.refuse_canceled()
        if any(one.canceled_at is None for one in self.fulfilments):
            raise not_allowed("All fulfillments must be canceled before canceling an order")
        for collection in self.collections:
            _release(collection, self)
        self.status, self.canceled_at = "canceled", now()
        self.changed()

    def fulfil(self, wanted: list[Json], location_id: str, metadata: Json | None) -> Fulfilment:
        self.refuse_canceled()
        unknown = [row["id"] for row in wanted if self.line(row["id"]) is None]
        if unknown:
            raise Refusal(
                f"Items with ids {', '.join(unknown)} does not exist in order with id {self.id}."
            )
        items = [self._fulfillable(row) for row in wanted]
        kinds = {line.requires_shipping for line, _, _ in items}
        if len(kinds) > 1:
            raise Refusal(
                "Fulfillment can only be created entirely with items with shipping or items "
                "without shipping. Split this request into 2 fulfillments."
            )
        for line, quantity, _ in items:
            line.fulfilled += quantity
        option = self.methods[0].option_id if self.methods else None
        fulfilment = Fulfilment(location_id, items, metadata, option)
        self.fulfilments.append(fulfilment)
        self.changed()
        return fulfilment

    def _fulfillable(self, row: Json) -> tuple[Line, Decimal, str]:
        line = self.line(row["id"])
        assert line is not None  # noqa: S101 checked by the caller
        quantity = Decimal(row["quantity"])
        if quantity <= 0:
            raise Refusal(f"Quantity to fulfill of item {line.id} is required.")
        if quantity > line.quantity - line.fulfilled:
            if line.variant.get("manage_inventory"):
                raise Refusal(
                    f"Quantity to fulfill exceeds the reserved quantity for the item: {line.id}"
                )
            raise Refusal(f"Cannot fulfill more items than what was ordered for item {line.id}.")
        return line, quantity, new_id("fulit")

    def ship(self, fulfilment: Fulfilment, labels: list[Json]) -> None:
        if fulfilment.shipped_at or fulfilment.canceled_at:
            raise not_allowed("Shipment has already been created")
        fulfilment.shipped_at = fulfilment.updated_at = now()
        fulfilment.labels = [
            {"id": new_id("fulla"), **label, "fulfillment_id": fulfilment.id, **_times()}
            for label in labels
        ]
        for line, quantity, _ in fulfilment.items:
            line.shipped += quantity
        self.changed()

    def deliver(self, fulfilment: Fulfilment) -> None:
        if fulfilment.delivered_at:
            raise not_allowed("Fulfillment has already been marked delivered")
        fulfilment.delivered_at = fulfilment.updated_at = now()
        for line, quantity, _ in fulfilment.items:
            line.delivered += quantity
        self.changed()

    def cancel_fulfilment(self, fulfilment: Fulfilment) -> None:
        if fulfilment.shipped_at:
            raise not_allowed(
                "The fulfillment has already been shipped. Shipped fulfillments cannot be canceled"
            )
        fulfilment.canceled_at = fulfilment.updated_at = now()
        for line, quantity, _ in fulfilment.items:
            line.fulfilled -= quantity
        self.changed()

    # -- money

    def capture(self, payment: Payment, amount: Decimal | None) -> bool:
        """Whether anything was captured. Leaves `updated_at` as it is, as Medusa does."""
        if payment.canceled_at:
            raise Refusal(f"The payment: {payment.id} has been canceled.")
        if payment.captured_at:
            return False
        wanted = payment.amount if amount is None else amount
        if payment.captured + wanted > payment.amount:
            raise Refusal(
                "You cannot capture more than the authorized amount substracted by what is "
                "already captured."
            )
        payment.captures.append(Entry(new_id("capt"), wanted))
        payment.updated_at = now()
        collection = next(one for one in self.collections if payment in one.payments)
        collection.updated_at = payment.updated_at
        collection.status = "partially_captured"
        if payment.captured == payment.amount:
            payment.captured_at = collection.completed_at = payment.updated_at
            collection.status = "completed"
        return True

    def refund(self, payment: Payment, amount: Decimal | None) -> None:
        wanted = payment.captured - payment.refunded if amount is None else amount
        if wanted <= 0 or wanted > payment.captured - payment.refunded:
            raise Refusal("You are not allowed to refund more than the captured amount")
        payment.refunds.append(Entry(new_id("ref"), wanted))
        self.credits.append(Entry(new_id("ordcl"), wanted))
        self.changed()

    # -- edits

    def confirm(self) -> None:
        """Applies the open edit; an authorised payment that nothing was captured of goes."""
        if self.edit is None:
            raise Refusal("An active Order Change is required to proceed")
        edit, self.edit = self.edit, None
        for line in self.lines:
            change = edit.changes.get(line.id, {})
            line.quantity = Decimal(change.get("quantity", line.quantity))
            if "unit_price" in change:
                line.unit_price = Decimal(change["unit_price"])
                line.is_custom_price = True
        self.lines = [line for line in (*self.lines, *edit.additions) if line.quantity > 0]
        self.changed()
        for collection in self.collections:
            if not any(payment.captures for payment in collection.payments):
                _release(collection, self)
        paid = sum((payment.captured - payment.refunded for payment in self.payments), ZERO)
        if self.total > paid:
            self.collections.append(Collection(self.total - paid, self.currency))


def _release(collection: Collection, order: Order) -> None:
    for payment in collection.payments:
        if payment.captured > payment.refunded:
            amount = payment.captured - payment.refunded
            payment.refunds.append(Entry(new_id("ref"), amount))
            order.credits.append(Entry(new_id("ordcl"), amount))
        elif not payment.captures:
            payment.canceled_at = now()
    collection.status, collection.updated_at = "canceled", now()


def _times() -> Json:
    moment = now()
    return {"created_at": moment, "updated_at": moment, "deleted_at": None}
