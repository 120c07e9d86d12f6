"""What is asked, what both sides say, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.flows.prices.offers import Kept
from integrations.models.price_audit import PriceDrift
from integrations.records import (
    BuyerPrice,
    PriceAnswer,
    PriceRefusal,
    PriceRowThere,
    StorefrontPriceList,
)

Cause = PriceDrift.Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What does one piece cost this customer on that day, in an order of so many?

    `customer_id` and `variant_id` are the storefront's, `customer_ref` and `variant_ref` the
    ERP's; `why` it was chosen.
    """

    customer_id: str
    customer_ref: str
    company: str
    sku: str
    variant_ref: str
    variant_id: str
    quantity: Decimal
    currency: str
    asked_on: date
    why: str

    @property
    def about(self) -> tuple[str, str, Decimal, str]:
        """Equal questions are asked once."""
        return self.customer_id, self.variant_ref, self.quantity, self.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question with everything that is needed to judge the answers.

    `rows` are the copy's prices of this SKU and currency, `problems` why some of them are not
    sold at, by pk. Of the storefront: `there` are rows of prices by id, `lists` price lists,
    `ours` the ids of those that the portal made, `claimed` the ids of prices that are rows of the
    copy, `groups` the customer group of each audience. `is_planned`: the answer of the storefront
    is what the portal has planned for the day of the question, which is not today.
    `refused` says why nothing could be asked; then the answers are None.
    """

    question: Question
    now: datetime
    erp: PriceAnswer | PriceRefusal | None
    shop: BuyerPrice | None
    sells_in: bool = True
    refused: str = ""
    rows: tuple[Kept, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)
    there: Mapping[str, PriceRowThere] = field(default_factory=dict)
    lists: Mapping[str, StorefrontPriceList] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    is_planned: bool = False
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why the prices differ, in a sentence; what to do, for people and as a machine step."""

    cause: Cause
    found: str
    plan: str
    step: Mapping[str, Any]
