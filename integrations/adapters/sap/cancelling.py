"""Cancelling an order: all its lines are rejected, with the reason in its text."""

from collections.abc import Sequence

from integrations.adapters.sap.batch import Write
from integrations.adapters.sap.creating import Creating
from integrations.adapters.sap.fields import BILL, BILL_ITEM, ORDER, ORDER_TEXT
from integrations.adapters.sap.mapping import (
    is_cancelled,
    sorted_items,
    text_body,
    to_order,
)
from integrations.adapters.sap.query import reads_of
from integrations.adapters.sap.wire import Row, key, row_of, rows_of, text_of
from integrations.errors import NeedsOperator
from integrations.records import ErpOrder


class Cancelling(Creating):
    """Adds `cancel_order` to `PushesOrders`."""

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        """Raises NeedsOperator when goods left, a delivery is open or an invoice stands."""
        row = self.order_row(ref, "to_Text")
        if is_cancelled(row):
            return to_order(row, self.settings)
        self._refuse_delivered(row)
        self._refuse_invoiced(row)
        writes = [
            self.rejection(ref, item)
            for item in sorted_items(row)
            if not text_of(item["SalesDocumentRjcnReason"])
        ]
        writes += self.text_writes(row, f"Cancelled by the portal: {reason}")
        self.change_guarded(row, writes)
        order = self.read_order(ref)
        if not order.is_cancelled:
            raise NeedsOperator(
                f"SAP did not cancel {order.number} and gave no reason.",
                reason="not_cancelled",
                hint="Open it in SAP: a line there may refuse its rejection.",
                ids={"order": order.our_ref},
            )
        return order

    def text_writes(self, row: Row, line: str) -> list[Write]:
        """What adds a line to the order's text; nothing where the connection names no text."""
        if not self.settings.text_id:
            return []
        ref, known = text_of(row["SalesOrder"]), self.text_of_order(row)
        if known is None:
            path = f"{key(ORDER.set, SalesOrder=ref)}/to_Text"
            return [Write(method="POST", path=path, body=text_body(line, self.settings))]
        path = key(
            ORDER_TEXT.set,
            SalesOrder=ref,
            Language=self.settings.language,
            LongTextID=self.settings.text_id,
        )
        return [Write(method="PATCH", path=path, body={"LongText": f"{known}\n{line}"})]

    def text_of_order(self, row: Row) -> str | None:
        """The order's own text of the connection's kind, None where it has none."""
        for one in rows_of(row.get("to_Text")):
            kind = (text_of(one["Language"]), text_of(one["LongTextID"]))
            if kind == (self.settings.language, self.settings.text_id):
                return text_of(one["LongText"])
        return None

    def _refuse_delivered(self, row: Row) -> None:
        items = self.delivery_items([text_of(row["SalesOrder"])])
        gone = [one for one in items if text_of(one["GoodsMovementStatus"]) in {"B", "C"}]
        if gone:
            raise NeedsOperator(
                f"{row['SalesOrder']} has deliveries that left the house: {_deliveries(gone)}.",
                reason="goods_left",
                hint="Agree on a return with the buyer; reject the rest in SAP.",
                ids={"erp_number": text_of(row["SalesOrder"])},
            )
        if items:
            raise NeedsOperator(
                f"{row['SalesOrder']} is in delivery: {_deliveries(items)}.",
                reason="in_delivery",
                hint="Delete the delivery in SAP if the goods are still there, then requeue.",
                ids={"erp_number": text_of(row["SalesOrder"])},
            )

    def _refuse_invoiced(self, row: Row) -> None:
        reads = reads_of(
            BILL_ITEM.set,
            "SalesDocument",
            [text_of(row["SalesOrder"])],
            select=("BillingDocument", *BILL.under("to_BillingDocument")),
            expand=("to_BillingDocument",),
        )
        bills = [
            row_of(one["to_BillingDocument"])
            for one in self.client.gather(BILL_ITEM.service, reads)
        ]
        standing = sorted(
            {
                text_of(bill["BillingDocument"])
                for bill in bills
                if bill is not None
                and text_of(bill["SDDocumentCategory"]) == "M"
                and not bill["BillingDocumentIsCancelled"]
            }
        )
        if standing:
            raise NeedsOperator(
                f"{row['SalesOrder']} has invoices: {', '.join(standing)}.",
                reason="has_invoices",
                hint="Accounting cancels the invoices in SAP, then requeue.",
                ids={"erp_number": text_of(row["SalesOrder"])},
            )


def _deliveries(items: Sequence[Row]) -> str:
    return ", ".join(sorted({text_of(one["DeliveryDocument"]) for one in items}))
