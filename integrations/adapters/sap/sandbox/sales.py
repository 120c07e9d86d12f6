"""Sales orders: checking, numbering, availability, credit, statuses, simulation."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.sandbox.pricing import Priced, Pricing
from integrations.adapters.sap.sandbox.store import Row

ZERO = Decimal(0)


class Refused(Exception):
    """A business rule of SAP; `code` is a message class and number."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Sales(Pricing):
    # -- rules

    def check_header(self, header: Row) -> None:
        area = (
            header["SalesOrganization"],
            header["DistributionChannel"],
            header["OrganizationDivision"],
        )
        if not header["SoldToParty"]:
            raise Refused("V1/140", "Enter a value for SoldToParty")
        rows = self.store.find("A_CustomerSalesArea", Customer=header["SoldToParty"])
        mine = [
            row
            for row in rows
            if (row["SalesOrganization"], row["DistributionChannel"], row["Division"]) == area
        ]
        if not mine:
            raise Refused(
                "VP/204",
                f"Sold-to party {header['SoldToParty']} not maintained for "
                f"sales area {' '.join(area)}",
            )
        if mine[0]["OrderIsBlockedForCustomer"]:
            raise Refused("V1/312", f"Customer {header['SoldToParty']} is blocked for orders")
        header["TransactionCurrency"] = header["TransactionCurrency"] or mine[0]["Currency"]
        terms = header["CustomerPaymentTerms"]
        if terms and terms not in self.payment_terms:
            # the words of every check table
            raise Refused("00/058", f"Entry {terms} does not exist in T052 (check entry)")
        if header["TransactionCurrency"] not in {*self.rates, *self.digits}:
            raise Refused("E!/009", f"Currency {header['TransactionCurrency']} is not defined")

    def check_item(self, item: Row) -> None:
        number = item["Material"]
        sales, product = self.sales_data(number), self.material(number)
        if sales is None or product is None:
            raise Refused(
                "V1/382",
                f"Material {number} is not defined for sales org. "
                f"{self.sales_organization}, distr. chan. {self.channel}",
            )
        if product["IsMarkedForDeletion"] or sales["IsMarkedForDeletion"]:
            raise Refused("V1/394", f"Material {number} is marked for deletion")
        if sales["ProductSalesStatus"] or product["CrossPlantStatus"]:
            raise Refused("V1/028", f"Material {number} has status: blocked for sales")
        if not item["RequestedQuantity"] or item["RequestedQuantity"] < 0:
            raise Refused("V1/593", f"Enter a quantity for material {number}")

    # -- creating

    def number_order(self, order: Row) -> None:
        self.start_range("order", 0)
        now = self.now()
        order.update(
            SalesOrder=self.next_number("order"),
            CreationDate=now.date(),
            CreatedByUser="API_USER",
            LastChangeDate=None,
            LastChangeDateTime=now,
            SalesOrderDate=now.date(),
            PricingDate=order["PricingDate"] or now.date(),
            YY1_Region_SDH="north",
        )
        area = self.store.first("A_CustomerSalesArea", Customer=order["SoldToParty"])
        own = area["CustomerPaymentTerms"] if area else ""
        order["CustomerPaymentTerms"] = order["CustomerPaymentTerms"] or own

    def complete_item(self, order: Row, item: Row) -> None:
        number = item["Material"]
        taken = [int(one["SalesOrderItem"] or 0) for one in self.items(order)]
        item["SalesOrder"] = order["SalesOrder"]
        item["SalesOrderItem"] = item["SalesOrderItem"] or str(max(taken, default=0) + 10)
        unit = self.sales_unit(number)
        item["RequestedQuantityUnit"] = item["RequestedQuantityUnit"] or unit
        item["OrderQuantityUnit"] = unit
        item["ProductTaxClassification1"] = item[
            "ProductTaxClassification1"
        ] or self.tax_class_of.get(number, "")
        text = self.store.first("A_ProductDescription", Product=number)
        item["SalesOrderItemText"] = item["SalesOrderItemText"] or (
            text["ProductDescription"] if text else ""
        )
        # SAP shows the header's reference on an item that has none of its own
        item["PurchaseOrderByCustomer"] = (
            item["PurchaseOrderByCustomer"] or order["PurchaseOrderByCustomer"]
        )
        item["SalesOrderItemCategory"] = "TAD" if self.is_service(number) else "TAN"
        item["YY1_Engraving_SDI"] = "none"

    def is_service(self, number: str) -> bool:
        product = self.material(number)
        return product is not None and product["ProductType"] == "SERV"

    def items(self, order: Row) -> list[Row]:
        return self.store.find("A_SalesOrderItem", SalesOrder=order["SalesOrder"])

    def open_items(self, order: Row) -> list[Row]:
        return [item for item in self.items(order) if not item["SalesDocumentRjcnReason"]]

    # -- recomputing

    def recompute(self, order: Row, *, is_change: bool = True) -> None:
        """Prices, availability, credit and statuses, as every save does."""
        for item in self.items(order):
            self._reprice(order, item)
            self._schedule(order, item)
        order["TotalNetAmount"] = sum((one["NetAmount"] for one in self.open_items(order)), ZERO)
        order["TotalCreditCheckStatus"] = self.credit_status(order)
        self.restate(order)
        if is_change:
            self.stamp(order)

    def stamp(self, order: Row) -> None:
        now = self.now()
        if now <= order["LastChangeDateTime"]:
            now = order["LastChangeDateTime"] + timedelta(milliseconds=1)
        order.update(LastChangeDateTime=now, LastChangeDate=now.date())

    def _reprice(self, order: Row, item: Row) -> None:
        keys = {"SalesOrder": order["SalesOrder"], "SalesOrderItem": item["SalesOrderItem"]}
        there = self.store.find("A_SalesOrderItemPrElement", **keys)
        manual = [one for one in there if one["ConditionIsManuallyChanged"]]
        line = self.price(
            Priced(
                material=item["Material"],
                quantity=item["RequestedQuantity"],
                customer=order["SoldToParty"],
                currency=order["TransactionCurrency"],
                on=order["PricingDate"],
                tax_classes={n: item[f"ProductTaxClassification{n}"] for n in "123"},
                manual=[dict(one) for one in manual],
                elements=[],
            )
        )
        for one in there:
            self.store.rows["A_SalesOrderItemPrElement"].remove(one)
        for element in line.elements:
            element.pop("ConditionIsForStatistics")
            by_hand = bool(manual) and element["ConditionClass"] == "B"
            self.store.add(
                "A_SalesOrderItemPrElement", **keys, **element, ConditionIsManuallyChanged=by_hand
            )
        item.update(
            NetAmount=line.net, TaxAmount=line.tax, TransactionCurrency=order["TransactionCurrency"]
        )

    def _schedule(self, order: Row, item: Row) -> None:
        keys = {"SalesOrder": order["SalesOrder"], "SalesOrderItem": item["SalesOrderItem"]}
        for one in self.store.find("A_SalesOrderScheduleLine", **keys):
            self.store.rows["A_SalesOrderScheduleLine"].remove(one)
        wanted = item["RequestedQuantity"]
        confirmed = self.confirmable(item["Material"], wanted, item=item)
        item["ConfdDelivQtyInOrderQtyUnit"] = confirmed
        day = self.now().date() + timedelta(days=1)
        self.store.add(
            "A_SalesOrderScheduleLine",
            **keys,
            ScheduleLine="1",
            ConfirmedDeliveryDate=day if confirmed else None,
            OrderQuantityUnit=item["OrderQuantityUnit"],
            ScheduleLineOrderQuantity=wanted,
            ConfdOrderQtyByMatlAvailCheck=confirmed,
        )

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

    # -- the simulation

    def simulated(self, header: Row, items: Iterable[Row]) -> list[dict[str, Any]]:
        """The lines with what pricing and availability say. Saves nothing."""
        self.check_header(header)
        found = []
        for number, item in enumerate(items, start=1):
            self.check_item(item)
            line = self.price(
                Priced(
                    material=item["Material"],
                    quantity=item["RequestedQuantity"],
                    customer=header["SoldToParty"],
                    currency=header["TransactionCurrency"],
                    on=header["PricingDate"] or self.now().date(),
                    tax_classes={"1": self.tax_class_of.get(item["Material"], "")},
                    manual=[],
                    elements=[],
                )
            )
            confirmed = self.confirmable(item["Material"], item["RequestedQuantity"])
            item["SalesOrderItem"] = item["SalesOrderItem"] or str(number * 10)
            found.append({"item": item, "line": line, "confirmed": confirmed})
        if not found:
            raise Refused("V1/331", "Order has no items")
        return found


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
