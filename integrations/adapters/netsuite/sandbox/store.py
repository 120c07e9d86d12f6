"""What the account holds: lists, transactions with their lines, stock. Plain values."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
ZERO = Decimal(0)
TIME = "%Y-%m-%d %H:%M:%S"


@dataclass
class Line:
    """`origin` is the (transaction, line) it was made from; quantities are as people see them."""

    id: int
    item: int
    quantity: Decimal
    rate: Decimal = ZERO
    amount: Decimal = ZERO
    description: str = ""
    price: str = ""
    tax_code: str = ""
    location: int = 0
    is_closed: bool = False
    shipped: Decimal = ZERO
    billed: Decimal = ZERO
    committed: Decimal = ZERO
    custom: Row = field(default_factory=dict)
    origin: tuple[int, int] | None = None


@dataclass
class Transaction:
    """`header` holds the fields of the record that nothing is computed from."""

    id: int
    type: str
    tranid: str
    entity: int
    currency: int
    status: str
    created: str
    modified: str
    trandate: str
    externalid: str = ""
    lines: list[Line] = field(default_factory=list)
    header: Row = field(default_factory=dict)
    subtotal: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    unpaid: Decimal = ZERO
    due: str = ""
    shipped: str = ""
    tracking: list[str] = field(default_factory=list)

    def line(self, line_id: int) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)


@dataclass
class Stock:
    on_hand: Decimal = ZERO
    committed: Decimal = ZERO
    on_order: Decimal = ZERO
    changed: str = ""

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.committed


@dataclass
class Store:
    """`lists` are tables of the account's own lists by name, each by internal id."""

    zone: ZoneInfo
    lists: dict[str, dict[int, Row]] = field(default_factory=dict)
    pricing: list[Row] = field(default_factory=list)
    item_pricing: list[Row] = field(default_factory=list)
    group_pricing: list[Row] = field(default_factory=list)
    transactions: dict[int, Transaction] = field(default_factory=dict)
    stock: dict[tuple[int, int], Stock] = field(default_factory=dict)
    last_id: int = 100

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def now(self) -> str:
        """On the wall clock of the account."""
        return datetime.now(UTC).astimezone(self.zone).strftime(TIME)

    def add(self, table: str, /, **values: Any) -> int:
        new_id = self.new_id()
        self.table(table)[new_id] = {"id": new_id, **values}
        return new_id

    def table(self, name: str) -> dict[int, Row]:
        return self.lists.setdefault(name, {})

    def of_type(self, kind: str) -> list[Transaction]:
        return [one for one in self.transactions.values() if one.type == kind]

    def by_external_id(self, eid: str) -> Transaction | None:
        return next((one for one in self.transactions.values() if one.externalid == eid), None)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        before = copy.deepcopy((self.transactions, self.stock, self.last_id))
        try:
            yield
        except BaseException:
            self.transactions, self.stock, self.last_id = before
            raise
