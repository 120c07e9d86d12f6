"""What is known of an order after it is gone: its shipments and invoices, and the log.

Business Central removes an order once it is invoiced in full. Both kinds of documents carry
the order's number and its external document number. The companion extension keeps a log of
orders (`portalOrders`), which knows the deleted ones, too.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from integrations.adapters.business_central.base import BcPart
from integrations.adapters.business_central.refs import order_ref, our_ref_of
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    any_of,
    choice_of,
    quoted,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import ErpOrder

INVOICE_FIELDS = (
    "id,number,externalDocumentNumber,orderNumber,customerId,invoiceDate,dueDate,currencyCode,"
    "totalAmountExcludingTax,totalTaxAmount,totalAmountIncludingTax,remainingAmount,status,"
    "lastModifiedDateTime"
)
_NOT_POSTED = {"", "Draft", "In Review"}
_UNDONE = {"Canceled", "Corrective"}


class Posted(BcPart):
    """Reads the documents of orders that may be gone."""

    def posted_under(self, code: str) -> list[str]:
        """Numbers of the orders whose documents carry this external document number."""
        condition = f"externalDocumentNumber eq {quoted(code)} and orderNumber ne ''"
        numbers = {
            text_of(row["orderNumber"])
            for name in ("salesInvoices", "salesShipments")
            for row in self.client.rows(
                self.client.company(name), {"$select": "orderNumber", "$filter": condition}
            )
        }
        return sorted(numbers - {""})

    def posted_order(self, number: str, our_ref: str = "") -> ErpOrder | None:
        """The order as its invoices tell it; None where nothing was posted.

        Raises NeedsOperator for one that was shipped and whose invoices name no order.
        """
        invoices = list(self.invoices_of([number]))
        standing = [row for row in invoices if choice_of(row["status"]) not in _UNDONE] or invoices
        if standing:
            return _from_invoices(number, our_ref, standing)
        condition = f"orderNumber eq {quoted(number)}"
        shipments = self.client.company("salesShipments")
        query = {"$select": "number,externalDocumentNumber", "$filter": condition}
        if list(self.client.rows(shipments, query)):
            raise NeedsOperator(
                f"{number} was shipped and its order is gone; what it was invoiced as cannot be "
                "told.",
                reason="order_gone",
                cause=f"order_gone:{number}",
                hint="Look for its shipment in Business Central; it was invoiced together with "
                "others.",
                ids={"erp_number": number},
            )
        return None

    def logged(self, condition: str) -> list[Row]:
        """Rows of the extension's log of orders, oldest first; none where it is missing."""
        if not self.settings.has_page("orders"):
            return []
        rows = self.client.rows(self.client.extension("portalOrders"), {"$filter": condition})
        return sorted(rows, key=lambda row: text_of(row["createdDateTime"]))

    def invoices_of(self, numbers: Sequence[str]) -> Iterable[Row]:
        """Posted invoices of these orders, oldest first."""
        query = {"$select": INVOICE_FIELDS, "$filter": any_of("orderNumber", list(numbers))}
        rows = self.client.rows(self.client.company("salesInvoices"), query)
        return sorted((row for row in rows if is_posted(row)), key=lambda row: str(row["number"]))


def cancelled_order(row: Row, our_ref: str = "") -> ErpOrder:
    """What the log still knows of a deleted order: no lines and no amounts."""
    return ErpOrder(
        ref=order_ref(text_of(row["number"])),
        number=text_of(row["number"]),
        our_ref=our_ref or our_ref_of(text_of(row["externalDocumentNumber"])),
        currency="",
        net_total=Decimal(0),
        tax_total=Decimal(0),
        gross_total=Decimal(0),
        is_confirmed=False,
        is_cancelled=True,
    )


def is_posted(row: Row) -> bool:
    return choice_of(row["status"]) not in _NOT_POSTED


def _from_invoices(number: str, our_ref: str, invoices: Sequence[Row]) -> ErpOrder:
    first = invoices[0]
    return ErpOrder(
        ref=order_ref(number),
        number=number,
        our_ref=our_ref or our_ref_of(text_of(first["externalDocumentNumber"])),
        currency=text_of(first["currencyCode"]).upper(),
        net_total=_sum(invoices, "totalAmountExcludingTax"),
        tax_total=_sum(invoices, "totalTaxAmount"),
        gross_total=_sum(invoices, "totalAmountIncludingTax"),
        is_confirmed=True,
        is_cancelled=False,
    )


def _sum(invoices: Sequence[Row], name: str) -> Decimal:
    return amount_of(sum((amount_of(row[name]) for row in invoices), Decimal(0)))
