"""What people do in SAP's own screens: deliver, post goods issue, bill, credit, take back."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.sandbox.sales import Sales
from integrations.adapters.sap.sandbox.statuses import ZERO
from integrations.adapters.sap.sandbox.store import Row


class Staff(Sales):
    def order(self, number: str) -> Row:
        return self.store.one("A_SalesOrder", SalesOrder=number)

    def item(self, order: str, number: str) -> Row:
        return self.store.one("A_SalesOrderItem", SalesOrder=order, SalesOrderItem=number)

    # -- delivering

    def deliver(self, order_number: str, quantities: Mapping[str, Decimal] | None = None) -> str:
        """A delivery by item number, without goods issue; None: all that is left."""
        order = self.order(order_number)
        left = {
            item["SalesOrderItem"]: item["RequestedQuantity"]
            - self.delivered(item, only_issued=False)
            for item in self.open_items(order)
            if not self.is_service(item["Material"])
        }
        chosen = {number: left[number] for number in left} if quantities is None else quantities
        self.start_range("delivery", 80000000)
        number = self.next_number("delivery")
        today = self.now().date()
        self.store.add(
            "A_OutbDeliveryHeader",
            DeliveryDocument=number,
            SDDocumentCategory="J",
            SoldToParty=order["SoldToParty"],
            ShipToParty=order["SoldToParty"],
            CreationDate=today,
            OverallGoodsMovementStatus="A",
            DeliveryVersion="0001",
        )
        for place, (item_number, quantity) in enumerate(chosen.items(), start=1):
            if not quantity:
                continue
            item = self.item(order_number, item_number)
            self.store.add(
                "A_OutbDeliveryItem",
                DeliveryDocument=number,
                DeliveryDocumentItem=str(place * 10),
                Material=item["Material"],
                ActualDeliveryQuantity=Decimal(quantity),
                DeliveryQuantityUnit=item["OrderQuantityUnit"],
                GoodsMovementStatus="A",
                ReferenceSDDocument=order_number,
                ReferenceSDDocumentItem=item_number,
            )
            self.flow(item, "J", number, str(place * 10), order_number, item_number, "C")
        self.restate(order)
        return number

    def hand_over(self, delivery: str, carrier: str, *, units: Sequence[str] = ()) -> None:
        """To a carrier, packed in handling units with these external numbers."""
        keys = {"PartnerFunction": "CR"}
        self.store.add("A_OutbDeliveryPartner", SDDocument=delivery, Supplier="17300080", **keys)
        self.store.add(
            "A_OutbDeliveryAddress2",
            DeliveryDocument=delivery,
            BusinessPartnerName1=carrier,
            **keys,
        )
        for unit in units:
            self.store.add(
                "A_HandlingUnitHeaderDelivery",
                HandlingUnitInternalId=self.next_number("unit"),
                DeliveryDocument=delivery,
                HandlingUnitExternalId=unit,
            )

    def post_goods_issue(self, delivery: str, *, tracking: str = "") -> None:
        header = self.store.one("A_OutbDeliveryHeader", DeliveryDocument=delivery)
        today = self.now().date()
        header.update(
            OverallGoodsMovementStatus="C",
            ActualGoodsMovementDate=today,
            LastChangeDate=today,
            BillOfLading=tracking,
            DeliveryVersion="0002",
        )
        self.start_range("goods", 49000000)
        movement = self.next_number("goods")
        for line in self.store.find("A_OutbDeliveryItem", DeliveryDocument=delivery):
            line["GoodsMovementStatus"] = "C"
            item = self.item(line["ReferenceSDDocument"], line["ReferenceSDDocumentItem"])
            self._move_stock(line["Material"], -line["ActualDeliveryQuantity"])
            self.flow(item, "R", movement, "1", delivery, line["DeliveryDocumentItem"], "J")
            self.restate(self.order(line["ReferenceSDDocument"]))

    def ship(
        self, order: str, quantities: Mapping[str, Decimal] | None = None, *, tracking: str = ""
    ) -> str:
        """Delivery and goods issue in one."""
        delivery = self.deliver(order, quantities)
        self.post_goods_issue(delivery, tracking=tracking)
        return delivery

    def _move_stock(self, material: str, quantity: Decimal) -> None:
        """From the plants in their order, as far as each has it."""
        for plant in self.plants:
            there = self.on_hand(material, plant)
            taken = max(quantity, -there) if quantity < 0 else quantity
            if taken:
                self.set_stock(material, plant, there + taken)
                quantity -= taken
            if not quantity:
                return

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

    def flow(
        self,
        item: Row,
        category: str,
        document: str,
        line: str,
        before: str,
        before_line: str,
        before_category: str,
    ) -> None:
        self.store.add(
            "A_SalesOrderItmSubsqntProcFlow",
            SalesOrder=item["SalesOrder"],
            SalesOrderItem=item["SalesOrderItem"],
            DocRelationshipUUID=str(uuid.uuid4()),
            SubsequentDocument=document,
            SubsequentDocumentItem=line,
            SubsequentDocumentCategory=category,
            ProcessFlowLevel="01",
            SubsqntDocItmPrecdgDocument=before,
            SubsqntDocItmPrecdgDocItem=before_line,
            SubsqntDocItmPrecdgDocCategory=before_category,
            CreationDate=self.today(),
        )

    def today(self) -> date:
        return self.now().date()
