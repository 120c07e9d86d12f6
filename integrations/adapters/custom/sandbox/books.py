"""What a small ERP knows, behind whatever API: goods, customers, orders, deliveries, invoices.

Both invented ERPs keep these books; each shows them in its own way.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


class Refused(Exception):
    """The ERP says no; `code` is the same word in both ERPs, before each translates it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Goods:
    """One article that is sold; `product` groups the variants of one product."""

    ref: str
    sku: str
    title: str
    product: str
    product_title: str
    category: str
    price: Decimal
    options: tuple[tuple[str, str], ...] = ()
    cost: Decimal | None = None
    is_active: bool = True
    changed_at: datetime = field(default_factory=now)


@dataclass
class Firm:
    ref: str
    name: str
    currency: str
    tax_id: str = ""
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "DE"
    term: str = "30"
    credit_limit: Decimal | None = None
    owes: Decimal = Decimal(0)
    price_list: str = ""
    is_blocked: bool = False
    is_exempt: bool = False
    changed_at: datetime = field(default_factory=now)


@dataclass
class Price:
    ref: str
    goods: str
    firm: str  # "" for everyone
    min_quantity: Decimal
    amount: Decimal
    currency: str = "EUR"
    changed_at: datetime = field(default_factory=now)


@dataclass
class Line:
    ref: str
    our_ref: str
    goods: str
    text: str
    quantity: Decimal
    price: Decimal
    discount: Decimal = Decimal(0)
    taxes: tuple[str, ...] = ()
    shipped: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)


@dataclass
class Movement:
    """A delivery or a return; `lines` are (ref of the order's line, quantity)."""

    ref: str
    order: str
    at: datetime
    lines: list[tuple[str, Decimal]]
    tracking: str = ""


@dataclass
class Bill:
    ref: str
    order: str
    kind: str  # invoice or credit_note
    on: date
    gross: Decimal
    open: Decimal
    credits: str = ""
    is_credited: bool = False


@dataclass
class Order:
    ref: str
    our_ref: str
    firm: str
    currency: str
    lines: list[Line] = field(default_factory=list)
    state: str = "draft"  # draft, confirmed, cancelled
    extra: dict[str, Any] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    created_at: datetime = field(default_factory=now)
    changed_at: datetime = field(default_factory=now)
    is_touched: bool = False
    term: str = ""  # the customer's own where none is named


class Books:
    """All rows. `taxes` by code in percent; `rounds` is "line" or "total"."""

    def __init__(self, *, rounds: str, price_digits: int) -> None:
        self.rounds, self.price_digits = rounds, price_digits
        self.goods: dict[str, Goods] = {}
        self.firms: dict[str, Firm] = {}
        self.prices: dict[str, Price] = {}
        self.stock: dict[tuple[str, str], tuple[Decimal, datetime]] = {}
        self.orders: dict[str, Order] = {}
        self.deliveries: dict[str, Movement] = {}
        self.returns: dict[str, Movement] = {}
        self.bills: dict[str, Bill] = {}
        self.taxes: dict[str, Decimal] = {}
        self.terms = {"30": ("30 days net", 30), "0": ("In advance", 0)}
        self._numbers: dict[str, Any] = {}

    def number(self, series: str, first: int) -> str:
        """The next number of a series, which begins at `first`."""
        counter = self._numbers.setdefault(series, itertools.count(first))
        return str(next(counter))

    def order(self, ref: str) -> Order:
        if ref not in self.orders:
            raise Refused("unknown_order", f"There is no order {ref}")
        return self.orders[ref]

    def firm(self, ref: str) -> Firm:
        if ref not in self.firms:
            raise Refused("unknown_customer", f"There is no customer {ref}")
        return self.firms[ref]

    def term_of(self, wanted: Any, firm: str) -> str:
        """The terms an order asks for, or those of its customer."""
        ref = str(wanted or "") or self.firm(firm).term
        if ref not in self.terms:
            raise Refused("unknown_terms", f"There are no payment terms {ref}")
        return ref

    def sold(self, ref: str) -> Goods:
        found = self.goods.get(ref)
        if found is None:
            raise Refused("unknown_article", f"There is no article {ref}")
        if not found.is_active:
            raise Refused("article_locked", f"The article {found.sku} is not sold any more")
        return found

    def price_of(self, goods: str, firm: Firm, quantity: Decimal) -> Price | None:
        """The customer's own price before the general one, the highest step that is reached."""
        rows = [
            one
            for one in self.prices.values()
            if one.goods == goods and one.currency == firm.currency
        ]
        for audience in (firm.ref, ""):
            reached = [one for one in rows if one.firm == audience and one.min_quantity <= quantity]
            if reached:
                return max(reached, key=lambda one: one.min_quantity)
        return None

    def reserved(self, goods: str) -> Decimal:
        """Confirmed and not shipped."""
        orders = [one for one in self.orders.values() if one.state == "confirmed"]
        lines = [line for one in orders for line in one.lines if line.goods == goods]
        return sum((line.quantity - line.shipped for line in lines), Decimal(0))

    def move_stock(self, order: "Order", taken: dict[str, Decimal]) -> None:
        """Takes pieces off the first place; what is reserved there may have changed anyhow."""
        for goods in {line.goods for line in order.lines}:
            places = sorted(place for one, place in self.stock if one == goods)
            if places:
                first = goods, places[0]
                self.stock[first] = (self.stock[first][0] - taken.get(goods, Decimal(0)), now())

    def bills_of(self, order: str) -> list[Bill]:
        return [one for one in self.bills.values() if one.order == order]

    def moved(self, kind: str, order: str) -> list[Movement]:
        rows = self.deliveries if kind == "deliveries" else self.returns
        return [one for one in rows.values() if one.order == order]


def changed_between(
    rows: list[Any],
    start: datetime | None,
    end: datetime | None,
    when: Callable[[Any], datetime] = lambda row: row.changed_at,
) -> list[Any]:
    """By whole seconds, both ends included, in the order of their refs."""
    kept = [
        row
        for row in rows
        if (start is None or when(row).replace(microsecond=0) >= start)
        and (end is None or when(row).replace(microsecond=0) <= end)
    ]
    return sorted(kept, key=lambda row: (len(row.ref), row.ref))
