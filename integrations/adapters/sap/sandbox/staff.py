"""What people do in SAP's own screens: bill, credit, take back, edit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.sandbox.delivering import Delivering
from integrations.adapters.sap.sandbox.statuses import ZERO
from integrations.adapters.sap.sandbox.store import Row


class Staff(Delivering):
    # -- billing

    def bill(self, order_number: str) -> str:
        """An invoice of what was shipped and not billed; of all that is ordered where nothing
        was shipped; services always."""
        order = self.order(order_number)
        shipped = {item["SalesOrderItem"]: self.delivered(item) for item in self.items(order)}
        lines = []
        for item in self.open_items(order):
            is_whole = not any(shipped.values()) or self.is_service(item["Material"])
            done = item["RequestedQuantity"] if is_whole else shipped[item["SalesOrderItem"]]
            quantity = done - self.billed(item)
            if quantity > 0:
                lines.append((item, quantity))
        number = self._bill(order, lines, "M", order_number)
        self.restate(order)
        return number

    def _bill(
        self, order: Row, lines: list[tuple[Row, Decimal]], category: str, sales_document: str
    ) -> str:
        self.start_range("bill", 90000000)
        number, now = self.next_number("bill"), self.now()
        net = tax = ZERO
        coin = Decimal(1).scaleb(-self.currency_digits(order["TransactionCurrency"]))
        for place, (item, quantity) in enumerate(lines, start=1):
            share = quantity / item["RequestedQuantity"]
            item_net = (item["NetAmount"] * share).quantize(coin)
            item_tax = (item["TaxAmount"] * share).quantize(coin)
            net, tax = net + item_net, tax + item_tax
            self.store.add(
                "A_BillingDocumentItem",
                BillingDocument=number,
                BillingDocumentItem=str(place * 10),
                Material=item["Material"],
                BillingQuantity=quantity,
                NetAmount=item_net,
                TaxAmount=item_tax,
                SalesDocument=sales_document,
                SalesDocumentItem=item["SalesOrderItem"],
                OriginSDDocument=order["SalesOrder"],
            )
            self.flow(
                item, category, number, str(place * 10), sales_document, item["SalesOrderItem"], "C"
            )
        self.store.add(
            "A_BillingDocument",
            BillingDocument=number,
            SDDocumentCategory=category,
            BillingDocumentType="F2" if category == "M" else "G2",
            BillingDocumentDate=now.date(),
            CreationDate=now.date(),
            LastChangeDateTime=now,
            TotalNetAmount=net,
            TaxAmount=tax,
            TotalGrossAmount=net + tax,
            TransactionCurrency=order["TransactionCurrency"],
            CustomerPaymentTerms=order["CustomerPaymentTerms"],
            SoldToParty=order["SoldToParty"],
            PayerParty=order["SoldToParty"],
            AccountingPostingStatus="C",
            InvoiceClearingStatus="A",
        )
        return number

    def owe(self, customer: str, amount: int, *, currency: str = "EUR") -> None:
        """An old invoice that is not paid."""
        self.start_range("bill", 90000000)
        now = self.now()
        self.store.add(
            "A_BillingDocument",
            BillingDocument=self.next_number("bill"),
            SDDocumentCategory="M",
            BillingDocumentDate=now.date(),
            CreationDate=now.date(),
            LastChangeDateTime=now,
            TotalNetAmount=Decimal(amount),
            TaxAmount=ZERO,
            TotalGrossAmount=Decimal(amount),
            TransactionCurrency=currency,
            SoldToParty=customer,
            PayerParty=customer,
            AccountingPostingStatus="C",
            InvoiceClearingStatus="A",
        )

    def change_bill(self, number: str, **changes: Any) -> Row:
        found = self.store.one("A_BillingDocument", BillingDocument=number)
        found.update(changes, LastChangeDateTime=self.now())
        return found

    def pay(self, number: str) -> None:
        self.change_bill(number, InvoiceClearingStatus="C")

    def cancel_bill(self, number: str) -> None:
        self.change_bill(number, BillingDocumentIsCancelled=True)

    def credit(self, number: str) -> str:
        """A credit memo over a whole invoice, by way of a credit memo request."""
        lines = self.store.find("A_BillingDocumentItem", BillingDocument=number)
        self.start_range("request", 60000000)
        pairs = [
            (self.item(one["OriginSDDocument"], one["SalesDocumentItem"]), one["BillingQuantity"])
            for one in lines
        ]
        order = self.order(lines[0]["OriginSDDocument"])
        return self._bill(order, pairs, "O", self.next_number("request"))

    # -- taking back

    def take_back(self, order_number: str, quantities: Mapping[str, Decimal]) -> str:
        """A return order, its returns delivery and the goods receipt."""
        order = self.order(order_number)
        self.start_range("return", 60500000)
        self.start_range("delivery", 80000000)
        self.start_range("goods", 49000000)
        number, delivery = self.next_number("return"), self.next_number("delivery")
        movement = self.next_number("goods")
        self.store.add(
            "A_CustomerReturn",
            CustomerReturn=number,
            SoldToParty=order["SoldToParty"],
            ReferenceSDDocument=order_number,
            CreationDate=self.now().date(),
        )
        for place, (item_number, quantity) in enumerate(quantities.items(), start=1):
            item = self.item(order_number, item_number)
            line = str(place * 10)
            self.store.add(
                "A_CustomerReturnItem",
                CustomerReturn=number,
                CustomerReturnItem=line,
                Material=item["Material"],
                RequestedQuantity=Decimal(quantity),
                ReferenceSDDocument=order_number,
                ReferenceSDDocumentItem=item_number,
                SDDocumentRejectionStatus="A",
            )
            self.flow(item, "H", number, line, order_number, item_number, "C")
            self.flow(item, "T", delivery, line, number, line, "H")
            self.flow(item, "R", movement, "1", delivery, line, "T")
            self._move_stock(item["Material"], Decimal(quantity))
        self.stamp(order)
        return number

    # -- by hand

    def release_credit(self, order_number: str) -> None:
        """What credit management does with an order that it approves."""
        order = self.order(order_number)
        order["TotalCreditCheckStatus"] = "D"
        self.stamp(order)

    def edit_item(self, order_number: str, item_number: str, quantity: Decimal | int) -> None:
        item = self.item(order_number, item_number)
        item["RequestedQuantity"] = Decimal(quantity)
        self.recompute(self.order(order_number))

    def reject_all(self, order_number: str, reason: str = "00") -> None:
        order = self.order(order_number)
        for item in self.items(order):
            item["SalesDocumentRjcnReason"] = reason
        self.recompute(order)
