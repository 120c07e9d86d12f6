"""Money that the storefront collects for an order outside of its checkout."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCollection:
    """An amount to be paid for an order, gross in its currency.

    `is_open`: nothing was paid of it. `is_paid`: all of it was. Neither: something in between,
    or it was called off.
    """

    collection_id: str
    amount: Decimal
    is_open: bool
    is_paid: bool
