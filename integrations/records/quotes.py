"""The order of an accepted quote: as we ask the storefront for it, and what it placed.

All amounts a quote names are net; the storefront adds the tax of the place it ships to.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.records.orders import Address, StorefrontLine


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLine:
    """`our_ref` is the quote's line; `variant_id` is None for a line of free text.

    `metadata` travels with the line into the order: texts, structured ones (the choices made
    in a configurator) as JSON.
    """

    our_ref: str
    title: str
    sku: str
    variant_id: str | None
    quantity: Decimal
    net_unit_price: Decimal
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedShipping:
    shipping_option_id: str
    name: str
    net_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedOrder:
    """The order to place. `quote_ref` ("quote:Q-000123-1") is the key of "exactly once".

    `customer_id` None: a guest with this e-mail. `metadata` holds what the order carries of
    the quote: its number, the buyer's PO number, the payment terms.
    """

    quote_ref: str
    currency: str
    email: str
    customer_id: str | None
    region_id: str
    sales_channel_id: str | None
    lines: tuple[QuotedLine, ...]
    shipping: tuple[QuotedShipping, ...]
    ship_to: Address
    bill_to: Address
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedQuote:
    """The storefront's order of a quote, its totals exact and unrounded.

    `status` is "draft" until it is converted, then the order's own ("pending", "canceled" …).
    `net_total + tax_total = gross_total`. `lines` are what it holds, in no order. `digest` tells
    this content of the order from any other.
    """

    quote_ref: str
    order_id: str
    display_id: str
    status: str
    currency: str
    net_total: Decimal
    tax_total: Decimal
    gross_total: Decimal
    lines: tuple[StorefrontLine, ...]
    digest: str

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"

    @property
    def is_canceled(self) -> bool:
        return self.status == "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSighting:
    """A draft order that names a quote but is not the one recorded for it."""

    order_id: str
    quote_ref: str
    created_at: datetime
