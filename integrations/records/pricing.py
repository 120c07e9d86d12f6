"""What sales asks of the ERP while pricing, and acceptance before it accepts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAsk:
    """One line to be priced; `quantity` in the unit in which the ERP sells the product."""

    our_ref: str
    product_ref: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceQuestion:
    """What would these cost this customer, in this currency, ordered on this day?"""

    customer_ref: str
    currency: str
    asked_on: date
    lines: tuple[PriceAsk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAnswer:
    """What the ERP charges for one line, and why: the basis to store beside a quoted price.

    `net_unit_price` is after all rules of the customer, per `unit`, never zero, with every
    digit that the ERP charges (it may be finer than the smallest coin). `list_price` is the
    price without those rules, in the same currency, None where the ERP has none;
    `discount_percent` is how far the first lies below the second (0 for one above it).
    `cost`, per `unit` too, is None where it is not known or not ours to see; it has not
    changed since `cost_as_of`. `rule_ref` is empty where no rule applied; `rule_version`
    changes when that rule is edited, not when one that it builds upon is. `currency_rate` is
    how many of `currency` one of the list price's own currency buys, None where they are the
    same. `is_binding`: the ERP stands by this price; otherwise it is what it would charge now.
    `confirmed_quantity` is how much of the asked quantity the ERP can deliver by
    `available_on`; None where it does not say so while pricing. `is_kept`: nobody asked the ERP;
    it is of the portal's copy, where `priced_at` is when the ERP named it last.
    """

    our_ref: str
    net_unit_price: Decimal
    list_price: Decimal | None
    discount_percent: Decimal
    currency: str
    currency_rate: Decimal | None
    unit: str
    cost: Decimal | None
    cost_currency: str
    cost_as_of: datetime | None
    pricelist_ref: str
    pricelist_name: str
    rule_ref: str
    rule_version: str
    is_binding: bool
    priced_at: datetime
    confirmed_quantity: Decimal | None = None
    available_on: date | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRefusal:
    """Why one line got no price, in a sentence for sales."""

    our_ref: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerm:
    """`days` until all is due, counted from the invoice (0: at once); None where no number of
    days says it, like "end of the following month"."""

    ref: str
    name: str
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditStanding:
    """How a customer stands with the ERP, as it said at `as_of`; amounts gross, in `currency`.

    `is_blocked`: the ERP itself sells them nothing now. `limit` None: there is no limit, or
    it is not ours to see (`is_limit_known` false, `exposure` is then 0 and says nothing).
    `exposure` is what they owe and what is delivered or confirmed but not invoiced, as far
    as the ERP counts it; negative where they have paid ahead. `payment_term_ref` is empty
    where none is agreed. `note` holds the ERP's own warnings, for sales, not for the buyer.
    """

    is_blocked: bool
    block_reason: str
    limit: Decimal | None
    is_limit_known: bool
    exposure: Decimal
    currency: str
    as_of: datetime
    payment_term_ref: str
    payment_term_name: str
    note: str
