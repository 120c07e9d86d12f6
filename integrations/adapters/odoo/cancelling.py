"""Cancelling an order, as far as it can be undone without a person."""

from collections.abc import Mapping
from typing import Any

from integrations.adapters.odoo.orders import Orders
from integrations.adapters.odoo.refusals import locked
from integrations.adapters.odoo.wire import text_of
from integrations.errors import NeedsOperator
from integrations.records import ErpOrder


class Cancelling(Orders):
    """Adds `cancel_order` to `PushesOrders`."""

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        """Raises NeedsOperator when goods left, an invoice exists, or the order is locked.

        Odoo itself would cancel a partly delivered or invoiced order without a word, and then
        call it fully delivered. `reason` goes into the log of the order.
        """
        row = self._row(int(ref), "picking_ids", "invoice_ids")
        if row["state"] == "cancel":
            return self._read(int(ref))
        if row["locked"]:
            raise locked(row)
        self._refuse_delivered(row)
        self._refuse_invoiced(row)
        self.client.call("sale.order", "action_cancel", ids=[int(ref)], writes=True)
        order = self._read(int(ref))
        if not order.is_cancelled:
            raise NeedsOperator(
                f"Odoo did not cancel {order.number} and gave no reason.",
                reason="not_cancelled",
                hint="Open it in Odoo: a module there may want an answer first.",
                ids={"order": order.our_ref},
            )
        self._log(int(ref), f"Cancelled by the portal: {reason}")
        return order

    def _refuse_delivered(self, row: Mapping[str, Any]) -> None:
        if not row["picking_ids"]:
            return
        done = self.client.call(
            "stock.picking",
            "search_read",
            writes=False,
            domain=[["id", "in", row["picking_ids"]], ["state", "=", "done"]],
            fields=["name"],
        )
        if done:
            raise NeedsOperator(
                f"{row['name']} has deliveries that left the house: {_names(done)}.",
                reason="goods_left",
                hint="Agree on a return with the buyer; cancel the rest in Odoo.",
                ids={"order": text_of(row["origin"])},
            )

    def _refuse_invoiced(self, row: Mapping[str, Any]) -> None:
        if not row["invoice_ids"]:
            return
        invoices = self.client.call(
            "account.move",
            "search_read",
            writes=False,
            domain=[["id", "in", row["invoice_ids"]], ["state", "!=", "cancel"]],
            fields=["name", "state", "move_type", "payment_state"],
        )
        found = [invoice for invoice in invoices if _stands(invoice)]
        if found:
            raise NeedsOperator(
                f"{row['name']} has invoices: {_names(found)}.",
                reason="has_invoices",
                hint="Accounting cancels the drafts and credits the posted ones, then requeue.",
                ids={"order": text_of(row["origin"])},
            )

    def _log(self, order_id: int, text: str) -> int:
        """Writes into the log of the order; returns the id of the message."""
        posted = self.client.call(
            "sale.order", "message_post", ids=[order_id], writes=True, body=text
        )
        return int(posted[0] if isinstance(posted, list) else posted)


def _stands(invoice: Mapping[str, Any]) -> bool:
    """Whether it keeps the order from being cancelled: a draft does too, since Odoo refuses
    the cancel because of it to a user without invoicing rights."""
    if invoice["state"] == "draft":
        return True
    return invoice["move_type"] == "out_invoice" and invoice["payment_state"] != "reversed"


def _names(rows: list[dict[str, Any]]) -> str:
    return ", ".join(str(row["name"] or "draft") for row in rows)
