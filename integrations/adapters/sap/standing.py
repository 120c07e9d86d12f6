"""Where one order stands, from the documents of SAP that speak of it. Pure.

Statuses of SAP are one letter: A nothing, B partly, C completely, empty where it does not apply.
A delivery counts as shipped when its goods issue is posted, not when it is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from integrations.adapters.sap.line_refs import line_ref_of, order_ref_of
from integrations.adapters.sap.mapping import is_cancelled, sorted_items, to_order
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import (
    Row,
    day_of,
    item_number,
    moment_of,
    number_of,
    plain,
    rows_of,
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

INVOICE, CREDIT_NOTE, DEBIT_NOTE, RETURN = "M", "O", "P", "H"
GOODS_MOVEMENT, RETURNS_DELIVERY = "R", "T"
_KINDS = {INVOICE, CREDIT_NOTE, DEBIT_NOTE}  # not: pro forma, cancellations, lists
# Of the posting in accounting: blocked, or not made because of an error.
_NOT_POSTED = {"A", "B", "F", "G"}
_PAYMENT: dict[str, PaymentState] = {"C": "paid", "B": "partial"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """One order and the lines of its deliveries, bills and returns, with their headers."""

    order: Row
    flow: Sequence[Row]
    delivery_items: Sequence[Row]
    deliveries: Mapping[str, Row]
    bill_items: Sequence[Row]
    bills: Mapping[str, Row]
    return_items: Mapping[tuple[str, str], Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An order while it is mapped; quantities by item number."""

    rows: OrderRows
    settings: SapSettings
    line_refs: Mapping[str, str]
    shipped: Mapping[str, Decimal]
    invoiced: Mapping[str, Decimal]


def to_progress(rows: OrderRows, settings: SapSettings) -> OrderProgress:
    order = to_order(rows.order, settings)
    seen = _seen(rows, settings)
    invoices = tuple(_invoices(seen))
    return OrderProgress(
        ref=order.ref,
        number=order.number,
        our_ref=order.our_ref,
        state=_state(seen, invoices, is_confirmed=order.is_confirmed),
        currency=order.currency,
        gross_total=order.gross_total,
        changed_at=max(_changes(rows)),
        lines=tuple(_line(item, seen) for item in sorted_items(rows.order)),
        shipments=tuple(_shipments(seen)),
        invoices=invoices,
        returns=tuple(_returns(seen)),
    )


def has_left(delivery: Row) -> bool:
    return text_of(delivery["OverallGoodsMovementStatus"]) == "C"


def _seen(rows: OrderRows, settings: SapSettings) -> _Seen:
    order_ref = order_ref_of(rows.order, settings)
    return _Seen(
        rows=rows,
        settings=settings,
        line_refs={
            item_number(item["SalesOrderItem"]): line_ref_of(item, order_ref, settings)
            for item in sorted_items(rows.order)
        },
        shipped=_sums(
            (one, "ReferenceSDDocumentItem", "ActualDeliveryQuantity")
            for one in rows.delivery_items
            if _has_left_line(one, rows)
        ),
        invoiced=_sums(
            (one, "SalesDocumentItem", "BillingQuantity")
            for one in rows.bill_items
            if _counts_as_invoiced(one, rows)
        ),
    )


def _sums(found: Iterable[tuple[Row, str, str]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row, number, quantity in found:
        item = item_number(row[number])
        sums[item] = sums.get(item, Decimal(0)) + number_of(row[quantity])
    return sums


def _has_left_line(item: Row, rows: OrderRows) -> bool:
    header = rows.deliveries.get(text_of(item["DeliveryDocument"]))
    return header is not None and has_left(header)


def _counts_as_invoiced(item: Row, rows: OrderRows) -> bool:
    bill = rows.bills.get(text_of(item["BillingDocument"]))
    return (
        bill is not None
        and text_of(item["SalesDocument"]) == text_of(rows.order["SalesOrder"])
        and text_of(bill["SDDocumentCategory"]) == INVOICE
        and not bill["BillingDocumentIsCancelled"]
        and _is_posted(bill)
    )


# ---------------------------------------------------------------- the state


def _state(seen: _Seen, invoices: Sequence[ErpInvoice], *, is_confirmed: bool) -> OrderState:
    """The first that fits of: cancelled, received, paid, invoiced, shipped, partly shipped,
    backordered, confirmed. One that is held for credit counts as received until goods leave."""
    order = seen.rows.order
    if is_cancelled(order):
        return "cancelled"
    if not is_confirmed and not seen.shipped:
        return "received"
    items = [item for item in sorted_items(order) if not text_of(item["SalesDocumentRjcnReason"])]
    billed = [one for one in invoices if one.kind == "invoice" and one.payment_state != "reversed"]
    if billed and all(_is_done(item, seen.invoiced) for item in items):
        return "paid" if all(one.payment_state == "paid" for one in billed) else "invoiced"
    goods = [item for item in items if text_of(item["DeliveryStatus"])]
    if seen.shipped:
        is_all = all(_is_done(item, seen.shipped) for item in goods)
        return "shipped" if is_all else "partly_shipped"
    return "backordered" if any(_is_short(item) for item in goods) else "confirmed"


def _is_done(item: Row, quantities: Mapping[str, Decimal]) -> bool:
    done = quantities.get(item_number(item["SalesOrderItem"]), Decimal(0))
    return done >= number_of(item["RequestedQuantity"])


def _is_short(item: Row) -> bool:
    return number_of(item["ConfdDelivQtyInOrderQtyUnit"]) < number_of(item["RequestedQuantity"])


def _changes(rows: OrderRows) -> Iterable[datetime]:
    yield moment_of(rows.order["LastChangeDateTime"]) or datetime.fromtimestamp(0, UTC)
    for delivery in rows.deliveries.values():
        day = day_of(delivery["LastChangeDate"]) or day_of(delivery["CreationDate"])
        if day is not None:
            yield datetime.combine(day, time(), UTC)
    for bill in rows.bills.values():
        moment = moment_of(bill["LastChangeDateTime"])
        if moment is not None:
            yield moment


# ---------------------------------------------------------------- lines and documents


def _line(item: Row, seen: _Seen) -> LineProgress:
    number = item_number(item["SalesOrderItem"])
    is_out = bool(text_of(item["SalesDocumentRjcnReason"]))
    ordered = Decimal(0) if is_out else number_of(item["RequestedQuantity"])
    shipped = seen.shipped.get(number, Decimal(0))
    return LineProgress(
        our_ref=seen.line_refs.get(number, ""),
        ref=number,
        description=text_of(item["SalesOrderItemText"]),
        ordered=plain(ordered),
        shipped=plain(shipped),
        invoiced=plain(seen.invoiced.get(number, Decimal(0))),
        expected_on=_expected_on(item) if shipped < ordered else None,
    )


def _expected_on(item: Row) -> date | None:
    """The latest day that the availability check has confirmed something for."""
    days = [
        day_of(line["ConfirmedDeliveryDate"])
        for line in rows_of(item.get("to_ScheduleLine"))
        if number_of(line["ConfdOrderQtyByMatlAvailCheck"])
    ]
    known = [day for day in days if day is not None]
    return max(known) if known else None


def _shipments(seen: _Seen) -> Iterable[ErpShipment]:
    for number, delivery in sorted(seen.rows.deliveries.items()):
        if not has_left(delivery):
            continue
        tracking = text_of(delivery["BillOfLading"])
        left_on = day_of(delivery["ActualGoodsMovementDate"])
        yield ErpShipment(
            ref=number,
            number=number,
            shipped_at=datetime.combine(left_on, time(), UTC)
            if left_on
            else datetime.fromtimestamp(0, UTC),
            carrier="",  # no field of the delivery names it
            tracking_number=tracking,
            tracking_url=_tracking_url(tracking, seen.settings),
            lines=_quantities(
                (
                    seen.line_refs.get(item_number(one["ReferenceSDDocumentItem"]), ""),
                    number_of(one["ActualDeliveryQuantity"]),
                )
                for one in seen.rows.delivery_items
                if text_of(one["DeliveryDocument"]) == number
            ),
        )


def _tracking_url(number: str, settings: SapSettings) -> str:
    if not number or not settings.tracking_url:
        return ""
    return web_link(settings.tracking_url.replace("{number}", number))


def _quantities(found: Iterable[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    sums: dict[str, Decimal] = {}
    for our_ref, quantity in found:
        if our_ref and quantity:
            sums[our_ref] = sums.get(our_ref, Decimal(0)) + quantity
    return tuple((our_ref, plain(quantity)) for our_ref, quantity in sums.items())


def _is_posted(bill: Row) -> bool:
    return text_of(bill["AccountingPostingStatus"]) not in _NOT_POSTED


def _invoices(seen: _Seen) -> Iterable[ErpInvoice]:
    for number, bill in sorted(seen.rows.bills.items()):
        if text_of(bill["SDDocumentCategory"]) not in _KINDS or not _is_posted(bill):
            continue
        state = _payment_state(bill)
        gross = number_of(bill["TotalGrossAmount"])
        issued_on = day_of(bill["BillingDocumentDate"])
        is_settled = state in {"paid", "reversed"}
        yield ErpInvoice(
            ref=number,
            number=number,
            kind="credit_note" if text_of(bill["SDDocumentCategory"]) == CREDIT_NOTE else "invoice",
            issued_on=issued_on,
            due_on=_due_on(bill, issued_on, seen.settings),
            currency=text_of(bill["TransactionCurrency"]).upper(),
            gross_total=plain(gross),
            # how much of a partly paid one is open, this service does not say
            open_amount=Decimal(0) if is_settled else plain(gross),
            payment_state=state,
        )


def _payment_state(bill: Row) -> PaymentState:
    if bill["BillingDocumentIsCancelled"]:
        return "reversed"
    return _PAYMENT.get(text_of(bill["InvoiceClearingStatus"]), "not_paid")


def _due_on(bill: Row, issued_on: date | None, settings: SapSettings) -> date | None:
    term = settings.term(text_of(bill["CustomerPaymentTerms"]))
    if issued_on is None or term is None or term.days is None:
        return None
    return issued_on + timedelta(days=term.days)


def _returns(seen: _Seen) -> Iterable[ErpReturn]:
    """Return orders by the document flow; received when the goods movement of theirs is posted."""
    lines: dict[str, list[tuple[str, Decimal]]] = {}
    for one in seen.rows.flow:
        if text_of(one["SubsequentDocumentCategory"]) != RETURN:
            continue
        number = text_of(one["SubsequentDocument"])
        item = seen.rows.return_items.get((number, item_number(one["SubsequentDocumentItem"])))
        if item is not None and text_of(item["SDDocumentRejectionStatus"]) != "C":
            our_ref = seen.line_refs.get(item_number(one["SalesOrderItem"]), "")
            lines.setdefault(number, []).append((our_ref, number_of(item["RequestedQuantity"])))
    received_at = _received_at(seen.rows.flow)
    for number, found in sorted(lines.items()):
        yield ErpReturn(
            ref=number,
            number=number,
            received_at=received_at.get(number),
            lines=_quantities(found),
        )


def _received_at(flow: Sequence[Row]) -> dict[str, datetime]:
    """When the goods of a return came in: return order → returns delivery → goods movement."""
    return_of = {
        text_of(one["SubsequentDocument"]): text_of(one["SubsqntDocItmPrecdgDocument"])
        for one in flow
        if text_of(one["SubsequentDocumentCategory"]) == RETURNS_DELIVERY
    }
    found: dict[str, datetime] = {}
    for one in flow:
        number = return_of.get(text_of(one["SubsqntDocItmPrecdgDocument"]))
        day = day_of(one["CreationDate"])
        is_movement = text_of(one["SubsequentDocumentCategory"]) == GOODS_MOVEMENT
        if number and day and is_movement:
            found[number] = datetime.combine(day, time(), UTC)
    return found
