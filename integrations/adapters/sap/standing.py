"""Where one order stands, from the documents of SAP that speak of it. Pure.

Statuses of SAP are one letter: A nothing, B partly, C completely, empty where it does not apply.
A delivery counts as shipped when its goods issue is posted, not when it is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from integrations.adapters.sap.documents import invoices, returns, shipments
from integrations.adapters.sap.mapping import is_cancelled, sorted_items, to_order
from integrations.adapters.sap.order_rows import OrderRows, Seen, seen_in
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
    LineProgress,
    OrderProgress,
)
from integrations.records.orders import OrderState

# Flags of a production order, "X" where they are set.
_BEGUN = ("OrderIsReleased", "OrderIsPartiallyReleased")
_OVER = (
    "OrderIsDelivered",
    "OrderIsTechnicallyCompleted",
    "OrderIsClosed",
    "OrderIsDeleted",
    "OrderIsMarkedForDeletion",
)


def to_progress(rows: OrderRows, settings: SapSettings) -> OrderProgress:
    order = to_order(rows.order, settings)
    seen = seen_in(rows, settings)
    billed = tuple(invoices(seen))
    return OrderProgress(
        ref=order.ref,
        number=order.number,
        our_ref=order.our_ref,
        state=_state(seen, billed, is_confirmed=order.is_confirmed),
        currency=order.currency,
        gross_total=order.gross_total,
        changed_at=max(_changes(rows)),
        lines=tuple(_line(item, seen) for item in sorted_items(rows.order)),
        shipments=tuple(shipments(seen)),
        invoices=billed,
        returns=tuple(returns(seen)),
    )


# ---------------------------------------------------------------- the state


def _state(seen: Seen, invoices: Sequence[ErpInvoice], *, is_confirmed: bool) -> OrderState:
    """The first that fits of: cancelled, received, paid, invoiced, shipped, partly shipped, in
    production, backordered, confirmed. One that is held for credit counts as received until goods
    leave."""
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
    if any(_being_made(item, seen.rows.production) for item in goods):
        return "in_production"
    return "backordered" if any(_is_short(item) for item in goods) else "confirmed"


def _is_done(item: Row, quantities: Mapping[str, Decimal]) -> bool:
    done = quantities.get(item_number(item["SalesOrderItem"]), Decimal(0))
    return done >= number_of(item["RequestedQuantity"])


def _is_short(item: Row) -> bool:
    return number_of(item["ConfdDelivQtyInOrderQtyUnit"]) < number_of(item["RequestedQuantity"])


def _being_made(item: Row, production: Sequence[Row]) -> list[Row]:
    """The production orders for this item that have begun and are not finished."""
    number = item_number(item["SalesOrderItem"])
    return [
        one
        for one in production
        if item_number(one["SalesOrderItem"]) == number
        and any(text_of(one[name]) for name in _BEGUN)
        and not any(text_of(one[name]) for name in _OVER)
    ]


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


def _line(item: Row, seen: Seen) -> LineProgress:
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
        expected_on=_expected_on(item, seen.rows.production) if shipped < ordered else None,
    )


def _expected_on(item: Row, production: Sequence[Row]) -> date | None:
    """The latest day that the availability check has confirmed something for; where it has
    confirmed nothing, the day by which production is to be done."""
    days = [
        day_of(line["ConfirmedDeliveryDate"])
        for line in rows_of(item.get("to_ScheduleLine"))
        if number_of(line["ConfdOrderQtyByMatlAvailCheck"])
    ]
    made = [day_of(one["MfgOrderScheduledEndDate"]) for one in _being_made(item, production)]
    known = [day for day in days if day is not None] or [day for day in made if day is not None]
    return max(known) if known else None
