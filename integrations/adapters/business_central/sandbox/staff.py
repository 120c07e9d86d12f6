"""People at work in Business Central: shipping, invoicing, money, returns, edits."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.sandbox.faults import dialog
from integrations.adapters.business_central.sandbox.sales import Sales
from integrations.adapters.business_central.sandbox.schema import PAGES
from integrations.adapters.business_central.sandbox.store import Row, Store, today

Number = Decimal | int | str


class Staff(Sales):
    """Every verb takes plain values. An order is named by its number; lines by the text in
    their Description 2."""

    guard: AbstractContextManager[Any] = nullcontext()
    store: Store

    def work(self, verb: Callable[[], Any]) -> Any:
        with self.guard, self.store.transaction():
            return verb()

    def order(self, number: str) -> Row:
        return self.store.one("salesOrders", "number", number)

    # -- deliveries

    def ship(
        self,
        number: str,
        quantities: Mapping[str, Number] | None = None,
        *,
        tracking: str = "",
    ) -> str:
        """Posts a shipment; None: all that is left. Returns its number."""
        return str(self.work(lambda: self._ship(number, quantities, tracking)))

    def _ship(self, number: str, quantities: Mapping[str, Number] | None, tracking: str) -> str:
        self._refuse_closed_period()
        order = self.order(number)
        self.release(order)  # posting releases
        shipped = self._to_ship(order, quantities)
        if not shipped:
            raise dialog("There is nothing to post.")
        head = self._document("salesShipments", order, "102")
        for line, quantity in shipped:
            line["shippedQuantity"] += quantity
            self._copy(line, "salesShipmentLines", head, quantity=quantity)
            self._move_stock(line, -quantity)
        for comment in self.lines_of(order):
            if comment["lineType"] == "Comment":
                self._copy(comment, "salesShipmentLines", head)
        self.store.insert(
            "portalShipments",
            id=head["id"],
            number=head["number"],
            shippingAgentName="Parcel Post" if tracking else "",
            packageTrackingNumber=tracking,
        )
        self.recount(order)
        self.store.touch("salesOrders", order)
        self.log_order(order, isTouched=True)
        return str(head["number"])

    def _to_ship(
        self, order: Row, quantities: Mapping[str, Number] | None
    ) -> list[tuple[Row, Decimal]]:
        goods = [line for line in self.lines_of(order) if line["lineType"] != "Comment"]
        found = []
        for line in goods:
            left = line["quantity"] - line["shippedQuantity"]
            wanted = left
            if quantities is not None:
                wanted = Decimal(str(quantities.get(line["description2"], 0)))
            if wanted:
                found.append((line, wanted))
        return found

    def _move_stock(self, line: Row, quantity: Decimal) -> None:
        if line["lineType"] != "Item":
            return
        levels = self.store.find("portalStockLevels", "itemId", line["itemId"])
        own = [row for row in levels if row["_location"] == line["locationId"]] or levels
        if own:
            own[0]["inventory"] += quantity

    def take_back(self, number: str, quantities: Mapping[str, Number]) -> str:
        """Posts a return receipt."""

        def receive() -> str:
            receipt = self.store.new_number("RR", 107001)
            for our_ref, quantity in quantities.items():
                self.store.insert(
                    "portalReturnLines",
                    number=receipt,
                    orderNumber=number,
                    postingDate=today(),
                    description2=our_ref,
                    quantity=Decimal(str(quantity)),
                )
            return receipt

        return str(self.work(receive))

    # -- money

    def invoice(self, number: str) -> str:
        """Posts an invoice of what was shipped and is not invoiced yet; of a whole order that
        nothing was shipped of it ships all first. An order that is then invoiced in full is
        removed (as after `shipAndInvoice`). Returns its number."""
        return str(self.work(lambda: self._invoice(number)))

    def _invoice(self, number: str) -> str:
        self._refuse_closed_period()
        order = self.order(number)
        goods = [line for line in self.lines_of(order) if line["lineType"] != "Comment"]
        if not any(line["shippedQuantity"] for line in goods):
            self._ship(number, None, "")
        invoiced = []
        for line in goods:
            part = {**line, "quantity": line["shippedQuantity"] - line["invoicedQuantity"]}
            if part["quantity"]:
                invoiced.append(part)
            line["invoicedQuantity"] = line["shippedQuantity"]
        amounts = self.counted(order, invoiced)
        head = self._document("salesInvoices", order, "103")
        # the id of the order may be empty once the order is gone
        head.update(
            amounts,
            status="Open",
            invoiceDate=today(),
            dueDate=today(),
            remainingAmount=amounts["totalAmountIncludingTax"],
        )
        self.store.touch("salesOrders", order)
        self.log_order(order, isTouched=True)
        if all(line["invoicedQuantity"] >= line["quantity"] for line in goods):
            self.drop(order)
            self.log_order(order, isPosted=True)
        return str(head["number"])

    def pay(self, invoice: str, amount: Number | None = None) -> None:
        def settle() -> None:
            row = self.store.one("salesInvoices", "number", invoice)
            paid = row["remainingAmount"] if amount is None else Decimal(str(amount))
            left = row["remainingAmount"] - paid
            self.store.touch(
                "salesInvoices",
                row,
                remainingAmount=left,
                status="Open" if left else "Paid",
            )

        self.work(settle)

    def credit(self, invoice: str) -> str:
        """A corrective credit memo over all of it."""

        def cancel() -> str:
            row = self.store.one("salesInvoices", "number", invoice)
            names = ("externalDocumentNumber", "customerId", "customerNumber", "currencyCode")
            sums = ("totalAmountExcludingTax", "totalTaxAmount", "totalAmountIncludingTax")
            memo = self.store.insert(
                "salesCreditMemos",
                number=self.store.new_number("104", 1),
                invoiceId=row["id"],
                invoiceNumber=invoice,
                creditMemoDate=today(),
                status="Corrective",
                **{name: row[name] for name in (*names, *sums)},
            )
            self.store.touch("salesInvoices", row, status="Canceled", remainingAmount=Decimal(0))
            return str(memo["number"])

        return str(self.work(cancel))

    def post_payments(self) -> None:
        """Accounting posts the journal: its lines are gone, their texts are in the ledger."""

        def post() -> None:
            self._refuse_closed_period()
            for line in self.store.rows("customerPayments"):
                self.store.insert(
                    "generalLedgerEntries",
                    entryNumber=len(self.store.tables["generalLedgerEntries"]) + 1,
                    postingDate=line["postingDate"],
                    documentNumber=line["documentNumber"],
                    description=line["description"],
                    creditAmount=-line["amount"],
                )
                self.store.delete("customerPayments", line)

        self.work(post)

    def close_periods(self, begins: str, ends: str) -> None:
        setup = self.store.rows("generalLedgerSetup")[0]
        setup.update(allowPostingFrom=begins, allowPostingTo=ends)

    def _refuse_closed_period(self) -> None:
        setup = self.store.rows("generalLedgerSetup")[0]
        begins, ends = setup["allowPostingFrom"], setup["allowPostingTo"]
        if begins <= today() and (ends.startswith("0001") or today() <= ends):
            return
        raise dialog(
            "Posting Date is not within your range of allowed posting dates in Sales Header."
        )

    # -- edits

    def edit_line(self, number: str, our_ref: str, *, quantity: Number) -> None:
        """Reopens a released order, as one must, and releases it again. Only the log of the
        extension learns of it: the header is not marked as changed."""

        def edit() -> None:
            order = self.order(number)
            line = next(one for one in self.lines_of(order) if one["description2"] == our_ref)
            status, order["status"] = order["status"], "Draft"
            self.change_line(order, line, {"quantity": Decimal(str(quantity))})
            order["status"] = status
            self.log_order(order, isTouched=True)

        self.work(edit)

    def enter_order(self, customer_id: str, code: str) -> str:
        """Types an order of one item in by hand, under any external document number."""

        def enter() -> str:
            goods = {"itemId": self.store.rows("items")[0]["id"], "quantity": Decimal(1)}
            values = {"customerId": customer_id, "externalDocumentNumber": code.strip().upper()}
            return str(self.add_order({**values, "salesOrderLines": [goods]})["number"])

        return str(self.work(enter))

    def cancel(self, number: str) -> None:
        self.work(lambda: self.remove_order(self.order(number)))

    # -- a look at what there is

    def orders_with(self, code: str) -> list[Row]:
        """Log rows of all orders under an external document number, with `gross`."""
        with self.guard:
            return [
                {**row, "gross": self._gross(row)}
                for row in self.store.find(
                    "portalOrders", "externalDocumentNumber", code.strip().upper()
                )
            ]

    def _gross(self, row: Row) -> Decimal:
        order = self.store.get("salesOrders", row["id"])
        if order is not None:
            return Decimal(order["totalAmountIncludingTax"])
        invoices = self.store.find("salesInvoices", "orderNumber", row["number"])
        return sum((one["totalAmountIncludingTax"] for one in invoices), Decimal(0))

    # -- helpers

    def _document(self, table: str, order: Row, series: str) -> Row:
        names = ("externalDocumentNumber", "customerId", "customerNumber", "currencyCode")
        known = {name: order[name] for name in names if name in _fields(table)}
        return self.store.insert(
            table,
            number=self.store.new_number(series, 1),
            orderNumber=order["number"],
            postingDate=today(),
            **known,
        )

    def _copy(self, line: Row, table: str, head: Row, **changed: Any) -> None:
        skipped = {"id", "documentId", *changed}
        values = {name: line[name] for name in _fields(table) if name in line}
        kept = {name: value for name, value in values.items() if name not in skipped}
        self.store.insert(table, documentId=head["id"], **kept, **changed)


def _fields(table: str) -> set[str]:
    return set(PAGES[table].fields)
