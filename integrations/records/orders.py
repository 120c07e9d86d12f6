"""Orders: as the storefront holds them, as we send them to an ERP, as the ERP reports them.

Amounts of the storefront keep every decimal it computed (Medusa does not round); rounding
is decided in one place, flows/totals.py.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

LineKind = Literal["item", "shipping", "rounding"]
OrderState = Literal[
    "received",
    "confirmed",
    "in_production",
    "backordered",
    "partly_shipped",
    "shipped",
    "invoiced",
    "paid",
    "cancelled",
]
PaymentState = Literal["not_paid", "partial", "paid", "reversed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`country_code` is ISO 3166 alpha-2, upper case. Missing parts are empty texts."""

    company: str = ""
    first_name: str = ""
    last_name: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country_code: str = ""
    phone: str = ""


# ---------------------------------------------------------------- storefront


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """`rate` in percent (19 means 19 %)."""

    code: str
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontLine:
    """One item or shipping line, amounts for the whole line, unrounded.

    `net_subtotal` is before discount; `net_subtotal - net_discount + tax = gross_total`.
    `agreed_line` names the line of an agreement (a quote) that it says it is of: a pointer that
    means nothing without the agreement itself.
    """

    line_id: str
    kind: LineKind
    title: str
    sku: str
    variant_id: str | None
    shipping_option_id: str | None
    quantity: Decimal
    net_subtotal: Decimal
    net_discount: Decimal
    tax_total: Decimal
    gross_total: Decimal
    taxes: tuple[TaxLine, ...]
    fulfilled_quantity: Decimal = Decimal(0)
    shipped_quantity: Decimal = Decimal(0)
    agreed_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontPayment:
    """`captured_amount` is gross in the order's currency; `captured_at` None until captured."""

    payment_id: str
    provider: str
    amount: Decimal
    captured_amount: Decimal
    refunded_amount: Decimal
    captured_at: datetime | None
    is_canceled: bool
    collection_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontFulfilment:
    """`erp_shipment` is the reference we wrote into its metadata, empty if it is not ours."""

    fulfilment_id: str
    erp_shipment: str
    lines: tuple[tuple[str, Decimal], ...]
    tracking_numbers: tuple[str, ...]
    is_shipped: bool
    is_canceled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontOrder:
    """An order as the storefront holds it now. Lines are sorted by id (its order is not stable).

    `gross_total` and `tax_total` are the exact sums of the lines as they were ordered;
    `credit_total` (refunds, store credit) and `returned_total` (the gross value of pieces
    that came back) are not taken off, see `open_amount`. `digest` changes when the order
    changes in a way that concerns the ERP: it equals the one of `order_page`.
    """

    order_id: str
    display_id: str
    version: int
    status: str
    currency: str
    email: str
    customer_id: str | None
    group_ids: tuple[str, ...]
    sales_channel_id: str | None
    placed_at: datetime
    updated_at: datetime
    gross_total: Decimal
    tax_total: Decimal
    credit_total: Decimal
    paid_total: Decimal
    refunded_total: Decimal
    lines: tuple[StorefrontLine, ...]
    ship_to: Address
    bill_to: Address
    metadata: dict[str, object]
    payments: tuple[StorefrontPayment, ...]
    fulfilments: tuple[StorefrontFulfilment, ...]
    digest: str = ""
    returned_total: Decimal = Decimal(0)

    @property
    def is_canceled(self) -> bool:
        return self.status == "canceled"

    @property
    def open_amount(self) -> Decimal:
        """What the buyer still owes (negative: is owed), gross, unrounded."""
        owed = self.gross_total - self.credit_total - self.returned_total
        return owed - self.paid_total + self.refunded_total


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSighting:
    """An order as a list shows it; `digest` as on StorefrontOrder."""

    order_id: str
    digest: str
    placed_at: datetime


# ---------------------------------------------------------------- to the ERP


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingProfile:
    """How an ERP rounds an order: what flows/totals.py needs to predict its total.

    `per`: tax and net are rounded on each line, or on the sum of the unrounded lines.
    `unit_price_digits`: None when the ERP keeps every digit of a unit price.
    `rounds_line_nets`: with "total", the nets of lines are rounded all the same, and taxes are
    of their sums. `tolerance_steps`: how many smallest units of the currency a rounding line
    may settle. `discount_apart`: where nets of lines are rounded, the price of a line and the
    discount on it are rounded one by one, and the net is their difference.
    """

    per: Literal["line", "total"]
    method: Literal["half_up", "half_even"] = "half_up"
    line_digits: int | None = None  # None: the currency's digits
    unit_price_digits: int | None = None
    quantity_digits: int = 2
    discount_digits: int = 2
    tolerance_steps: int = 5
    rounds_line_nets: bool = False
    discount_apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line as the ERP shall have it. `our_ref` is stable: the storefront's line id.

    `net_unit_price` is before `discount_percent`. `tax_refs` are the ERP's tax ids, in the
    order of `tax_rates` (percent). `configuration` are (name, value) of the choices made for it,
    in the order they were made.
    """

    our_ref: str
    kind: LineKind
    product_ref: str
    description: str
    quantity: Decimal
    net_unit_price: Decimal
    discount_percent: Decimal
    tax_refs: tuple[str, ...]
    tax_rates: tuple[Decimal, ...]
    configuration: tuple[tuple[str, str], ...] = ()

    @property
    def choices(self) -> str:
        """The configuration as text, a choice per line; empty without one."""
        return "\n".join(f"{name}: {value}" for name, value in self.configuration)

    @property
    def full_text(self) -> str:
        """Description and configuration, for an ERP that has one text for both."""
        return "\n".join(filter(None, (self.description, self.choices)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order to create. `our_ref` is the storefront's order id: the key of "exactly once".

    `payment_term_ref` is the ERP's id of the payment terms; empty: those of its customer.
    """

    our_ref: str
    display_ref: str
    placed_at: datetime
    currency: str
    customer_ref: str
    ship_to: Address
    bill_to: Address
    lines: tuple[DraftLine, ...]
    expected_gross_total: Decimal
    po_number: str = ""
    note: str = ""
    payment_term_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice:
    """A captured payment (negative: refunded) to tell the ERP about. `our_ref` is its id."""

    our_ref: str
    amount: Decimal
    currency: str
    provider: str
    captured_at: datetime


# ---------------------------------------------------------------- from the ERP


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpOrderLine:
    our_ref: str
    ref: str
    product_ref: str
    quantity: Decimal
    net_unit_price: Decimal
    discount_percent: Decimal
    net_total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpOrder:
    """An order as the ERP holds it. `is_confirmed` false: a draft that still needs confirming.

    `payment_term_ref` is None where the ERP does not tell it. `remarks` is what it said when it
    took the order, in its own words: a quantity below its minimum, say.
    """

    ref: str
    number: str
    our_ref: str
    currency: str
    net_total: Decimal
    tax_total: Decimal
    gross_total: Decimal
    is_confirmed: bool
    is_cancelled: bool
    lines: tuple[ErpOrderLine, ...] = ()
    payment_term_ref: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpSighting:
    """An order as a list of the ERP shows it, enough to tell two of one reference apart.

    `is_untouched`: nobody and nothing did anything with it since it was created: it is not
    confirmed, delivered, invoiced or edited. In doubt it is false.
    """

    ref: str
    number: str
    our_ref: str
    created_at: datetime
    is_cancelled: bool
    is_untouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProgress:
    """`our_ref` is empty for a line that was added in the ERP."""

    our_ref: str
    ref: str
    description: str
    ordered: Decimal
    shipped: Decimal
    invoiced: Decimal
    expected_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpShipment:
    """A delivery that left the house; `lines` are (our line ref, quantity)."""

    ref: str
    number: str
    shipped_at: datetime
    carrier: str
    tracking_number: str
    tracking_url: str
    lines: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpReturn:
    """Goods that came back or are announced to; `lines` are (our line ref, quantity). Read only."""

    ref: str
    number: str
    received_at: datetime | None
    lines: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpInvoice:
    """A posted invoice or credit note, gross amounts; never a draft."""

    ref: str
    number: str
    kind: Literal["invoice", "credit_note"]
    issued_on: date | None
    due_on: date | None
    currency: str
    gross_total: Decimal
    open_amount: Decimal
    payment_state: PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProgress:
    """Where an order stands in the ERP, read as a whole (newest truth, not a delta)."""

    ref: str
    number: str
    our_ref: str
    state: OrderState
    currency: str
    gross_total: Decimal
    changed_at: datetime
    lines: tuple[LineProgress, ...] = ()
    shipments: tuple[ErpShipment, ...] = ()
    invoices: tuple[ErpInvoice, ...] = field(default=())
    returns: tuple[ErpReturn, ...] = ()
