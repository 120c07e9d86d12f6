"""Where orders stand: the order, its document flow, deliveries, bills and returns.

The document flow is not complete at once on every system, so deliveries and bills are looked for
by the order as well. A delivery knows only the day of its last change.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from integrations.adapters.sap.fields import (
    BILL,
    BILL_ITEM,
    DELIVERY,
    DELIVERY_ITEM,
    FLOW,
    ORDER,
    ORDERS,
    RETURN_ITEM,
    SCHEDULE_LINE,
)
from integrations.adapters.sap.order_rows import CREDIT_NOTE, DEBIT_NOTE, INVOICE, RETURN, OrderRows
from integrations.adapters.sap.payments import Payments
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.standing import to_progress
from integrations.adapters.sap.wire import (
    Row,
    day_literal,
    item_number,
    moment_literal,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import OrderProgress, Page, Window

logger = logging.getLogger(__name__)

CHUNK = 50
_STAGES = ("order", "delivery", "bill")
_BILLS = {INVOICE, CREDIT_NOTE, DEBIT_NOTE}


class Progress(Payments):
    """Implements `TracksOrders`."""

    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """At most six calls per fifty orders; two more where goods came back."""
        numbers = sorted({ref for ref in refs if ref.isascii() and ref.isalnum()})
        for start in range(0, len(numbers), CHUNK):
            for rows in self._gather(numbers[start : start + CHUNK]):
                yield to_progress(rows, self.settings)

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """The cursor is `stage:page`; orders first, then deliveries, then bills."""
        stage, _, place = (cursor or f"{_STAGES[0]}:").partition(":")
        read = {
            "order": self._changed_orders,
            "delivery": self._changed_deliveries,
            "bill": self._changed_bills,
        }[stage]
        refs, following = read(window, place or None)
        if following is None:
            after = _STAGES.index(stage) + 1
            upcoming = f"{_STAGES[after]}:" if after < len(_STAGES) else None
        else:
            upcoming = f"{stage}:{following}"
        return Page(rows=tuple(sorted(refs)), next_cursor=upcoming)

    # -- what changed

    def _changed_orders(self, window: Window, place: str | None) -> tuple[set[str], str | None]:
        query = Query(
            path=ORDER.set,
            filter=_changed("LastChangeDateTime", window),
            select=("SalesOrder",),
            orderby="SalesOrder",
        )
        rows, following = self.client.page(ORDERS, query, place, size=self.page_size)
        return {text_of(row["SalesOrder"]) for row in rows}, following

    def _changed_deliveries(self, window: Window, place: str | None) -> tuple[set[str], str | None]:
        terms = ""
        if window.start is not None:
            day = day_literal(window.start.date() - timedelta(days=1))
            terms = f"(LastChangeDate ge {day} or CreationDate ge {day})"
        query = Query(
            path=DELIVERY.set,
            filter=terms,
            select=("DeliveryDocument",),
            orderby="DeliveryDocument",
        )
        rows, following = self.client.page(DELIVERY.service, query, place, size=self.page_size)
        reads = reads_of(
            DELIVERY_ITEM.set,
            "DeliveryDocument",
            [text_of(row["DeliveryDocument"]) for row in rows],
            select=("ReferenceSDDocument",),
        )
        items = self.client.gather(DELIVERY_ITEM.service, reads)
        return _filled(text_of(one["ReferenceSDDocument"]) for one in items), following

    def _changed_bills(self, window: Window, place: str | None) -> tuple[set[str], str | None]:
        """A credit note may belong to a return; its origin is then the order."""
        query = Query(
            path=BILL.set,
            filter=_changed("LastChangeDateTime", window),
            select=("BillingDocument",),
            orderby="BillingDocument",
        )
        rows, following = self.client.page(BILL.service, query, place, size=self.page_size)
        reads = reads_of(
            BILL_ITEM.set,
            "BillingDocument",
            [text_of(row["BillingDocument"]) for row in rows],
            select=("SalesDocument", "OriginSDDocument"),
        )
        items = self.client.gather(BILL_ITEM.service, reads)
        names = ("SalesDocument", "OriginSDDocument")
        return _filled(text_of(one[name]) for one in items for name in names), following

    # -- where they stand

    def _gather(self, numbers: Sequence[str]) -> Iterable[OrderRows]:
        orders, flow = self._orders_and_flow(numbers)
        known = [text_of(row["SalesOrder"]) for row in orders]
        delivery_items = _by(self.delivery_items(known), "ReferenceSDDocument")
        deliveries = self._headers(
            DELIVERY.service,
            DELIVERY.set,
            "DeliveryDocument",
            [text_of(one["DeliveryDocument"]) for rows in delivery_items.values() for one in rows],
            DELIVERY.read,
        )
        bill_items = self._bill_items(known)
        bills = self._headers(
            BILL.service,
            BILL.set,
            "BillingDocument",
            [
                *(text_of(one["BillingDocument"]) for one in bill_items),
                *_documents(flow, _BILLS),
            ],
            BILL.read,
        )
        returns = self._return_items(_documents(flow, {RETURN}))
        flow_of, items_of = _by(flow, "SalesOrder"), _by(bill_items, "SalesDocument")
        for order in orders:
            number = text_of(order["SalesOrder"])
            own = {text_of(one["DeliveryDocument"]) for one in delivery_items[number]}
            billed = {text_of(one["BillingDocument"]) for one in items_of[number]}
            billed |= set(_documents(flow_of[number], _BILLS))
            yield OrderRows(
                order=order,
                flow=flow_of[number],
                delivery_items=delivery_items[number],
                deliveries={name: deliveries[name] for name in own if name in deliveries},
                bill_items=items_of[number],
                bills={name: bills[name] for name in billed if name in bills},
                return_items=returns,
            )

    def _orders_and_flow(self, numbers: Sequence[str]) -> tuple[list[Row], list[Row]]:
        like = self._order_query(path=ORDER.set)
        orders = reads_of(
            ORDER.set,
            "SalesOrder",
            numbers,
            select=(*like.select, *SCHEDULE_LINE.under("to_Item/to_ScheduleLine")),
            expand=(*like.expand, "to_Item/to_ScheduleLine"),
        )
        flows = reads_of(FLOW.set, "SalesOrder", numbers, select=FLOW.read)
        found = self.client.read_many(ORDERS, [*orders, *flows])
        split = len(orders)
        return (
            [row for rows in found[:split] for row in rows],
            [row for rows in found[split:] for row in rows],
        )

    def _bill_items(self, numbers: Sequence[str]) -> list[Row]:
        reads = reads_of(BILL_ITEM.set, "SalesDocument", numbers, select=BILL_ITEM.read)
        return self.client.gather(BILL_ITEM.service, reads)

    def _headers(
        self,
        service: str,
        path: str,
        name: str,
        numbers: Iterable[str],
        select: tuple[str, ...],
    ) -> dict[str, Row]:
        reads = reads_of(path, name, numbers, select=select)
        return {text_of(row[name]): row for row in self.client.gather(service, reads)}

    def _return_items(self, numbers: Sequence[str]) -> Mapping[tuple[str, str], Row]:
        """Nothing where the service for returns is not set up: it is needed for nothing else."""
        reads = reads_of(RETURN_ITEM.set, "CustomerReturn", numbers, select=RETURN_ITEM.read)
        try:
            found = self.client.gather(RETURN_ITEM.service, reads)
        except NeedsOperator as exc:
            if exc.reason not in {"erp_service_missing", "erp_access_denied"}:
                raise
            logger.warning("sap_returns_not_readable reason=%s", exc.reason)
            return {}
        return {
            (text_of(row["CustomerReturn"]), item_number(row["CustomerReturnItem"])): row
            for row in found
        }


def _changed(name: str, window: Window) -> str:
    terms = [f"{name} le {moment_literal(window.end)}"]
    if window.start is not None:
        terms.insert(0, f"{name} ge {moment_literal(window.start)}")
    return " and ".join(terms)


def _documents(flow: Iterable[Row], categories: set[str]) -> list[str]:
    return [
        text_of(one["SubsequentDocument"])
        for one in flow
        if text_of(one["SubsequentDocumentCategory"]) in categories
    ]


def _by(rows: Iterable[Row], name: str) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[text_of(row[name])].append(row)
    return grouped


def _filled(refs: Iterable[str]) -> set[str]:
    return {ref for ref in refs if ref}
