"""Sales orders: checking, numbering, pricing, simulation."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from integrations.adapters.sap.sandbox.pricing import Priced
from integrations.adapters.sap.sandbox.statuses import ZERO, Statuses
from integrations.adapters.sap.sandbox.store import Row


class Refused(Exception):
    """A business rule of SAP; `code` is a message class and number.

    The V1 and VP numbers are those that people quote; none could be confirmed.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Sales(Statuses):
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
        if mine[0]["OrderIsBlockedForCustomer"] or self._is_blocked(header["SoldToParty"]):
            raise Refused("V1/312", f"Customer {header['SoldToParty']} is blocked for orders")
        if self.exit_message is not None:
            raise Refused(*self.exit_message)
        header["TransactionCurrency"] = header["TransactionCurrency"] or mine[0]["Currency"]
        terms = header.get("CustomerPaymentTerms")  # a simulation has none
        if terms and terms not in self.payment_terms:
            # the words of every check table
            raise Refused("00/058", f"Entry {terms} does not exist in T052 (check entry)")
        if header["TransactionCurrency"] not in {*self.rates, *self.digits}:
            raise Refused("E!/009", f"Currency {header['TransactionCurrency']} is not defined")

    def _is_blocked(self, customer: str) -> bool:
        row = self.store.first("A_Customer", Customer=customer)
        return row is not None and bool(row["OrderIsBlockedForCustomer"])

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
