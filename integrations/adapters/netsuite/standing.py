"""Where one order stands, from the rows of NetSuite that speak of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.adapters.netsuite.mapping import (
    CANCELLED,
    CLOSED,
    PENDING_APPROVAL,
    status_letter,
)
from integrations.adapters.netsuite.refs import ORDER, our_ref_of
from integrations.adapters.netsuite.wire import (
    day_of,
    is_true,
    size_of,
    text_of,
    time_of,
)
from integrations.records import (
    ErpInvoice,
    ErpReturn,
    ErpShipment,
    LineProgress,
    OrderProgress,
)
from integrations.records.orders import OrderState, PaymentState

Row = Mapping[str, Any]

SHIPPED = "C"  # of a fulfilment; A is picked, B packed
BUILDING = {"B", "D"}  # of a work order: released, in process
_OVER = {"A", "C", "H"}  # of a return: awaits approval, cancelled, closed


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """One order, its lines, what came of it, and which line of it each of those lines is.

    `documents` are fulfilments, invoices, credit memos, returns, receipts and work orders;
    `origins` leads from (document, line) to a line of the order, `parents` from a document to
    the one it was made from; `tracking` holds numbers by fulfilment.
    """

    order: Row
    lines: Sequence[Row]
    documents: Sequence[Row]
    document_lines: Mapping[str, Sequence[Row]]
    origins: Mapping[tuple[str, str], str]
    parents: Mapping[str, str]
    tracking: Mapping[str, Sequence[str]]
    line_field: str
    zone: ZoneInfo
    currency: str

    def of_type(self, *types: str) -> list[Row]:
        return [row for row in self.documents if row["type"] in types]

    def our_ref(self, line_id: str) -> str:
        found = next((line for line in self.lines if text_of(line["id"]) == line_id), {})
        return text_of(found.get(self.line_field))


def to_progress(rows: OrderRows) -> OrderProgress:
    order = rows.order
    invoices = tuple(_to_invoice(row, rows) for row in rows.of_type("CustInvc", "CustCred"))
    moments = [_moment(row.get("modified"), rows.zone) for row in (order, *rows.documents)]
    return OrderProgress(
        ref=text_of(order["id"]),
        number=text_of(order.get("tranid")),
        our_ref=our_ref_of(ORDER, text_of(order.get("externalid"))),
        state=order_state(rows, invoices),
        currency=rows.currency,
        gross_total=size_of(order.get("foreigntotal")),
        changed_at=max(moments),
        lines=tuple(_to_line(line, rows) for line in rows.lines),
        shipments=tuple(
            _to_shipment(row, rows)
            for row in rows.of_type("ItemShip")
            if status_letter(text_of(row.get("status"))) == SHIPPED
        ),
        invoices=invoices,
        returns=tuple(
            _to_return(row, rows)
            for row in rows.of_type("RtnAuth")
            if status_letter(text_of(row.get("status"))) not in _OVER
        ),
    )


def order_state(rows: OrderRows, invoices: Sequence[ErpInvoice]) -> OrderState:
    """The first that fits of: cancelled, received, paid, invoiced, shipped, partly shipped,
    in production, backordered, confirmed."""
    letter = status_letter(text_of(rows.order.get("status")))
    shipped = any(_shipped(line) for line in rows.lines)
    billed = [one for one in invoices if one.kind == "invoice"]
    if letter == CANCELLED or (letter == CLOSED and not shipped and not billed):
        return "cancelled"
    if letter == PENDING_APPROVAL:
        return "received"
    charged = [one for one in billed if one.payment_state != "reversed"]
    if charged and (letter in {"G", CLOSED} or all(_is_billed(line) for line in rows.lines)):
        return "paid" if all(one.payment_state == "paid" for one in charged) else "invoiced"
    if letter in {"F", "G", CLOSED}:
        return "shipped"
    if letter in {"D", "E"} or shipped:
        return "partly_shipped"
    if any(
        status_letter(text_of(row.get("status"))) in BUILDING for row in rows.of_type("WorkOrd")
    ):
        return "in_production"
    if any(size_of(line.get("quantitybackordered")) for line in rows.lines):
        return "backordered"
    return "confirmed"


def _shipped(line: Row) -> Decimal:
    return size_of(line.get("quantityshiprecv"))


def _is_billed(line: Row) -> bool:
    is_closed = is_true(line.get("isclosed"))
    return is_closed or size_of(line.get("quantitybilled")) >= size_of(line.get("quantity"))


def _to_line(line: Row, rows: OrderRows) -> LineProgress:
    is_closed = is_true(line.get("isclosed"))
    return LineProgress(
        our_ref=text_of(line.get(rows.line_field)),
        ref=text_of(line["id"]),
        description=text_of(line.get("memo")),
        ordered=_shipped(line) if is_closed else size_of(line.get("quantity")),
        shipped=_shipped(line),
        invoiced=size_of(line.get("quantitybilled")),
        expected_on=None if is_closed else day_of(line.get("expected")),
    )


def _to_shipment(row: Row, rows: OrderRows) -> ErpShipment:
    ref = text_of(row["id"])
    return ErpShipment(
        ref=ref,
        number=text_of(row.get("tranid")),
        shipped_at=_moment(row.get("modified"), rows.zone)
        if not row.get("shipped")
        else _moment(row["shipped"], rows.zone),
        carrier=text_of(row.get("carrier")),
        tracking_number=", ".join(rows.tracking.get(ref, ())),
        tracking_url="",
        lines=tuple(_quantities(ref, rows)),
    )


def _to_return(row: Row, rows: OrderRows) -> ErpReturn:
    ref = text_of(row["id"])
    receipts = [one for one in rows.of_type("ItemRcpt") if rows.parents[text_of(one["id"])] == ref]
    moments = [_moment(one.get("created"), rows.zone) for one in receipts]
    return ErpReturn(
        ref=ref,
        number=text_of(row.get("tranid")),
        received_at=min(moments) if moments else None,
        lines=tuple(_quantities(ref, rows)),
    )


def _quantities(document: str, rows: OrderRows) -> Iterable[tuple[str, Decimal]]:
    """(our line, quantity) of a document, each line once."""
    found: dict[str, Decimal] = {}
    for line in rows.document_lines.get(document, ()):
        our_ref = rows.our_ref(rows.origins.get((document, text_of(line["id"])), ""))
        if our_ref:
            found[our_ref] = found.get(our_ref, Decimal(0)) + size_of(line.get("quantity"))
    return [(our_ref, quantity) for our_ref, quantity in found.items() if quantity]


def _to_invoice(row: Row, rows: OrderRows) -> ErpInvoice:
    total, open_amount = size_of(row.get("foreigntotal")), size_of(row.get("foreignamountunpaid"))
    is_credit = row["type"] == "CustCred"
    return ErpInvoice(
        ref=text_of(row["id"]),
        number=text_of(row.get("tranid")),
        kind="credit_note" if is_credit else "invoice",
        issued_on=day_of(row.get("issued")),
        due_on=day_of(row.get("due")),
        currency=rows.currency,
        gross_total=total,
        open_amount=open_amount,
        payment_state=_payment_state(row, rows, total=total, open_amount=open_amount),
    )


def _payment_state(
    row: Row, rows: OrderRows, *, total: Decimal, open_amount: Decimal
) -> PaymentState:
    """NetSuite calls an invoice paid in full that was credited in full."""
    ref = text_of(row["id"])
    credits = [one for one in rows.of_type("CustCred") if rows.parents[text_of(one["id"])] == ref]
    credited = sum((size_of(one.get("foreigntotal")) for one in credits), Decimal(0))
    if row["type"] == "CustInvc" and total and credited >= total:
        return "reversed"
    if not open_amount:
        return "paid"
    return "not_paid" if open_amount >= total else "partial"


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    return time_of(value, zone) or datetime.fromtimestamp(0, UTC)
