"""What the ERP owns beside its products: prices, stock, customers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from integrations.records.orders import Address

Audience = Literal["everyone", "price_list", "customer_group", "customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpPrice:
    """One price of one variant for one audience, from one quantity on.

    `ref` is stable for as long as the ERP keeps the row. `audience_ref` names the price list,
    group or customer; empty for everyone. `net_unit_price` is per `unit`, greater than zero,
    before tax and after the rule: a rule that no single amount can tell (a formula, a rule
    upon another list) is worked out by the ERP. `starts_on` and `ends_on` are both included,
    None: open. `is_active` false: the ERP no longer offers it. `problem` says what of it could
    not be read, or why nothing can be sold at it (zero, tax included, another unit), without a
    full stop: then nothing but its refs is to be relied on.
    """

    ref: str
    variant_ref: str
    audience: Audience
    audience_ref: str
    audience_name: str
    currency: str
    net_unit_price: Decimal
    min_quantity: Decimal
    unit: str
    starts_on: date | None
    ends_on: date | None
    is_active: bool
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpStock:
    """The stock of one variant at one location, in `unit`, as the ERP said at `as_of`.

    `available` is what can still be promised, reservations taken off once; it may be negative.
    `location_ref` is empty where the ERP tells no locations apart. `incoming` is what is
    ordered and has not arrived, `incoming_on` the earliest day of it. `problem` as on `ErpPrice`.
    """

    variant_ref: str
    sku: str
    location_ref: str
    location_name: str
    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    incoming: Decimal
    incoming_on: date | None
    unit: str
    as_of: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpContact:
    """A person at a customer; `email` may be empty."""

    ref: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpLicence:
    """A licence that a company holds. `valid_until` is its last day; None: without end."""

    name: str
    number: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpCustomer:
    """A company as the ERP knows it. `ref` is what an order names as its customer.

    `price_list_ref` and `group_ref` are the audiences of `ErpPrice` that it belongs to, empty
    for none. `credit_limit` None: no limit, or not ours to see (`is_credit_known` false).
    `is_blocked`: the ERP takes no order of them now. `allowed_countries` (codes of two letters)
    and `licences` are None where the ERP does not tell, and empty where it tells of none;
    `unread` says what of them could not be read, as (what, why). `problem` says what of the
    company itself could not be read, without a full stop: then nothing but its `ref`, number and
    name is to be relied on.
    """

    ref: str
    number: str
    name: str
    tax_id: str
    email: str
    phone: str
    currency: str
    price_list_ref: str
    group_ref: str
    group_name: str
    payment_term_ref: str
    payment_term_name: str
    credit_limit: Decimal | None
    is_credit_known: bool
    is_blocked: bool
    block_reason: str
    is_tax_exempt: bool
    bill_to: Address
    ship_to: tuple[tuple[str, Address], ...]
    contacts: tuple[ErpContact, ...]
    is_active: bool
    updated_at: datetime | None
    allowed_countries: tuple[str, ...] | None = None
    licences: tuple[ErpLicence, ...] | None = None
    unread: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedField:
    """One field of the remote that the adapter reads or sends, as the remote describes it now.

    `type` is the remote's own word for its type, with what bounds it (length, precision);
    empty: the field is not there (any more). `needed_by` names the ports that stop without it.

    An adapter that knows fields only from rows it looked at says where those tell nothing:
    `is_told` false is neither there nor gone; `is_optional` may be rare, so that one that was
    never seen is no loss.
    """

    entity: str
    name: str
    type: str
    needed_by: tuple[str, ...]
    is_told: bool = True
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontLevel:
    """What the storefront holds of one SKU at one location. `reserved` is its own count of what
    open orders there wait for; a buyer may have `stocked - reserved`."""

    level_id: str
    location_id: str
    stocked: Decimal
    reserved: Decimal
    incoming: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontStock:
    """A variant that the storefront counts, with its levels; none yet for a new one. `sku` is
    the one that it began to be counted under."""

    variant_id: str
    item_id: str
    sku: str
    levels: tuple[StorefrontLevel, ...]

    def at(self, location_id: str) -> StorefrontLevel | None:
        return next((one for one in self.levels if one.location_id == location_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWrite:
    """The wanted level of one SKU at one location; `level_id` None creates it."""

    item_id: str
    sku: str
    location_id: str
    level_id: str | None
    stocked: Decimal
    incoming: Decimal
