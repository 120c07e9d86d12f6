"""The account's people at work. An order is named by its internal id or its number."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.sandbox import amounts
from integrations.adapters.netsuite.sandbox.sales import SalesOrders
from integrations.adapters.netsuite.sandbox.store import ZERO, Line, Store, Transaction

Number = Decimal | int | str


class Staff:
    """Every verb takes plain values and returns an internal id, or nothing."""

    store: Store
    sales: SalesOrders
    guard: AbstractContextManager[Any] = nullcontext()

    def order(self, name: int | str) -> Transaction:
        text = str(name)
        return next(
            one for one in self.store.of_type("SalesOrd") if text in {str(one.id), one.tranid}
        )

    # -- delivery

    def ship(
        self,
        order: int | str,
        quantities: Mapping[int, Number] | None = None,
        *,
        tracking: str = "",
        carrier: str = "",
    ) -> int:
        """A fulfilment by line of the order, marked shipped; None: all that is left."""
        with self.guard:
            one = self.order(order)
            made = self._made(one, "ItemShip", "C")
            for line in one.lines:
                left = line.quantity - line.shipped
                wanted = left if quantities is None else Decimal(quantities.get(line.id, 0))
                if wanted <= 0 or line.is_closed or not amounts.ships(self.store, line):
                    continue
                if wanted > left:
                    raise ValueError(f"only {left} of line {line.id} are left to ship")
                self._take_from_stock(line, wanted)
                made.lines.append(_part(one, line, wanted))
            made.shipped, made.header["shipcarrier"] = made.created, carrier or None
            made.tracking = [number for number in tracking.split(",") if number]
            return self._done(one, made)

    def _take_from_stock(self, line: Line, quantity: Decimal) -> None:
        place = amounts.place_of(self.store, line)
        amounts.release(self.store, line)
        place.on_hand -= quantity
        place.changed = self.store.now()
        line.shipped += quantity

    # -- money

    def invoice(self, order: int | str) -> int:
        """Bills what was shipped and is not billed, or all where nothing was."""
        with self.guard:
            one = self.order(order)
            made = self._made(one, "CustInvc", "A")
            some_shipped = any(line.shipped for line in one.lines)
            for line in one.lines:
                by_shipment = some_shipped and amounts.ships(self.store, line)
                wanted = (line.shipped if by_shipment else line.quantity) - line.billed
                if wanted > 0 and not line.is_closed:
                    line.billed += wanted
                    made.lines.append(_part(one, line, wanted))
            self._price_up(made)
            made.unpaid, made.due = made.total, made.trandate
            return self._done(one, made)

    def pay(self, invoice: int | str, amount: Number | None = None) -> None:
        """All that is open, or an amount of it."""
        with self.guard:
            one = self.store.transactions[int(invoice)]
            one.unpaid -= one.unpaid if amount is None else Decimal(amount)
            one.status = "A" if one.unpaid else "B"
            one.modified = self.store.now()

    def credit(self, invoice: int | str) -> int:
        """A credit memo over all of an invoice, applied to it."""
        with self.guard:
            one = self.store.transactions[int(invoice)]
            made = self._made(one, "CustCred", "B")
            made.lines = [_part(one, line, line.quantity) for line in one.lines]
            self._price_up(made)
            one.unpaid, one.status = ZERO, "B"
            return self._done(one, made)

    # -- returns

    def take_back(self, order: int | str, quantities: Mapping[int, Number]) -> int:
        """A return authorisation, and the receipt of its goods; by line of the order."""
        with self.guard:
            one = self.order(order)
            announced = self._made(one, "RtnAuth", "F")
            announced.lines = [
                _part(one, line, Decimal(quantities[line.id]))
                for line in one.lines
                if line.id in quantities
            ]
            self._done(one, announced)
            received = self._made(announced, "ItemRcpt", "B")
            received.lines = [_part(announced, line, line.quantity) for line in announced.lines]
            self._done(announced, received)
            return announced.id

    # -- the order itself

    def edit_line(self, order: int | str, line: int, *, quantity: Number) -> None:
        with self.guard:
            body = {"item": {"items": [{"line": line, "quantity": Decimal(quantity)}]}}
            self.sales.change(self.order(order), body, replaces=False)

    def add_line(self, order: int | str, item: int, *, quantity: Number, rate: Number) -> None:
        with self.guard:
            entry = {
                "item": {"id": item},
                "quantity": Decimal(quantity),
                "price": "-1",
                "rate": Decimal(rate),
            }
            body = {"item": {"items": [entry]}}
            self.sales.change(self.order(order), body, replaces=False)

    def approve(self, order: int | str) -> None:
        with self.guard:
            self.sales.change(self.order(order), {"orderStatus": "B"}, replaces=False)

    def cancel(self, order: int | str) -> None:
        """The button "Cancel Order" of an order that was not approved, else its lines closed."""
        with self.guard:
            one = self.order(order)
            if one.status == "A":
                one.status = "C"
            for line in one.lines:
                line.is_closed = True
                amounts.release(self.store, line)
            if one.status != "C":
                amounts.settle_status(self.store, one)
            one.modified = self.store.now()

    def build(self, order: int | str, *, status: str = "D") -> int:
        """A work order for the first line: B released, D in process."""
        with self.guard:
            one = self.order(order)
            made = self._made(one, "WorkOrd", status)
            made.lines = [_part(one, one.lines[0], one.lines[0].quantity)]
            return self._done(one, made)

    def _made(self, before: Transaction, kind: str, status: str) -> Transaction:
        store, now = self.store, self.store.now()
        one = Transaction(
            id=store.new_id(),
            type=kind,
            tranid=f"{_PREFIXES[kind]}{store.last_id:05d}",
            entity=before.entity,
            currency=before.currency,
            status=status,
            created=now,
            modified=now,
            trandate=now[:10],
        )
        store.transactions[one.id] = one
        return one

    def _price_up(self, one: Transaction) -> None:
        amounts.total_up(self.store, one, tax_rounding=self.sales.tax_rounding)

    def _done(self, before: Transaction, made: Transaction) -> int:
        """An order's own time of change moves with its lines, not with payments of invoices."""
        if not made.lines:
            raise ValueError(f"there is nothing left for a {made.type}")
        if before.type == "SalesOrd":
            amounts.settle_status(self.store, before)
            before.modified = self.store.now()
        return made.id


_PREFIXES = {
    "ItemShip": "IF",
    "CustInvc": "INV",
    "CustCred": "CM",
    "RtnAuth": "RMA",
    "ItemRcpt": "IR",
    "WorkOrd": "WO",
}


def _part(before: Transaction, line: Line, quantity: Decimal) -> Line:
    """That much of a line, in a transaction made from it; its share of the amount."""
    share = quantity / line.quantity if line.quantity else ZERO
    return Line(
        id=line.id + 1,  # numbered anew in every transaction
        item=line.item,
        quantity=quantity,
        rate=line.rate,
        amount=(line.amount * share).quantize(Decimal("0.01")),
        description=line.description,
        tax_code=line.tax_code,
        origin=(before.id, line.id),
    )
