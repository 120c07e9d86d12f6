"""Where orders stand: the order, its document flow, deliveries, bills and returns.

The document flow is not complete at once on every system, so deliveries and bills are looked for
by the order as well. A delivery knows only the day of its last change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from integrations.adapters.sap.fields import (
    BILL,
    BILL_ITEM,
    DELIVERY,
    DELIVERY_ADDRESS,
    DELIVERY_ITEM,
    DELIVERY_PARTNER,
    FLOW,
    HANDLING_UNIT,
    ORDER,
    ORDERS,
    PRODUCTION,
    PRODUCTION_ORDER,
    RETURN_ITEM,
    SCHEDULE_LINE,
)
from integrations.adapters.sap.optional import read_or
from integrations.adapters.sap.order_rows import CREDIT_NOTE, DEBIT_NOTE, INVOICE, RETURN, OrderRows
from integrations.adapters.sap.payments import Payments
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.standing import to_progress
from integrations.adapters.sap.wire import (
    Row,
    day_literal,
    item_number,
    moment_literal,
    quoted,
    text_of,
)
from integrations.records import OrderProgress, Page, Window

CHUNK = 50
_STAGES = ("order", "delivery", "bill", "production")
_BILLS = {INVOICE, CREDIT_NOTE, DEBIT_NOTE}


class Progress(Payments):
    """Implements `TracksOrders`."""

    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """At most six calls per fifty orders; one more for production orders where the connection
        reads them, two more where goods came back."""
        numbers = sorted({ref for ref in refs if ref.isascii() and ref.isalnum()})
        for start in range(0, len(numbers), CHUNK):
            for rows in self._gather(numbers[start : start + CHUNK]):
                yield to_progress(rows, self.settings)

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """The cursor is `stage:page`; orders first, then deliveries, bills and, where
        the connection reads them, production orders."""
        stage, _, place = (cursor or f"{_STAGES[0]}:").partition(":")
        read = {
            "order": self._changed_orders,
            "delivery": self._changed_deliveries,
            "bill": self._changed_bills,
            "production": self._changed_production,
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

    def _changed_production(self, window: Window, place: str | None) -> tuple[set[str], str | None]:
        """The moment of a change is a text of digits there, in which zone is not said: a day
        more is read. Nothing where the service is not set up."""
        if not self.settings.reads_production or window.start is None:
            return set(), None
        since = (window.start - timedelta(days=1)).strftime("%Y%m%d%H%M%S")
        query = Query(
            path=PRODUCTION_ORDER.set,
            filter=f"SalesOrder ne '' and LastChangeDateTime ge {quoted(since)}",
            select=("ManufacturingOrder", "SalesOrder"),
            orderby="ManufacturingOrder",
        )
        nothing: tuple[list[Row], str | None] = [], None
        rows, following = read_or(
            lambda: self.client.page(PRODUCTION, query, place, size=self.page_size),
            nothing,
            of="production orders",
        )
        return _filled(item_number(row["SalesOrder"]) for row in rows), following

    # -- where they stand

    def _gather(self, numbers: Sequence[str]) -> Iterable[OrderRows]:
        orders, flow = self._orders_and_flow(numbers)
        known = [text_of(row["SalesOrder"]) for row in orders]
        delivery_items = _by(self.delivery_items(known), "ReferenceSDDocument")
        deliveries = self._deliveries(
            text_of(one["DeliveryDocument"]) for rows in delivery_items.values() for one in rows
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
        production = self._production(known)
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
                production=production[item_number(number)],
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
        expand: tuple[str, ...] = (),
    ) -> dict[str, Row]:
        reads = reads_of(path, name, numbers, select=select, expand=expand)
        return {text_of(row[name]): row for row in self.client.gather(service, reads)}

    def _deliveries(self, numbers: Iterable[str]) -> dict[str, Row]:
        """With who carries them and what they are packed in, where the connection asks for it."""
        select, expand = list(DELIVERY.read), []
        if self.settings.carrier_function:
            partner = "to_DeliveryDocumentPartner"
            select += DELIVERY_PARTNER.under(partner)
            select += DELIVERY_ADDRESS.under(f"{partner}/to_Address2")
            expand += [partner, f"{partner}/to_Address2"]
        if self.settings.tracks_handling_units:
            select += HANDLING_UNIT.under("to_HandlingUnitHeaderDelivery")
            expand += ["to_HandlingUnitHeaderDelivery"]
        name = "DeliveryDocument"
        return self._headers(
            DELIVERY.service, DELIVERY.set, name, numbers, tuple(select), tuple(expand)
        )

    def _production(self, numbers: Sequence[str]) -> defaultdict[str, list[Row]]:
        """Production orders by the sales order they are for; none where they are not read."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        if self.settings.reads_production:
            reads = reads_of(
                PRODUCTION_ORDER.set, "SalesOrder", numbers, select=PRODUCTION_ORDER.read
            )
            rows = self._gathered_or_none(PRODUCTION, reads, of="production orders")
            for row in rows:
                found[item_number(row["SalesOrder"])].append(row)
        return found

    def _return_items(self, numbers: Sequence[str]) -> Mapping[tuple[str, str], Row]:
        """Nothing where the service for returns is not set up: it is needed for nothing else."""
        reads = reads_of(RETURN_ITEM.set, "CustomerReturn", numbers, select=RETURN_ITEM.read)
        found = self._gathered_or_none(RETURN_ITEM.service, reads, of="returns")
        return {
            (text_of(row["CustomerReturn"]), item_number(row["CustomerReturnItem"])): row
            for row in found
        }

    def _gathered_or_none(self, service: str, reads: Sequence[Query], *, of: str) -> list[Row]:
        nothing: list[Row] = []
        return read_or(lambda: self.client.gather(service, reads), nothing, of=of)


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
