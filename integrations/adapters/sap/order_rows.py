"""An order and all that follows it, gathered before it is mapped. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.adapters.sap.line_refs import line_ref_of, order_ref_of
from integrations.adapters.sap.mapping import sorted_items
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import Row, item_number, number_of, text_of

INVOICE, CREDIT_NOTE, DEBIT_NOTE, RETURN = "M", "O", "P", "H"
GOODS_MOVEMENT, RETURNS_DELIVERY = "R", "T"
# Of the posting in accounting: blocked, or not made because of an error.
_NOT_POSTED = {"A", "B", "F", "G"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """One order, the lines of its deliveries, bills and returns with their headers, and the
    production orders that are for it."""

    order: Row
    flow: Sequence[Row]
    delivery_items: Sequence[Row]
    deliveries: Mapping[str, Row]
    bill_items: Sequence[Row]
    bills: Mapping[str, Row]
    return_items: Mapping[tuple[str, str], Row]
    production: Sequence[Row] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An order while it is mapped; quantities by item number."""

    rows: OrderRows
    settings: SapSettings
    line_refs: Mapping[str, str]
    shipped: Mapping[str, Decimal]
    invoiced: Mapping[str, Decimal]


def has_left(delivery: Row) -> bool:
    return text_of(delivery["OverallGoodsMovementStatus"]) == "C"


def seen_in(rows: OrderRows, settings: SapSettings) -> Seen:
    order_ref = order_ref_of(rows.order, settings)
    return Seen(
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
        and is_posted(bill)
    )


def is_posted(bill: Row) -> bool:
    return text_of(bill["AccountingPostingStatus"]) not in _NOT_POSTED
