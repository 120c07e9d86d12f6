"""Cancelling an order, as far as it can be undone without a person.

Business Central knows no cancelled order: one that nothing left of yet is deleted.
"""

from dataclasses import replace

from integrations.adapters.business_central.answers import is_gone
from integrations.adapters.business_central.mapping import goods_lines, to_order
from integrations.adapters.business_central.orders import Orders
from integrations.adapters.business_central.posted import cancelled_order
from integrations.adapters.business_central.refs import order_number
from integrations.adapters.business_central.wire import Row, number_of
from integrations.errors import NeedsOperator, Rejected
from integrations.records import ErpOrder


class Cancelling(Orders):
    """Adds `cancel_order` to `PushesOrders`."""

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        """Deletes the order; one that is gone and of which nothing was posted is cancelled.

        Raises NeedsOperator when goods left the house or an invoice exists. `reason` is not
        kept there: what is deleted has no place for it.
        """
        number = order_number(ref)
        row = self._row_or_none(number)
        if row is None:
            return self._cancelled_before(number)
        self._refuse_shipped(row)
        order = to_order(row, by_hand=self.by_hand)
        try:
            self.client.delete(self._entity(row), row["@odata.etag"])
        except Rejected as exc:
            if not is_gone(exc):  # somebody else was faster
                raise
        return replace(order, is_cancelled=True)

    def _cancelled_before(self, number: str) -> ErpOrder:
        posted = self.posted_order(number) if number else None
        if posted is not None:
            raise NeedsOperator(
                f"{number} is invoiced in Business Central.",
                reason="has_invoices",
                hint="Accounting credits its invoices, then requeue.",
                ids={"order": posted.our_ref},
            )
        return cancelled_order({"number": number, "externalDocumentNumber": ""})

    def _refuse_shipped(self, row: Row) -> None:
        lines = goods_lines(row)
        if any(number_of(line["shippedQuantity"]) for line in lines):
            raise NeedsOperator(
                f"Goods of {row['number']} left the house.",
                reason="goods_left",
                hint="Agree on a return with the buyer; close the rest in Business Central.",
            )
        if any(number_of(line["invoicedQuantity"]) for line in lines):
            raise NeedsOperator(
                f"{row['number']} is invoiced in part.",
                reason="has_invoices",
                hint="Accounting credits its invoices, then requeue.",
            )
