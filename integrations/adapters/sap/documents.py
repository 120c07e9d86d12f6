"""Shipments, invoices and returns of an order. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from integrations.adapters.sap.order_rows import (
    CREDIT_NOTE,
    DEBIT_NOTE,
    GOODS_MOVEMENT,
    INVOICE,
    RETURN,
    RETURNS_DELIVERY,
    Seen,
    has_left,
    is_posted,
)
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import (
    Row,
    day_of,
    item_number,
    number_of,
    plain,
    row_of,
    rows_of,
    text_of,
)
from integrations.records import ErpInvoice, ErpReturn, ErpShipment, web_link
from integrations.records.orders import PaymentState

_KINDS = {INVOICE, CREDIT_NOTE, DEBIT_NOTE}  # not: pro forma, cancellations, lists
_PAYMENT: dict[str, PaymentState] = {"C": "paid", "B": "partial"}


def shipments(seen: Seen) -> Iterable[ErpShipment]:
    for number, delivery in sorted(seen.rows.deliveries.items()):
        if not has_left(delivery):
            continue
        tracking = _tracking_number(delivery, seen.settings)
        left_on = day_of(delivery["ActualGoodsMovementDate"])
        yield ErpShipment(
            ref=number,
            number=number,
            shipped_at=datetime.combine(left_on, time(), UTC)
            if left_on
            else datetime.fromtimestamp(0, UTC),
            carrier=_carrier(delivery, seen.settings),
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


def _carrier(delivery: Row, settings: SapSettings) -> str:
    """The partner in the connection's function: by name, else by the supplier's number."""
    for partner in rows_of(delivery.get("to_DeliveryDocumentPartner")):
        if text_of(partner["PartnerFunction"]) == settings.carrier_function:
            address = row_of(partner.get("to_Address2")) or {}
            return text_of(address.get("BusinessPartnerName1")) or text_of(partner["Supplier"])
    return ""


def _tracking_number(delivery: Row, settings: SapSettings) -> str:
    """The bill of lading, or the first of the handling units: one shipment has one number."""
    if not settings.tracks_handling_units:
        return text_of(delivery["BillOfLading"])
    units = rows_of(delivery.get("to_HandlingUnitHeaderDelivery"))
    numbers = sorted(filter(None, (text_of(one["HandlingUnitExternalId"]) for one in units)))
    return numbers[0] if numbers else text_of(delivery["BillOfLading"])


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


def invoices(seen: Seen) -> Iterable[ErpInvoice]:
    for number, bill in sorted(seen.rows.bills.items()):
        if text_of(bill["SDDocumentCategory"]) not in _KINDS or not is_posted(bill):
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


def returns(seen: Seen) -> Iterable[ErpReturn]:
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
