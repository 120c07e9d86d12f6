"""Prices and price lists, as the storefront holds them and as they shall be there.

Amounts are net per piece, in major units of `currency` (upper case). Quantities are whole
pieces, both ends included; None: open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontPriceList:
    """`key` is ours, empty for somebody else's list. `rules` are all that limit whom it is for,
    attribute to values, and all of them must be met; one without any is for everyone.
    `goes_first`: its price is taken before that of other lists, even if it is the higher one."""

    list_id: str
    key: str
    title: str
    is_active: bool
    rules: Mapping[str, tuple[str, ...]]
    group_ids: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    goes_first: bool

    def is_for(self, group_id: str) -> bool:
        """Whether it is for this group of customers and nobody else."""
        return self.group_ids == (group_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListWrite:
    """One audience and one span of days. Times are aware UTC; `ends_at` is the last moment.

    `goes_first` as on `StorefrontPriceList`.
    """

    key: str
    title: str
    group_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    goes_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontPrice:
    """`is_plain` false: it holds under a condition of its own (a region), which is not ours."""

    price_id: str
    variant_id: str
    currency: str
    net_amount: Decimal
    min_quantity: Decimal | None
    max_quantity: Decimal | None
    is_plain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWrite:
    """The wanted price; `price_id` None creates it."""

    price_id: str | None
    variant_id: str
    currency: str
    net_amount: Decimal
    min_quantity: int | None
    max_quantity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrices:
    """What one variant costs whoever buys it: the plain prices of `currencies`, all of them.

    Prices in other currencies, and those that hold under a condition, are left as they are.
    """

    variant_id: str
    currencies: tuple[str, ...]
    prices: tuple[PriceWrite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerPriceAsk:
    """What would one piece cost this customer in a cart of so many, now?"""

    our_ref: str
    variant_id: str
    customer_id: str
    quantity: Decimal
    currency: str
    region_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerPrice:
    """What the storefront charges for one piece; `amount` None: nothing, and `problem` says why
    in a sentence.

    `price_id` is the row that decided, `list_id` its price list, empty for the variant's own
    price. `group_ids` are the groups the customer is in.
    """

    our_ref: str
    amount: Decimal | None
    currency: str
    is_tax_inclusive: bool
    price_id: str
    list_id: str
    group_ids: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRowThere:
    """A price of the storefront by its id; as `StorefrontPrice`, with the list that it is in."""

    price_id: str
    list_id: str
    currency: str
    net_amount: Decimal
    min_quantity: Decimal | None
    max_quantity: Decimal | None
    is_plain: bool
