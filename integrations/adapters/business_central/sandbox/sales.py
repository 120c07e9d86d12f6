"""Sales orders: a header and its lines, each field checked when it is set, in the order sent."""

from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.sandbox.amounts import (
    best_price,
    count_lines,
    totals,
)
from integrations.adapters.business_central.sandbox.faults import (
    BcFault,
    dialog,
    field_refused,
)
from integrations.adapters.business_central.sandbox.store import NO_DAY, NO_ID, Row, Store, today

_BLOCKS_ORDERS = {"All", "Invoice", "Ship"}


class Sales:
    """What API v2.0 lets an app do with orders; staff has more verbs."""

    store: Store
    vat_rates: dict[str, Decimal]  # percent by VAT product posting group
    precisions: dict[str, Decimal]  # amount rounding precision by currency
    local_currency: str

    # -- orders

    def add_order(self, body: Row) -> Row:
        """All of it or nothing. Two orders with one external document number are taken: the
        duplicate is a notification, which no API call sees (codeunit Sales-Post checks at
        posting; the page only notifies)."""
        lines = body.pop("salesOrderLines", [])
        customer = self._customer(body)
        order = self.store.insert(
            "salesOrders",
            number=self.store.new_number("", 101001),
            customerId=customer["id"],
            customerNumber=customer["number"],
            currencyCode=customer["currencyCode"] or self.local_currency,
            paymentTermsId=customer["paymentTermsId"],
            status="Draft",
            orderDate=today(),
            postingDate=today(),
            _vat=customer["_vat"],
        )
        self._set_header(order, body)
        for line in lines:
            self.add_line(order, line)
        self.recount(order)
        self.log_order(order, isTouched=False)
        return order

    def change_header(self, order: Row, body: Row) -> None:
        self._set_header(order, body)
        self.store.touch("salesOrders", order)

    def remove_order(self, order: Row) -> None:
        lines = self.lines_of(order)
        if any(line["shippedQuantity"] != line["invoicedQuantity"] for line in lines):
            raise dialog(
                "You cannot delete the order: it has lines that are shipped, not invoiced."
            )
        self.drop(order)
        self.log_order(order, isDeleted=True)

    def drop(self, order: Row) -> None:
        for line in self.lines_of(order):
            self.store.delete("salesOrderLines", line)
        self.store.delete("salesOrders", order)

    def release(self, order: Row) -> None:
        """Codeunit Release Sales Document: a released order is left alone."""
        if order["status"] == "Draft":
            self.store.touch("salesOrders", order, status="Open")
            self.log_order(order, isReleased=True, wasReleased=True)

    def reopen(self, order: Row) -> None:
        if order["status"] != "Draft":
            self.store.touch("salesOrders", order, status="Draft")
            self.log_order(order, isReleased=False)

    def log_order(self, order: Row, **changes: Any) -> None:
        """The companion extension's own table, kept by event subscribers."""
        known = self.store.get("portalOrders", order["id"])
        if known is None:
            stamp = order["lastModifiedDateTime"]
            known = self.store.insert("portalOrders", id=order["id"], createdDateTime=stamp)
        named = {name: order[name] for name in ("number", "externalDocumentNumber")}
        self.store.touch("portalOrders", known, **named, **changes)

    def _customer(self, body: Row) -> Row:
        key, number = body.get("customerId", NO_ID), body.get("customerNumber", "")
        if key == NO_ID and not number:
            raise dialog('A "customerNumber" or a "customerId" must be provided.')
        found = self.store.get("customers", key)
        if found is None:
            found = next(iter(self.store.find("customers", "number", number)), None)
        if found is None:
            raise dialog("The sell-to customer cannot be found.")
        if found["blocked"] in _BLOCKS_ORDERS:
            # procedure CheckBlockedCustOnDocs of table Customer
            raise dialog(
                f"You cannot create this type of document when Customer {found['number']} is "
                f"blocked with type {found['blocked']}"
            )
        return found

    def _set_header(self, order: Row, body: Row) -> None:
        for name, value in body.items():
            if name == "currencyCode" and value not in {self.local_currency, *self.precisions}:
                raise dialog('The "currencyCode" does not match to a Currency.')
            if name == "paymentTermsId" and self.store.get("paymentTerms", value) is None:
                # page APIV2 - Sales Orders, as for currencies
                raise dialog('The "paymentTermsId" does not match to a Payment Terms.')
            if name in {"customerId", "customerNumber"}:
                continue
            order[name] = value

    # -- lines

    def lines_of(self, order: Row) -> list[Row]:
        found = self.store.find("salesOrderLines", "documentId", order["id"])
        return sorted(found, key=lambda line: int(line["sequence"]))

    def add_line(self, order: Row, body: Row) -> Row:
        self.refuse_released(order)
        last = max((line["sequence"] for line in self.lines_of(order)), default=0)
        line = self.store.insert(
            "salesOrderLines", documentId=order["id"], sequence=last + 10000, lineType="Comment"
        )
        for name, value in body.items():
            self._set(order, line, name, value)
        if line["lineType"] != "Comment" and not line["lineObjectNumber"]:
            raise dialog("You must specify an item or an account.")
        return line

    def change_line(self, order: Row, line: Row, body: Row) -> None:
        self.refuse_released(order)
        for name, value in body.items():
            if name == "lineObjectNumber" and value != line[name]:
                raise dialog('The value for "lineObjectNumber" cannot be modified.')
            # a value that is there already is not checked again
            if line[name] != value:
                self._set(order, line, name, value)
        self.store.touch("salesOrderLines", line)
        self.recount(order)

    def remove_line(self, order: Row, line: Row) -> None:
        self.refuse_released(order)
        if line["shippedQuantity"]:
            raise field_refused("Quantity Shipped must be equal to '0' in Sales Line.")
        self.store.delete("salesOrderLines", line)
        self.recount(order)

    def refuse_released(self, order: Row) -> None:
        """TestStatusOpen of table Sales Line."""
        if order["status"] != "Draft":
            raise field_refused(
                "Status must be equal to 'Open' in Sales Header: Document Type=Order, "
                f"No.={order['number']}. Current value is 'Released'."
            )

    def recount(self, order: Row) -> None:
        """Amounts of lines and header. An edited line does not mark the header as changed."""
        lines = self.lines_of(order)
        amounts = self.counted(order, lines)
        items = [line for line in lines if line["lineType"] == "Item"]
        order.update(
            amounts,
            fullyShipped=bool(items)
            and all(line["shippedQuantity"] >= line["quantity"] for line in items),
        )

    def counted(self, order: Row, lines: list[Row]) -> dict[str, Decimal]:
        """Totals of these lines, whose amounts are written. Who is not taxed pays no VAT,
        whatever the line says: the rate belongs to customer and goods together."""
        rates = self.vat_rates if order["_vat"] == "DOMESTIC" else {}
        count_lines(lines, rates, self.precisions.get(order["currencyCode"], Decimal("0.01")))
        return totals(lines)

    # -- one field after the other

    def _set(self, order: Row, line: Row, name: str, value: Any) -> None:
        if name == "itemId":
            self._set_item(line, self.store.get("items", value))
        elif name == "lineObjectNumber":
            self._set_object(line, value)
        elif name == "taxCode":
            self._set_tax(line, value)
        elif name == "quantity":
            self._set_quantity(order, line, value)
        else:
            if name == "locationId" and self.store.get("locations", value) is None:
                raise _no_relation("Location Code", value, "Location")
            if name == "itemVariantId" and self.store.get("itemVariants", value) is None:
                raise _no_relation("Variant Code", value, "Item Variant")
            line[name] = value

    def _set_item(self, line: Row, item: Row | None) -> None:
        if item is None:
            raise dialog("Item does not exist.")
        if item["blocked"]:
            raise field_refused(
                f"Blocked must be equal to 'No' in Item: No.={item['number']}. "
                "Current value is 'Yes'."
            )
        line.update(
            lineType="Item",
            itemId=item["id"],
            lineObjectNumber=item["number"],
            description=item["displayName"],
            unitOfMeasureCode=item["baseUnitOfMeasureCode"],
            taxCode=item["taxGroupCode"],
            shipmentDate=today(),
        )

    def _set_object(self, line: Row, number: str) -> None:
        """Which table the number belongs to is decided by the type that was set before it."""
        if line["lineType"] == "Item":
            found = self.store.find("items", "number", number)
            self._set_item(line, found[0] if found else None)
            return
        accounts = self.store.find("accounts", "number", number)
        if line["lineType"] != "Account" or not accounts:
            raise dialog("Account does not exist.")
        account = accounts[0]
        line.update(
            lineObjectNumber=number,
            description=account["displayName"],
            taxCode=account["_vat"],
            shipmentDate=NO_DAY,
        )

    def _set_tax(self, line: Row, code: str) -> None:
        if code not in self.vat_rates:
            raise _no_relation("VAT Prod. Posting Group", code, "VAT Product Posting Group")
        line["taxCode"] = code

    def _set_quantity(self, order: Row, line: Row, quantity: Decimal) -> None:
        if abs(quantity) < line["shippedQuantity"]:
            raise field_refused("Quantity must not be less than Quantity Shipped in Sales Line.")
        line["quantity"] = quantity
        if line["lineType"] == "Item":
            # the price is worked out anew whenever the quantity is set
            item = self.store.tables["items"][line["itemId"]]
            lines = self.price_lines(order, line)
            price, discount = best_price(lines, item["unitPrice"])
            line.update(unitPrice=price, discountPercent=discount)

    def price_lines(self, order: Row, line: Row) -> list[Row]:
        customer = self.store.tables["customers"][order["customerId"]]
        group = self.store.tables["portalCustomers"][order["customerId"]]["priceGroupCode"]
        sources = {
            ("All Customers", ""),
            ("Customer", customer["number"]),
            ("Customer Price Group", group),
        }
        return [
            row
            for row in self.store.find("portalPriceLines", "itemId", line["itemId"])
            if (row["sourceType"], row["sourceNumber"]) in sources
            and row["status"] == "Active"
            and row["minimumQuantity"] <= line["quantity"]
            and (row["currencyCode"] or self.local_currency) == order["currencyCode"]
        ]


def _no_relation(name: str, value: str, table: str) -> BcFault:
    return BcFault(
        "Internal_InvalidTableRelation",
        f"The field {name} of table Sales Line contains a value ({value}) that cannot be found "
        f"in the related table ({table}).",
    )
