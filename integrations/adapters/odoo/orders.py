"""Pushing orders: look up, create, confirm, change, cancel.

Nothing that an order can be searched by is unique in Odoo, and four parallel creates make four
orders. Orders are therefore created with `load` under external ids, on the order and on each
line: a second load of the same ids finds the first one's records or is refused, it never makes
new ones. `origin` holds our reference, by which the order is found again; the customer reference
is the buyer's own number. Odoo's *Duplicate* copies `origin`, but no external id.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.answers import load_error
from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.external_ids import line_ref_of, order_xid
from integrations.adapters.odoo.mapping import (
    LINE_FIELDS,
    ORDER_FIELDS,
    change_request,
    order_request,
    readdressed,
    to_order,
)
from integrations.adapters.odoo.names import LineNames, line_names
from integrations.adapters.odoo.refusals import (
    ambiguous,
    as_expected,
    cancelled,
    locked,
    named,
    refuse_below_delivered,
)
from integrations.adapters.odoo.wire import amount_of, text_of
from integrations.errors import NeedsOperator, Rejected
from integrations.records import DraftLine, ErpOrder, ErpOrderLine, OrderDraft

Row = Mapping[str, Any]


class Orders(OdooPart):
    """Implements `PushesOrders`."""

    enforces_key = True
    settle_s = 5.0  # Odoo repeats a call that lost a race by itself, for up to five seconds

    _names: LineNames | None = None

    def find_order(self, our_ref: str) -> ErpOrder | None:
        """The order that was made under our external id, else the one that people entered with
        our reference; a cancelled one of those is returned only when there is no other."""
        rows = self.client.call(
            "sale.order",
            "search_read",
            writes=False,
            domain=[["origin", "=", our_ref]],
            fields=ORDER_FIELDS,
            order="id",
        )
        xids = external_ids(self, "sale.order", [row["id"] for row in rows])
        own = [row for row in rows if xids[row["id"]] == order_xid(our_ref)]
        alive = [row for row in rows if row["state"] != "cancel"]
        chosen = own or alive or rows
        if len(chosen) > 1:
            raise ambiguous(our_ref, chosen)
        return self._with_lines(chosen[0]) if chosen else None

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        """Looks first: an existing order is adopted, brought to `draft` while it is a draft.

        Raises NeedsOperator when Odoo's currency or total is not the expected one; the draft
        order then stays in Odoo, unconfirmed.
        """
        known = self.find_order(draft.our_ref)
        if known is not None:
            return self._adopt(known, draft)
        request = order_request(draft, self.settings, self._line_names())
        try:
            answer = self.client.call(
                "sale.order", "load", writes=True, judge=load_error, **request
            )
        except Rejected as exc:
            raise named(exc, draft, self._by_product(draft)) from exc
        return as_expected(self._read(int(answer["ids"][0])), draft)

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """Asks an Odoo before 19 for its field names once; otherwise without any call."""
        return order_request(draft, self.settings, self._line_names())

    def confirm_order(self, ref: str) -> ErpOrder:
        """Looks first, and reads again after a refusal: another call may have confirmed it."""
        order = self._read(int(ref))
        if order.is_confirmed:
            return order
        if order.is_cancelled:
            raise cancelled(order)
        try:
            self.client.call("sale.order", "action_confirm", ids=[int(ref)], writes=True)
        except Rejected:
            order = self._read(int(ref))
            if not order.is_confirmed:
                raise
            return order
        order = self._read(int(ref))
        if not order.is_confirmed:
            raise NeedsOperator(
                f"Odoo did not confirm {order.number} and gave no reason.",
                reason="not_confirmed",
                hint="Open it in Odoo: a module there may want an answer first. Then requeue.",
                ids={"order": order.our_ref},
            )
        return order

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """One atomic `load` of all lines and a new address; lines added in Odoo by hand are
        left alone.

        Raises NeedsOperator when the order is cancelled, locked, not made by the portal, or
        when more has left the house than `draft` leaves over.
        """
        row = self._row(int(ref), "note")
        self._refuse_unchangeable(row)
        names = self._line_names()
        lines = self._our_lines(int(ref), [*LINE_FIELDS, names.taxes])
        refuse_below_delivered(row, lines, draft)
        wanted = {line.our_ref for line in draft.lines}
        surplus = {ours: line for ours, line in lines.items() if ours not in wanted}
        note = readdressed(text_of(row["note"]), draft)
        request = change_request(
            draft, self.settings, names, surplus, note=note if note != row["note"] else ""
        )
        self.client.call("sale.order", "load", writes=True, judge=load_error, **request)
        return self._read(int(ref))

    def _by_product(self, draft: OrderDraft) -> dict[str, DraftLine]:
        return {
            line.product_ref or self.settings.product_ref_for(line.kind): line
            for line in draft.lines
        }

    # -- reading

    def _line_names(self) -> LineNames:
        if self._names is None:
            self._names = line_names(self.client)
        return self._names

    def _row(self, order_id: int, *more_fields: str) -> Row:
        fields = [*ORDER_FIELDS, *more_fields]
        rows = self.client.call("sale.order", "read", ids=[order_id], writes=False, fields=fields)
        if not rows:
            raise NeedsOperator(
                f"Odoo has no order with the id {order_id} any more.",
                reason="order_gone",
                cause=f"order_gone:{order_id}",
                hint="It was deleted there, or the service user may no longer see it.",
            )
        row: Row = rows[0]
        return row

    def _read(self, order_id: int) -> ErpOrder:
        return self._with_lines(self._row(order_id))

    def _with_lines(self, row: Row) -> ErpOrder:
        lines = self._lines(row["id"], LINE_FIELDS)
        return to_order(row, lines, self._line_xids([line["id"] for line in lines]))

    def _lines(self, order_id: int, fields: list[str]) -> list[Row]:
        found: list[Row] = self.client.call(
            "sale.order.line",
            "search_read",
            writes=False,
            # sections and notes are lines too
            domain=[["order_id", "=", order_id], ["display_type", "=", False]],
            fields=fields,
            order="sequence,id",
        )
        return found

    def _line_xids(self, line_ids: list[int]) -> dict[int, str]:
        return external_ids(self, "sale.order.line", line_ids)

    def _our_lines(self, order_id: int, fields: list[str]) -> dict[str, Row]:
        lines = self._lines(order_id, fields)
        xids = self._line_xids([line["id"] for line in lines])
        found = {line_ref_of(xids[line["id"]]): line for line in lines}
        found.pop("", None)
        return found

    # -- deciding

    def _adopt(self, known: ErpOrder, draft: OrderDraft) -> ErpOrder:
        if known.is_cancelled:
            raise cancelled(known)
        if known.is_confirmed:
            return known  # people may have changed it since; the flow compares
        if not self._is_as_wanted(known, draft):
            known = self.change_order(known.ref, draft)
        return as_expected(known, draft)

    def _is_as_wanted(self, known: ErpOrder, draft: OrderDraft) -> bool:
        """Equal totals are not enough: two other products may cost the same."""
        wanted = {
            line.our_ref: _content(
                line, line.product_ref or self.settings.product_ref_for(line.kind)
            )
            for line in draft.lines
        }
        there = {
            line.our_ref: _content(line, line.product_ref)
            for line in known.lines
            # what was taken out of the order stays in it with quantity 0
            if line.quantity or line.our_ref in wanted
        }
        return known.gross_total == draft.expected_gross_total and there == wanted

    def _refuse_unchangeable(self, row: Row) -> None:
        our_ref = text_of(row["origin"])
        ids = {"order": our_ref}
        if row["state"] == "cancel":
            raise NeedsOperator(
                f"{row['name']} is cancelled in Odoo and cannot be changed.",
                reason="erp_order_cancelled",
                ids=ids,
            )
        if row["locked"]:
            raise locked(row)
        xid = external_ids(self, "sale.order", [row["id"]])[row["id"]]
        if xid != order_xid(our_ref):
            raise NeedsOperator(
                f"{row['name']} was not created by the portal, so its lines cannot be told apart.",
                reason="foreign_order",
                hint="Change it in Odoo by hand.",
                ids=ids,
            )


def _content(
    line: DraftLine | ErpOrderLine, product_ref: str
) -> tuple[str, Decimal, Decimal, Decimal]:
    """What of a line must be as wanted, without the binary noise of Odoo's floats."""
    return (
        product_ref,
        amount_of(line.quantity),
        amount_of(line.net_unit_price),
        amount_of(line.discount_percent),
    )


def external_ids(part: OdooPart, model: str, ids: list[int]) -> dict[int, str]:
    """External id by record id, empty where there is none. Needs no right on ir.model.data."""
    if not ids:
        return {}
    found = part.client.call(model, "get_external_id", ids=ids, writes=False)
    return {int(key): str(xid) for key, xid in found.items()}
