"""Where one order stands, from the rows of the ERP that speak of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.adapters.custom.rows import Row
from integrations.records import (
    ErpInvoice,
    ErpReturn,
    ErpShipment,
    LineProgress,
    OrderProgress,
    web_link,
)
from integrations.records.orders import OrderState, PaymentState

Moved = tuple[tuple[str, Decimal], ...]

# What the ERP's own word cannot be undercut by: each is further on than the one before it.
_RANKS: tuple[OrderState, ...] = (
    "received", "confirmed", "in_production", "backordered", "partly_shipped", "shipped",
    "invoiced", "paid",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """One order, its lines, and what belongs to it: each row with its own lines."""

    order: Row
    lines: Sequence[Row]
    shipments: Sequence[tuple[Row, Sequence[Row]]] = field(default=())
    invoices: Sequence[Row] = field(default=())
    returns: Sequence[tuple[Row, Sequence[Row]]] = field(default=())


def to_progress(rows: OrderRows, *, now: datetime) -> OrderProgress:
    order = rows.order
    our_refs = {line.text("ref"): line.text("our_ref") for line in rows.lines}
    invoices = tuple(_to_invoice(row) for row in rows.invoices)
    lines = tuple(_to_line(line) for line in rows.lines)
    return OrderProgress(
        ref=order.text("ref"),
        number=order.text("number") or order.text("ref"),
        our_ref=order.text("our_ref"),
        state=order_state(order.text("state"), lines, invoices),  # type: ignore[arg-type]
        currency=order.currency,
        gross_total=order.number("gross_total"),
        changed_at=order.moment("changed_at") or now,
        lines=lines,
        shipments=tuple(
            _to_shipment(row, _moved(moved, our_refs)) for row, moved in rows.shipments
        ),
        invoices=invoices,
        returns=tuple(_to_return(row, _moved(moved, our_refs)) for row, moved in rows.returns),
    )


def order_state(
    told: OrderState, lines: Sequence[LineProgress], invoices: Sequence[ErpInvoice]
) -> OrderState:
    """The ERP's word, or what its lines and invoices show where that is further on.

    A draft and a cancelled order stay what they are.
    """
    if told in {"received", "cancelled"}:
        return told
    return max(told, _shipped_state(lines), _billed_state(lines, invoices), key=_RANKS.index)


def _shipped_state(lines: Sequence[LineProgress]) -> OrderState:
    goods = [line for line in lines if line.ordered > 0]
    if not any(line.shipped > 0 for line in goods):
        return "confirmed"
    # a service line (freight, rounding) is never shipped; what ships at all says when it is done
    open_lines = [line for line in goods if 0 < line.shipped < line.ordered]
    untouched = [line for line in goods if not line.shipped]
    return "partly_shipped" if open_lines or untouched else "shipped"


def _billed_state(lines: Sequence[LineProgress], invoices: Sequence[ErpInvoice]) -> OrderState:
    billed = [one for one in invoices if stands(one)]
    is_all = all(line.invoiced >= line.ordered for line in lines)
    if not billed or not is_all:
        return "confirmed"
    return "paid" if all(one.payment_state == "paid" for one in billed) else "invoiced"


def stands(invoice: ErpInvoice) -> bool:
    """An invoice that was not credited as a whole."""
    return invoice.kind == "invoice" and invoice.payment_state != "reversed"


def _to_line(row: Row) -> LineProgress:
    return LineProgress(
        our_ref=row.text("our_ref"),
        ref=row.text("ref"),
        description=row.text("description"),
        ordered=row.number("quantity"),
        shipped=row.number("shipped"),
        invoiced=row.number("invoiced"),
        expected_on=row.day("expected_on"),
    )


def _to_shipment(row: Row, lines: Moved) -> ErpShipment:
    shipped_at = row.moment("shipped_at")
    if shipped_at is None:
        raise AssertionError("a required field was read")
    return ErpShipment(
        ref=row.text("ref"),
        number=row.text("number") or row.text("ref"),
        shipped_at=shipped_at,
        carrier=row.text("carrier"),
        tracking_number=row.text("tracking_number"),
        tracking_url=web_link(row.text("tracking_url")),
        lines=lines,
    )


def _to_return(row: Row, lines: Moved) -> ErpReturn:
    return ErpReturn(
        ref=row.text("ref"),
        number=row.text("number") or row.text("ref"),
        received_at=row.moment("received_at"),
        lines=lines,
    )


def _to_invoice(row: Row) -> ErpInvoice:
    gross, open_amount = row.number("gross_total"), row.number("open_amount")
    state: PaymentState = row.get("payment_state") or _paid_by(gross, open_amount)
    return ErpInvoice(
        ref=row.text("ref"),
        number=row.text("number") or row.text("ref"),
        kind=row.get("kind") or "invoice",
        issued_on=row.day("issued_on"),
        due_on=row.day("due_on"),
        currency=row.currency,
        gross_total=gross,
        open_amount=open_amount,
        payment_state=state,
    )


def _paid_by(gross: Decimal, open_amount: Decimal) -> PaymentState:
    if open_amount <= 0:
        return "paid"
    return "partial" if open_amount < gross else "not_paid"


def _moved(rows: Sequence[Row], our_refs: Mapping[str, str]) -> Moved:
    """(our line, quantity), of lines that are ours; parts of one line are added up."""
    moved: dict[str, Decimal] = {}
    for row in rows:
        our_ref = row.text("our_ref") or our_refs.get(row.text("line_ref"), "")
        if our_ref:
            moved[our_ref] = moved.get(our_ref, Decimal(0)) + row.number("quantity")
    return tuple(moved.items())
