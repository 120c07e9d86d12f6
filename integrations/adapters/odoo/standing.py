"""Where one order stands, from the rows of Odoo that speak of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.external_ids import line_ref_of
from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    day_of,
    id_of,
    name_of,
    number_of,
    text_of,
    time_of,
)
from integrations.records import (
    ErpInvoice,
    ErpReturn,
    ErpShipment,
    LineProgress,
    OrderProgress,
    web_link,
)
from integrations.records.orders import OrderState, PaymentState

Row = Mapping[str, Any]

_PAYMENT: dict[str, PaymentState] = {
    "not_paid": "not_paid",
    "partial": "partial",
    "paid": "paid",
    "in_payment": "paid",  # booked, the bank statement is awaited
    "reversed": "reversed",
}
# "assigned" is reserved in full; a delivery may say so while one of its moves is not.
_SHORT_OF_STOCK = {"confirmed", "waiting", "partially_available"}
_CLOSED = {"done", "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """One order, its lines, deliveries out and back in with their moves, and all its invoices."""

    order: Row
    lines: Sequence[Row]
    xids: Mapping[int, str]
    pickings: Sequence[Row]
    moves: Sequence[Row]
    invoices: Sequence[Row]

    @property
    def outgoing(self) -> list[Row]:
        return [row for row in self.pickings if row["picking_type_code"] == "outgoing"]

    @property
    def returns(self) -> list[Row]:
        """What came back or is announced to. Goods bought for this order come in too, but are
        the return of nothing."""
        return [
            row
            for row in self.pickings
            if row["picking_type_code"] == "incoming"
            and row["return_id"]
            and row["state"] not in {"draft", "cancel"}
        ]


def to_progress(rows: OrderRows) -> OrderProgress:
    order = rows.order
    invoices = tuple(_to_invoice(row) for row in rows.invoices if row["state"] == "posted")
    everything = (order, *rows.pickings, *rows.invoices)
    return OrderProgress(
        ref=str(order["id"]),
        number=text_of(order["name"]),
        our_ref=text_of(order["origin"]),
        state=order_state(rows, invoices),
        currency=currency_of(order),
        gross_total=amount_of(order["amount_total"]),
        changed_at=max(_moment(row["write_date"]) for row in everything),
        lines=tuple(_to_line(line, rows) for line in rows.lines),
        shipments=tuple(
            _to_shipment(picking, rows) for picking in rows.outgoing if picking["state"] == "done"
        ),
        invoices=invoices,
        returns=tuple(_to_return(picking, rows) for picking in rows.returns),
    )


def order_state(rows: OrderRows, invoices: Sequence[ErpInvoice]) -> OrderState:
    """The first that fits of: cancelled, paid, invoiced, shipped, partly shipped, backordered,
    confirmed. The order's state comes first, because a cancelled one calls itself delivered."""
    order = rows.order
    if order["state"] == "cancel":
        return "cancelled"
    if order["state"] in {"draft", "sent"}:
        return "received"
    billed = [one for one in invoices if one.kind == "invoice" and one.payment_state != "reversed"]
    if billed and order["invoice_status"] == "invoiced":
        is_paid = all(one.payment_state == "paid" for one in billed)
        return "paid" if is_paid else "invoiced"
    if order["delivery_status"] == "full":
        return "shipped"
    if any(picking["state"] == "done" for picking in rows.outgoing):
        return "partly_shipped"
    leaving = {picking["id"] for picking in rows.outgoing}
    short = (move for move in rows.moves if move["state"] in _SHORT_OF_STOCK)
    if any(id_of(move["picking_id"]) in leaving for move in short):
        return "backordered"
    return "confirmed"


def _to_line(line: Row, rows: OrderRows) -> LineProgress:
    return LineProgress(
        our_ref=line_ref_of(rows.xids.get(line["id"], "")),
        ref=str(line["id"]),
        description=text_of(line["name"]),
        ordered=number_of(line["product_uom_qty"]),
        shipped=number_of(line["qty_delivered"]),
        invoiced=number_of(line["qty_invoiced"]),
        expected_on=_expected_on(line, rows),
    )


def _expected_on(line: Row, rows: OrderRows) -> date | None:
    """The latest date of what is still to leave; None when nothing is."""
    scheduled = {picking["id"]: day_of(picking["scheduled_date"]) for picking in rows.outgoing}
    days = [
        scheduled.get(id_of(move["picking_id"]) or 0)
        for move in rows.moves
        if id_of(move["sale_line_id"]) == line["id"] and move["state"] not in _CLOSED
    ]
    known = [day for day in days if day is not None]
    return max(known) if known else None


def _to_shipment(picking: Row, rows: OrderRows) -> ErpShipment:
    return ErpShipment(
        ref=str(picking["id"]),
        number=text_of(picking["name"]),
        shipped_at=_moment(picking["date_done"]),
        carrier=name_of(picking.get("carrier_id")),
        tracking_number=text_of(picking.get("carrier_tracking_ref")),
        tracking_url=web_link(text_of(picking.get("carrier_tracking_url"))),
        lines=tuple(_moved_lines(picking, rows, {"done"})),
    )


def _to_return(picking: Row, rows: OrderRows) -> ErpReturn:
    """While it is announced only, the quantities are those that are expected."""
    is_here = picking["state"] == "done"
    states = {"done"} if is_here else {"assigned", *_SHORT_OF_STOCK}
    return ErpReturn(
        ref=str(picking["id"]),
        number=text_of(picking["name"]),
        received_at=time_of(picking["date_done"]) if is_here else None,
        lines=tuple(_moved_lines(picking, rows, states)),
    )


def _moved_lines(picking: Row, rows: OrderRows, states: set[str]) -> Iterable[tuple[str, Decimal]]:
    """(our line, quantity). Parts of a kit are left out: how many kits left, only the line says."""
    lines = {line["id"]: line for line in rows.lines}
    shipped: dict[str, Decimal] = {}
    for move in rows.moves:
        line = lines.get(id_of(move["sale_line_id"]))
        is_meant = id_of(move["picking_id"]) == picking["id"] and move["state"] in states
        if not is_meant or line is None:
            continue
        our_ref = line_ref_of(rows.xids.get(line["id"], ""))
        if our_ref and id_of(move["product_id"]) == id_of(line["product_id"]):
            shipped[our_ref] = shipped.get(our_ref, Decimal(0)) + number_of(move["quantity"])
    return [(our_ref, quantity) for our_ref, quantity in shipped.items() if quantity]


def _to_invoice(row: Row) -> ErpInvoice:
    open_amount = amount_of(row["amount_residual"])
    fallback: PaymentState = "not_paid" if open_amount else "paid"
    return ErpInvoice(
        ref=str(row["id"]),
        number=text_of(row["name"]),
        kind="credit_note" if row["move_type"] == "out_refund" else "invoice",
        issued_on=day_of(row["invoice_date"]),
        due_on=day_of(row["invoice_date_due"]),
        currency=currency_of(row),
        gross_total=amount_of(row["amount_total"]),
        open_amount=open_amount,
        payment_state=_PAYMENT.get(str(row["payment_state"]), fallback),
    )


def _moment(value: Any) -> datetime:
    return time_of(value) or datetime.fromtimestamp(0, UTC)
