"""What people do in the warehouse: deliver, pack, hand over, post goods issue."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.adapters.sap.sandbox.sales import Sales
from integrations.adapters.sap.sandbox.store import Row


class Delivering(Sales):
    def order(self, number: str) -> Row:
        return self.store.one("A_SalesOrder", SalesOrder=number)

    def item(self, order: str, number: str) -> Row:
        return self.store.one("A_SalesOrderItem", SalesOrder=order, SalesOrderItem=number)

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
