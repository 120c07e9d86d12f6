"""What the people in the office do, in both ERPs alike. Orders are named by their numbers."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from integrations.adapters.custom.sandbox import selling
from integrations.adapters.custom.sandbox.books import (
    Bill,
    Books,
    Firm,
    Goods,
    Movement,
    Order,
    Price,
    now,
)

Quantities = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as it lies in the books."""

    ref: str
    is_cancelled: bool
    gross_total: Decimal


class Staff:
    """Verbs that are done at once, each under the lock of the server."""

    books: Books
    lock: threading.RLock

    # -- setting up

    def add_goods(self, goods: Goods) -> None:
        with self.lock:
            self.books.goods[goods.ref] = goods
            self._keep_price(goods.ref, "", Decimal(1), goods.price)

    def add_firm(self, firm: Firm) -> None:
        with self.lock:
            self.books.firms[firm.ref] = firm

    def add_tax(self, code: str, percent: Decimal) -> None:
        with self.lock:
            self.books.taxes[code] = percent

    def add_price(self, goods: str, firm: str, min_quantity: int, amount: Decimal) -> None:
        """A step of the general price, or of what one customer agreed."""
        with self.lock:
            self._keep_price(goods, firm, Decimal(min_quantity), amount)

    def set_stock(self, goods: str, place: str, quantity: int) -> None:
        with self.lock:
            self.books.stock[goods, place] = (Decimal(quantity), now())

    def set_price(self, goods: str, amount: Decimal) -> None:
        """The list price."""
        with self.lock:
            self.books.goods[goods].price = amount
            self.books.goods[goods].changed_at = now()
            self._keep_price(goods, "", Decimal(1), amount)

    def rename(self, goods: str, title: str) -> None:
        with self.lock:
            one = self.books.goods[goods]
            one.title = one.product_title = title
            one.changed_at = now()

    def archive(self, goods: str) -> None:
        with self.lock:
            self.books.goods[goods].is_active = False
            self.books.goods[goods].changed_at = now()

    def block(self, firm: str) -> None:
        with self.lock:
            self.books.firms[firm].is_blocked = True
            self.books.firms[firm].changed_at = now()

    def _keep_price(self, goods: str, firm: str, min_quantity: Decimal, amount: Decimal) -> None:
        ref = f"{goods}/{firm or 'all'}/{min_quantity}"
        self.books.prices[ref] = Price(ref, goods, firm, min_quantity, amount)

    # -- orders

    def shown(self, our_ref: str) -> list[Shown]:
        with self.lock:
            orders = [one for one in self.books.orders.values() if one.our_ref == our_ref]
            return [
                Shown(one.ref, one.state == "cancelled", selling.sums(self.books, one).gross)
                for one in orders
            ]

    def ship(self, order: str, quantities: Quantities | None, *, tracking: str = "") -> str:
        """Pieces by our line reference; None: all that is left."""
        with self.lock:
            found = self._touched(order)
            moved, taken = [], dict[str, Decimal]()
            for line in found.lines:
                left = line.quantity - line.shipped
                wanted = left if quantities is None else Decimal(quantities.get(line.our_ref, 0))
                if wanted:
                    line.shipped += wanted
                    moved.append((line.ref, wanted))
                    taken[line.goods] = taken.get(line.goods, Decimal(0)) + wanted
            self.books.move_stock(found, taken)
            ref = self.books.number("delivery", 80001)
            self.books.deliveries[ref] = Movement(ref, order, now(), moved, tracking)
            return ref

    def invoice(self, order: str) -> str:
        """What was shipped and not billed; all of it where nothing was shipped."""
        with self.lock:
            found = self._touched(order)
            has_shipped = any(line.shipped for line in found.lines)
            billed = []
            for line in found.lines:
                whole = line.shipped if has_shipped else line.quantity
                if whole > line.invoiced:
                    billed.append(_part(line, whole - line.invoiced))
                    line.invoiced = whole
            gross = selling.sums(self.books, found, billed).gross
            return self._new_bill(order, "invoice", gross, open=gross)

    def pay(self, bill: str) -> None:
        with self.lock:
            one = self.books.bills[bill]
            one.open = Decimal(0)
            self._touched(one.order)

    def credit(self, bill: str) -> None:
        """A credit note over all of it."""
        with self.lock:
            one = self.books.bills[bill]
            one.open, one.is_credited = Decimal(0), True
            self._new_bill(one.order, "credit_note", one.gross, open=Decimal(0))
            self._touched(one.order)

    def take_back(self, order: str, quantities: Quantities) -> str:
        with self.lock:
            found = self._touched(order)
            lines = {line.our_ref: line.ref for line in found.lines}
            moved = [(lines[ours], Decimal(count)) for ours, count in quantities.items()]
            ref = self.books.number("return", 90001)
            self.books.returns[ref] = Movement(ref, order, now(), moved)
            return ref

    def edit_line(self, order: str, our_ref: str, quantity: int) -> None:
        with self.lock:
            found = self._touched(order)
            for line in found.lines:
                if line.our_ref == our_ref:
                    line.quantity = Decimal(quantity)

    def cancel(self, order: str) -> None:
        with self.lock:
            selling.cancel(self.books, self._touched(order))

    def enter_again(self, order: str) -> str:
        """Somebody types it in once more, under the same reference."""
        with self.lock:
            first = self.books.order(order)
            ref = self.books.number("order", 400001)
            again = selling.add_order(self.books, ref, first.our_ref, first.firm, first.currency)
            again.lines = [_part(line, line.quantity) for line in first.lines]
            again.is_touched = True
            return ref

    def is_half(self, order: str) -> bool:
        """A draft with fewer lines than its header says."""
        with self.lock:
            found = self.books.order(order)
            wanted = int(found.extra.get("soll_positionen") or 0)
            return found.state == "draft" and len(found.lines) < wanted

    def add_past_order(self, order: Order) -> None:
        """One of long ago, delivered and paid."""
        with self.lock:
            self.books.orders[order.ref] = order

    def _touched(self, order: str) -> Order:
        found = self.books.order(order)
        found.is_touched, found.changed_at = True, now()
        return found

    def _new_bill(self, order: str, kind: str, gross: Decimal, *, open: Decimal) -> str:
        ref = self.books.number("bill", 70001)
        self.books.bills[ref] = Bill(ref, order, kind, now().date(), gross, open)
        return ref


def due_on(bill: Bill) -> object:
    return bill.on + timedelta(days=30)


def _part(line: "selling.Line", quantity: Decimal) -> "selling.Line":
    return selling.Line(
        line.ref, line.our_ref, line.goods, line.text, quantity, line.price, line.discount,
        line.taxes,
    )  # fmt: skip
