"""Changing and cancelling orders, as far as it can be done without a person.

Lines without a key are appended, whatever is there already. So an order of which nothing has
left is changed by replacing its lines as a whole, which may be repeated; one that is partly
delivered only line by line, and nothing can be added to it.
"""

from collections.abc import Mapping
from typing import Any

from integrations.adapters.netsuite.base import Currency
from integrations.adapters.netsuite.mapping import (
    CLOSED,
    MOST_MEMO,
    Row,
    billed_of,
    dropped_line,
    fulfilled_of,
    header_changes,
    is_cancelled,
    kept_line,
    letter_of,
    line_request,
    lines_of,
    refuse_unfit,
)
from integrations.adapters.netsuite.orders import Orders, cancelled, named
from integrations.adapters.netsuite.wire import number_text, text_of
from integrations.errors import NeedsOperator, Rejected
from integrations.records import ErpOrder, OrderDraft


class Changing(Orders):
    """Completes `PushesOrders`."""

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """Lines that were added in NetSuite by hand are left alone.

        Raises NeedsOperator when the order is cancelled or closed, when more has left the house
        than `draft` leaves over, and for a new line of an order that is partly delivered.
        """
        row = self._held(ref)
        if is_cancelled(row) or letter_of(row) == CLOSED:
            raise cancelled(self._order(row))
        currency = self.currency(draft.currency)
        refuse_unfit(draft, currency)
        ours = self._our_lines(row)
        _refuse_below_fulfilled(row, ours, draft)
        is_touched = any(fulfilled_of(line) or billed_of(line) for line in lines_of(row))
        if is_touched:
            items, query = self._single_lines(row, ours, draft, currency), {}
        else:
            items, query = self._all_lines(row, ours, draft, currency), {"replace": "item"}
        body = {**header_changes(draft), "item": {"items": items}}
        try:
            self.client.update(f"salesOrder/{ref}", body, **query)
        except Rejected as exc:
            raise named(exc, draft) from exc
        return self._read(ref)

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        """Closes all lines, which is how NetSuite ends an order; `reason` goes into its memo."""
        row = self._held(ref)
        if is_cancelled(row):
            return self._order(row)
        _refuse_touched(row)
        memo = f"{text_of(row.get('memo'))} – Cancelled by the portal: {reason}"
        items = [{"line": line["line"], "isClosed": True} for line in lines_of(row)]
        body = {"memo": memo[:MOST_MEMO], "item": {"items": items}}
        self.client.update(f"salesOrder/{ref}", body)
        order = self._read(ref)
        if not order.is_cancelled:
            raise NeedsOperator(
                f"NetSuite did not close {order.number} and gave no reason.",
                reason="not_cancelled",
                hint="Open it in NetSuite: a workflow may hold it.",
                ids={"order": order.our_ref},
            )
        return order

    def _all_lines(
        self, row: Row, ours: Mapping[str, Row], draft: OrderDraft, currency: Currency
    ) -> list[dict[str, Any]]:
        mine = [
            self._keyed(ours.get(line.our_ref)) | line_request(draft, line, self.settings, currency)
            for line in draft.lines
        ]
        others = [line for line in lines_of(row) if not line.get(self.settings.line_field)]
        return [*mine, *(kept_line(line) for line in others)]

    def _single_lines(
        self, row: Row, ours: Mapping[str, Row], draft: OrderDraft, currency: Currency
    ) -> list[dict[str, Any]]:
        wanted = {line.our_ref for line in draft.lines}
        added = [line for line in draft.lines if line.our_ref not in ours]
        if added:
            raise NeedsOperator(
                f"{row.get('tranId')} is partly delivered or billed; "
                f"{added[0].description or added[0].our_ref!r} cannot be added to it safely.",
                reason="partly_delivered",
                hint="Add the line in NetSuite by hand, or let the buyer place another order.",
                ids={"order": draft.our_ref},
            )
        changed = [
            self._keyed(ours[line.our_ref]) | line_request(draft, line, self.settings, currency)
            for line in draft.lines
        ]
        dropped = [dropped_line(line) for ref, line in ours.items() if ref not in wanted]
        return [*changed, *dropped]

    def _keyed(self, line: Row | None) -> dict[str, Any]:
        return {} if line is None else {"line": line["line"]}


def _refuse_below_fulfilled(row: Row, ours: Mapping[str, Row], draft: OrderDraft) -> None:
    wanted = {line.our_ref: line.quantity for line in draft.lines}
    for our_ref, line in ours.items():
        gone = max(fulfilled_of(line), billed_of(line))
        if wanted.get(our_ref, 0) < gone:
            raise NeedsOperator(
                f"{row.get('tranId')}: {number_text(gone)} of {line.get('description')!r} were "
                f"delivered or billed, the change leaves {wanted.get(our_ref, 0)}.",
                reason="below_delivered",
                hint="Agree on a return with the buyer and handle it in NetSuite.",
                ids={"order": draft.our_ref, "line": our_ref},
            )


def _refuse_touched(row: Row) -> None:
    number = text_of(row.get("tranId"))
    if any(fulfilled_of(line) for line in lines_of(row)):
        raise NeedsOperator(
            f"{number} has deliveries that left the house.",
            reason="goods_left",
            hint="Agree on a return with the buyer; close the rest in NetSuite.",
            ids={"erp_number": number},
        )
    if any(billed_of(line) for line in lines_of(row)):
        raise NeedsOperator(
            f"{number} has invoices.",
            reason="has_invoices",
            hint="Accounting credits them in NetSuite, then requeue.",
            ids={"erp_number": number},
        )
