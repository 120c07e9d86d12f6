"""Where one order stands, from the rows of Business Central that speak of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal

from integrations.adapters.business_central.mapping import (
    COMMENT,
    goods_lines,
    is_released,
    our_ref_in,
)
from integrations.adapters.business_central.refs import order_ref
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    choice_of,
    day_of,
    id_of,
    moment_of,
    number_of,
    text_of,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """One order and its documents. `order` is None once it is gone; `tracking` holds rows of
    the companion extension by shipment number, `returned` its posted return receipts."""

    number: str
    order: Row | None
    shipments: Sequence[Row] = ()
    invoices: Sequence[Row] = ()
    credits: Sequence[Row] = ()
    tracking: Mapping[str, Row]
    returned: Sequence[Row] = ()
    is_deleted: bool = False

    @property
    def is_known(self) -> bool:
        documents = (*self.shipments, *self.invoices)
        return self.order is not None or bool(documents) or self.is_deleted


def to_progress(rows: OrderRows, *, by_hand: bool) -> OrderProgress:
    invoices = tuple(_to_invoice(row, rows.credits) for row in rows.invoices)
    credits = tuple(_to_credit(row) for row in rows.credits)
    everything = [
        row
        for row in (rows.order, *rows.shipments, *rows.invoices, *rows.credits)
        if row is not None
    ]
    first = next(iter(everything), {"externalDocumentNumber": "", "currencyCode": ""})
    return OrderProgress(
        ref=order_ref(rows.number),
        number=rows.number,
        our_ref=our_ref_in(first, _lines_name(first)),
        state=order_state(rows, invoices, by_hand=by_hand),
        currency=text_of(first["currencyCode"]).upper(),
        gross_total=_gross(rows),
        changed_at=max(
            (moment_of(row["lastModifiedDateTime"]) for row in everything), default=moment_of(None)
        ),
        lines=tuple(_lines(rows)),
        shipments=tuple(_to_shipment(row, rows.tracking) for row in rows.shipments),
        invoices=(*invoices, *credits),
        returns=tuple(_returns(rows.returned)),
    )


def order_state(rows: OrderRows, invoices: Sequence[ErpInvoice], *, by_hand: bool) -> OrderState:
    """The first that fits of: cancelled, paid, invoiced, shipped, partly shipped, confirmed.

    An order that is gone was invoiced in full, or deleted: that is how it is cancelled there.
    `fullyShipped` of the order is not asked: it may count the lines of one location only.
    """
    billed = [one for one in invoices if one.payment_state != "reversed"]
    if rows.order is None:
        if not rows.shipments and not rows.invoices:
            return "cancelled"
        return _paid_or_invoiced(billed)
    lines = [line for line in goods_lines(rows.order) if number_of(line["quantity"])]
    if lines and all(_is_done(line, "invoicedQuantity") for line in lines):
        return _paid_or_invoiced(billed)
    # accounts (freight, a rounding line) ship with the goods or after them
    goods = [line for line in lines if choice_of(line["lineType"]) == "Item"] or lines
    if goods and all(_is_done(line, "shippedQuantity") for line in goods):
        return "shipped"
    if any(number_of(line["shippedQuantity"]) for line in lines):
        return "partly_shipped"
    return "confirmed" if by_hand or is_released(rows.order) else "received"


def _paid_or_invoiced(billed: Sequence[ErpInvoice]) -> OrderState:
    is_paid = bool(billed) and all(one.payment_state == "paid" for one in billed)
    return "paid" if is_paid else "invoiced"


def _is_done(line: Row, name: str) -> bool:
    return number_of(line[name]) >= number_of(line["quantity"])


def _lines_name(row: Row) -> str:
    names = [name for name in row if name.endswith("Lines")]
    return names[0] if names else "salesOrderLines"


def _gross(rows: OrderRows) -> Decimal:
    if rows.order is not None:
        return amount_of(rows.order["totalAmountIncludingTax"])
    return sum((amount_of(row["totalAmountIncludingTax"]) for row in rows.invoices), Decimal(0))


# ---------------------------------------------------------------- lines


def _lines(rows: OrderRows) -> Iterable[LineProgress]:
    if rows.order is not None:
        return [_to_line(line) for line in goods_lines(rows.order)]
    return _lines_of_documents(rows)


def _to_line(line: Row) -> LineProgress:
    ordered, shipped = amount_of(line["quantity"]), amount_of(line["shippedQuantity"])
    return LineProgress(
        our_ref=text_of(line["description2"]),
        ref=id_of(line["id"]),
        description=text_of(line["description"]),
        ordered=ordered,
        shipped=shipped,
        invoiced=amount_of(line["invoicedQuantity"]),
        expected_on=day_of(line["shipmentDate"]) if shipped < ordered else None,
    )


def _lines_of_documents(rows: OrderRows) -> Iterable[LineProgress]:
    """An order that is gone was shipped and invoiced in full: its shipments say what it held."""
    shipped: dict[str, Decimal] = {}
    shown: dict[str, Row] = {}
    for shipment in rows.shipments:
        for line in _shipped_lines(shipment):
            our_ref = text_of(line["description2"])
            shown[our_ref] = line
            shipped[our_ref] = shipped.get(our_ref, Decimal(0)) + amount_of(line["quantity"])
    return [
        LineProgress(
            our_ref=our_ref,
            ref=id_of(shown[our_ref]["id"]),
            description=text_of(shown[our_ref]["description"]),
            ordered=quantity,
            shipped=quantity,
            invoiced=quantity if rows.invoices else Decimal(0),
        )
        for our_ref, quantity in shipped.items()
        if our_ref
    ]


def _shipped_lines(shipment: Row) -> list[Row]:
    return [
        line
        for line in shipment.get("salesShipmentLines", ())
        if choice_of(line["lineType"]) not in {COMMENT, ""} and number_of(line["quantity"])
    ]


# ---------------------------------------------------------------- documents


def _to_shipment(row: Row, tracking: Mapping[str, Row]) -> ErpShipment:
    """The hour is not told: a shipment counts as of the day it was posted, or when it was
    written where that was the same day."""
    told = tracking.get(text_of(row["number"]), {})
    lines: dict[str, Decimal] = {}
    for line in _shipped_lines(row):
        our_ref = text_of(line["description2"])
        if our_ref:
            lines[our_ref] = lines.get(our_ref, Decimal(0)) + amount_of(line["quantity"])
    return ErpShipment(
        ref=text_of(row["number"]),
        number=text_of(row["number"]),
        shipped_at=_shipped_at(row),
        carrier=text_of(told.get("shippingAgentName")),
        tracking_number=text_of(told.get("packageTrackingNumber")),
        tracking_url=web_link(text_of(told.get("trackingUrl"))),
        lines=tuple(lines.items()),
    )


def _shipped_at(row: Row) -> datetime:
    posted_on, written_at = day_of(row["postingDate"]), moment_of(row["lastModifiedDateTime"])
    if posted_on is None or posted_on == written_at.date():
        return written_at
    return datetime.combine(posted_on, time(), UTC)


def _to_invoice(row: Row, credits: Sequence[Row]) -> ErpInvoice:
    gross, open_amount = (
        amount_of(row["totalAmountIncludingTax"]),
        amount_of(row["remainingAmount"]),
    )
    status = choice_of(row["status"])
    credited = sum(
        amount_of(one["totalAmountIncludingTax"])
        for one in credits
        if text_of(one["invoiceNumber"]) == text_of(row["number"])
    )
    state: PaymentState = "not_paid"
    if status == "Canceled" or (gross and credited >= gross):
        state = "reversed"
    elif not open_amount:
        state = "paid"
    elif open_amount < gross:
        state = "partial"
    return ErpInvoice(
        ref=text_of(row["number"]),
        number=text_of(row["number"]),
        kind="invoice",
        issued_on=day_of(row["invoiceDate"]),
        due_on=day_of(row["dueDate"]),
        currency=text_of(row["currencyCode"]).upper(),
        gross_total=gross,
        open_amount=open_amount,
        payment_state=state,
    )


def _to_credit(row: Row) -> ErpInvoice:
    """What is open of a credit note is not served: it counts as open until it is applied."""
    gross, is_paid = amount_of(row["totalAmountIncludingTax"]), choice_of(row["status"]) != "Open"
    return ErpInvoice(
        ref=text_of(row["number"]),
        number=text_of(row["number"]),
        kind="credit_note",
        issued_on=day_of(row["creditMemoDate"]),
        due_on=None,
        currency=text_of(row["currencyCode"]).upper(),
        gross_total=gross,
        open_amount=Decimal(0) if is_paid else gross,
        payment_state="paid" if is_paid else "not_paid",
    )


def _returns(rows: Sequence[Row]) -> Iterable[ErpReturn]:
    by_number: dict[str, list[Row]] = {}
    for row in rows:
        by_number.setdefault(text_of(row["number"]), []).append(row)
    for number, lines in by_number.items():
        posted_on = day_of(lines[0]["postingDate"])
        quantities = [
            (text_of(line["description2"]), amount_of(line["quantity"])) for line in lines
        ]
        yield ErpReturn(
            ref=number,
            number=number,
            received_at=datetime.combine(posted_on, time(), UTC) if posted_on else None,
            lines=tuple((ours, quantity) for ours, quantity in quantities if ours),
        )
