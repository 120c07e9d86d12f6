"""What a company holds before anything is sold: items, customers, set-up."""

import uuid
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.sandbox.hooks import Hooks
from integrations.adapters.business_central.sandbox.staff import Number, Staff
from integrations.adapters.business_central.sandbox.store import NO_DAY, NO_ID, Row, Store

_PRECISIONS = {"JPY": "1", "KWD": "0.001"}


class Company(Staff, Hooks):
    """One company; ids are texts as the API shows them."""

    def __init__(self, *, name: str = "Nordlicht", local_currency: str = "EUR") -> None:
        self.store = Store()
        Hooks.__init__(self)
        self.local_currency = local_currency
        self.vat_rates: dict[str, Decimal] = {}
        self.precisions: dict[str, Decimal] = {}
        row = self.store.insert("companies", id=str(uuid.uuid4()), name=name, displayName=name)
        self.company_id = str(row["id"])
        self.store.insert(
            "generalLedgerSetup",
            localCurrencyCode=local_currency,
            allowPostingFrom=NO_DAY,
            allowPostingTo=NO_DAY,
        )

    # -- set-up

    def add_vat_group(self, code: str, percent: Number) -> str:
        self.vat_rates[code] = Decimal(str(percent))
        return code

    def add_currency(self, code: str, *, precision: str = "") -> None:
        """A currency card; without a precision the usual one, as a careful company sets it."""
        self.precisions[code] = Decimal(precision or _PRECISIONS.get(code, "0.01"))
        self.store.insert("currencies", code=code, amountRoundingPrecision=self.precisions[code])

    def add_location(self, code: str, name: str) -> str:
        return str(self.store.insert("locations", code=code, displayName=name)["id"])

    def add_account(self, number: str, name: str, *, vat: str) -> None:
        self.store.insert("accounts", number=number, displayName=name, _vat=vat)

    def add_payment_term(self, code: str, formula: str) -> str:
        row = self.store.insert(
            "paymentTerms", code=code, displayName=f"Net {formula}", dueDateCalculation=formula
        )
        return str(row["id"])

    def add_payment_journal(self, code: str) -> str:
        return str(self.store.insert("customerPaymentJournals", code=code, displayName=code)["id"])

    # -- goods

    def add_item(
        self, number: str, name: str, price: Number, *, vat: str, category: str = "", **more: Any
    ) -> str:
        row = self.store.insert(
            "items",
            number=number,
            displayName=name,
            type=more.pop("type", "Inventory"),
            itemCategoryCode=category.upper()[:20],
            unitPrice=Decimal(str(price)),
            taxGroupCode=vat,
            baseUnitOfMeasureCode="PCS",
            **more,
        )
        return str(row["id"])

    def add_variant(self, item_id: str, code: str, name: str) -> str:
        item = self.store.tables["items"][item_id]
        row = self.store.insert(
            "itemVariants", itemId=item_id, itemNumber=item["number"], code=code, description=name
        )
        return str(row["id"])

    def add_price_line(
        self, item_id: str, *, source: tuple[str, str] = ("All Customers", ""), **values: Any
    ) -> str:
        """`source` is (type, number); `values` as the page has them."""
        item = self.store.tables["items"][item_id]
        customers = self.store.find("customers", "number", source[1])
        defaults = {
            "priceListCode": "S00001",
            "priceListDescription": "General price list",
            "status": "Active",
            "allowLineDiscount": True,
            "sourceId": customers[0]["id"] if customers else NO_ID,
            "baseUnitOfMeasureCode": item["baseUnitOfMeasureCode"],
        }
        row = self.store.insert(
            "portalPriceLines",
            itemId=item_id,
            sourceType=source[0],
            sourceNumber=source[1],
            **{**defaults, **values},
        )
        return str(row["id"])

    def set_stock(self, item_id: str, location_id: str, quantity: Number) -> None:
        item = self.store.tables["items"][item_id]
        location = self.store.tables["locations"][location_id]
        levels = self.store.find("portalStockLevels", "itemId", item_id)
        level = next((row for row in levels if row["_location"] == location_id), None)
        if level is None:
            level = self.store.insert(
                "portalStockLevels",
                itemId=item_id,
                itemNumber=item["number"],
                locationCode=location["code"],
                locationName=location["displayName"],
                baseUnitOfMeasureCode=item["baseUnitOfMeasureCode"],
                _location=location_id,
            )
        level["inventory"] = Decimal(str(quantity))

    # -- customers

    def add_customer(
        self,
        name: str,
        *,
        vat: str = "DOMESTIC",
        owes: Number = 0,
        price_group: str = "",
        **values: Any,
    ) -> str:
        """`vat` is the VAT business posting group, which API v2.0 does not show."""
        row = self.store.insert(
            "customers",
            number=self.store.new_number("C", 10001),
            displayName=name,
            _vat=vat,
            **values,
        )
        balance = Decimal(str(owes))
        known = {"id": row["id"], "number": row["number"]}
        self.store.insert("customerFinancialDetails", balance=balance, **known)
        self.store.insert(
            "portalCustomers", priceGroupCode=price_group, isTaxExempt=vat != "DOMESTIC", **known
        )
        return str(row["id"])

    def change(self, table: str, key: str, **values: Any) -> None:
        """Somebody edits a card."""
        self.store.touch(table, self.store.tables[table][key], **values)

    # -- what is worked out when it is asked for

    def worked_out(self, table: str, row: Row) -> Row:
        if table == "items":
            levels = self.store.find("portalStockLevels", "itemId", row["id"])
            return {**row, "inventory": sum((one["inventory"] for one in levels), Decimal(0))}
        if table == "portalStockLevels":
            return {**row, "reservedQuantity": self._promised(row)}
        if table == "portalCustomers":
            return {**row, **self._outstanding(row["id"])}
        return row

    def _promised(self, level: Row) -> Decimal:
        """Quantity on released sales orders that has not left; lines without a location count
        for the first one."""
        first = self.store.rows("locations")[0]["id"]
        found = Decimal(0)
        for line in self.store.find("salesOrderLines", "itemId", level["itemId"]):
            place = first if line["locationId"] == NO_ID else line["locationId"]
            order = self.store.tables["salesOrders"][line["documentId"]]
            if place == level["_location"] and order["status"] == "Open":
                found += line["quantity"] - line["shippedQuantity"]
        return found

    def _outstanding(self, customer_id: str) -> dict[str, Decimal]:
        orders = [
            order
            for order in self.store.find("salesOrders", "customerId", customer_id)
            if order["currencyCode"] == self.local_currency and order["status"] == "Open"
        ]
        lines = [line for order in orders for line in self.lines_of(order)]
        to_ship, to_bill = Decimal(0), Decimal(0)
        for line in lines:
            if line["quantity"]:
                each = line["amountIncludingTax"] / line["quantity"]
                to_ship += each * (line["quantity"] - line["shippedQuantity"])
                to_bill += each * (line["shippedQuantity"] - line["invoicedQuantity"])
        return {"outstandingOrders": round(to_ship, 2), "shippedNotInvoiced": round(to_bill, 2)}
