"""What SAP says of an order by itself: what can be delivered, the credit, the statuses."""

from decimal import Decimal

from integrations.adapters.sap.sandbox.pricing import Pricing
from integrations.adapters.sap.sandbox.store import Row

ZERO = Decimal(0)


class Statuses(Pricing):
    def is_service(self, number: str) -> bool:
        product = self.material(number)
        return product is not None and product["ProductType"] == "SERV"

    def items(self, order: Row) -> list[Row]:
        return self.store.find("A_SalesOrderItem", SalesOrder=order["SalesOrder"])

    def open_items(self, order: Row) -> list[Row]:
        return [item for item in self.items(order) if not item["SalesDocumentRjcnReason"]]

    # -- availability

    def confirmable(self, material: str, wanted: Decimal, *, item: Row | None = None) -> Decimal:
        """ATP: stock less what is confirmed to other open lines."""
        if self.is_service(material):
            return wanted
        gone = self.delivered(item) if item else ZERO
        free = self.on_hand(material) - self.promised(material, besides=item)
        return max(ZERO, min(wanted, free + gone))

    def promised(self, material: str, *, besides: Row | None = None) -> Decimal:
        total = ZERO
        for item in self.store.find("A_SalesOrderItem", Material=material):
            if item is besides or item["SalesDocumentRjcnReason"]:
                continue
            confirmed = item["ConfdDelivQtyInOrderQtyUnit"] or ZERO
            total += max(ZERO, confirmed - self.delivered(item))
        return total

    def delivered(self, item: Row, *, only_issued: bool = True) -> Decimal:
        found = self.store.find(
            "A_OutbDeliveryItem",
            ReferenceSDDocument=item["SalesOrder"],
            ReferenceSDDocumentItem=item["SalesOrderItem"],
        )
        return sum(
            (
                one["ActualDeliveryQuantity"]
                for one in found
                if not only_issued or one["GoodsMovementStatus"] == "C"
            ),
            ZERO,
        )

    # -- credit

    def credit_status(self, order: Row) -> str:
        """SAP help, "Credit check": A approved, B not; empty where nothing is checked."""
        account = self.store.first("CreditManagementAccount", BusinessPartner=order["SoldToParty"])
        if account is None or order["SoldToParty"] in self.trusted:
            return ""
        if order["TotalCreditCheckStatus"] == "D":  # released by credit management
            return "D"
        exposure = self.exposure(order["SoldToParty"], besides=order) + order["TotalNetAmount"]
        is_over = account["CreditAccountIsBlocked"] or exposure > account["CreditLimitAmount"]
        return "B" if is_over else "A"

    def exposure(self, customer: str, *, besides: Row | None = None) -> Decimal:
        bills = sum(
            (
                bill["TotalGrossAmount"] * (-1 if bill["SDDocumentCategory"] == "O" else 1)
                for bill in self.store.find("A_BillingDocument", PayerParty=customer)
                if bill["InvoiceClearingStatus"] != "C" and not bill["BillingDocumentIsCancelled"]
            ),
            ZERO,
        )
        orders = sum(
            (
                order["TotalNetAmount"]
                for order in self.store.find("A_SalesOrder", SoldToParty=customer)
                if order is not besides and order["OverallSDProcessStatus"] != "C"
            ),
            ZERO,
        )
        return bills + orders

    # -- statuses (data dictionary: A not yet, B partly, C completely, empty not relevant)

    def restate(self, order: Row) -> None:
        items, rejected = self.items(order), 0
        for item in items:
            rejected += bool(item["SalesDocumentRjcnReason"])
            self._restate_item(order, item)
        states = [item["DeliveryStatus"] for item in self.open_items(order)]
        order["OverallDeliveryStatus"] = order["OverallTotalDeliveryStatus"] = _overall(states)
        order["OverallSDDocumentRejectionSts"] = (
            "A" if not rejected else ("C" if rejected == len(items) else "B")
        )
        processed = [item["SDProcessStatus"] for item in items]
        order["OverallSDProcessStatus"] = _overall(processed) or "A"

    def _restate_item(self, order: Row, item: Row) -> None:
        ordered = item["RequestedQuantity"]
        made = self.delivered(item, only_issued=False)
        billed = self.billed(item)
        if item["SalesDocumentRjcnReason"]:
            item.update(DeliveryStatus="C", SDProcessStatus="C")
            return
        item["DeliveryStatus"] = "" if self.is_service(item["Material"]) else _of(made, ordered)
        done = _of(billed, ordered)
        item["SDProcessStatus"] = done if done != "A" or not made else "B"

    def billed(self, item: Row) -> Decimal:
        total = ZERO
        for one in self.store.find(
            "A_BillingDocumentItem",
            SalesDocument=item["SalesOrder"],
            SalesDocumentItem=item["SalesOrderItem"],
        ):
            bill = self.store.first("A_BillingDocument", BillingDocument=one["BillingDocument"])
            if (
                bill
                and bill["SDDocumentCategory"] == "M"
                and not bill["BillingDocumentIsCancelled"]
            ):
                total += one["BillingQuantity"]
        return total


def _of(done: Decimal, ordered: Decimal) -> str:
    if not done:
        return "A"
    return "C" if done >= ordered else "B"


def _overall(states: list[str]) -> str:
    relevant = [state for state in states if state]
    if not relevant:
        return ""
    if all(state == "C" for state in relevant):
        return "C"
    return "A" if all(state == "A" for state in relevant) else "B"
