"""Where orders stand: read from the order while there is one, and from its documents.

An order is removed when it is invoiced in full, so documents are looked for by its number in
any case. Nothing tells a deleted order but its absence (or the log of the extension).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from integrations.adapters.business_central.listing import Listing
from integrations.adapters.business_central.mapping import LINE_FIELDS, ORDER_FIELDS
from integrations.adapters.business_central.posted import is_posted
from integrations.adapters.business_central.refs import order_number, order_ref
from integrations.adapters.business_central.standing import OrderRows, to_progress
from integrations.adapters.business_central.windows import (
    chunks,
    in_window,
    next_place,
    place_of,
)
from integrations.adapters.business_central.wire import Row, any_of, text_of
from integrations.records import OrderProgress, Page, Window

CHUNK = 40
_SHIPMENTS = {
    "$select": "id,number,orderNumber,externalDocumentNumber,postingDate,currencyCode,"
    "lastModifiedDateTime",
    "$expand": "salesShipmentLines($select=id,lineType,description,description2,quantity)",
}
_CREDITS = (
    "number,externalDocumentNumber,creditMemoDate,currencyCode,totalAmountIncludingTax,status,"
    "invoiceNumber,lastModifiedDateTime"
)


class Progress(Listing):
    """Implements `TracksOrders`."""

    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """At most seven calls per forty orders, besides further pages."""
        numbers = sorted({number for ref in refs if (number := order_number(ref))})
        for some in chunks(numbers, CHUNK):
            for rows in self._gather(some):
                if rows.is_known:
                    yield to_progress(rows, by_hand=self.by_hand)

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """Orders, then their shipments, invoices and credit notes; then what the log of the
        extension knows, deleted orders and edited lines; now and then all that are open."""
        stages = self._stages(window)
        stage, link = place_of(cursor, stages)
        rows, following = self.client.page(*self._changed(stage, window), link)
        numbers = self._numbers(stage, rows)
        return Page(
            rows=tuple(order_ref(number) for number in sorted(numbers - {""})),
            next_cursor=next_place(stage, following, stages),
        )

    # -- what changed

    def _stages(self, window: Window) -> list[str]:
        stages = ["salesOrders", "salesShipments", "salesInvoices", "salesCreditMemos"]
        if self.settings.has_page("orders"):
            stages.append("portalOrders")
        return [*stages, "open"] if self._rereads(window) else stages

    def _rereads(self, window: Window) -> bool:
        """Whether a multiple of the interval lies in the window: an edited line does not always
        move the time of its order, so that open orders are all read again at times."""
        every_s = self.settings.reread_minutes * 60
        if not every_s or window.start is None:
            return False
        return window.start.timestamp() // every_s != window.end.timestamp() // every_s

    def _changed(self, stage: str, window: Window) -> tuple[str, dict[str, str]]:
        changed = in_window(window)
        if stage == "portalOrders":
            return self.client.extension(stage), {"$filter": changed}
        if stage == "open":
            condition = "fullyShipped eq false and externalDocumentNumber ne ''"
            query = {"$select": "number", "$filter": condition}
            return self.client.company("salesOrders"), query
        names = {"salesOrders": "number", "salesCreditMemos": "invoiceNumber"}
        name = names.get(stage, "orderNumber")
        query = {"$select": name, "$filter": f"{changed} and {name} ne ''"}
        return self.client.company(stage), query

    def _numbers(self, stage: str, rows: Sequence[Row]) -> set[str]:
        if stage == "salesCreditMemos":
            return self._orders_of_invoices({text_of(row["invoiceNumber"]) for row in rows})
        name = "orderNumber" if stage in {"salesShipments", "salesInvoices"} else "number"
        return {text_of(row[name]) for row in rows}

    def _orders_of_invoices(self, numbers: set[str]) -> set[str]:
        found = self._among("salesInvoices", "number", sorted(numbers), {"$select": "orderNumber"})
        return {text_of(row["orderNumber"]) for row in found}

    # -- where they stand

    def _gather(self, numbers: list[str]) -> Iterable[OrderRows]:
        # The order first: one that is invoiced meanwhile is then seen in its documents.
        orders = self._among(
            "salesOrders",
            "number",
            numbers,
            {
                "$select": ORDER_FIELDS,
                "$expand": f"salesOrderLines($select={LINE_FIELDS})",
            },
        )
        shipments = self._among("salesShipments", "orderNumber", numbers, _SHIPMENTS)
        invoices = list(self.invoices_of(numbers))
        credits = self._among(
            "salesCreditMemos",
            "invoiceNumber",
            [text_of(row["number"]) for row in invoices],
            {"$select": _CREDITS},
        )
        order_of = {text_of(row["number"]): row for row in orders}
        shipments_of, invoices_of = _by(shipments, "orderNumber"), _by(invoices, "orderNumber")
        tracking = self._tracking([text_of(row["number"]) for row in shipments])
        returned = _by(self._returned(numbers), "orderNumber")
        deleted = self._deleted([number for number in numbers if number not in order_of])
        for number in numbers:
            own = {text_of(row["number"]) for row in invoices_of[number]}
            yield OrderRows(
                number=number,
                order=order_of.get(number),
                shipments=shipments_of[number],
                invoices=invoices_of[number],
                credits=[
                    row
                    for row in credits
                    if text_of(row["invoiceNumber"]) in own and is_posted(row)
                ],
                tracking=tracking,
                returned=returned[number],
                is_deleted=number in deleted,
            )

    def _tracking(self, numbers: list[str]) -> dict[str, Row]:
        if not self.settings.has_page("shipments"):
            return {}
        rows = self._among("portalShipments", "number", numbers, {})
        return {text_of(row["number"]): row for row in rows}

    def _returned(self, numbers: list[str]) -> list[Row]:
        if not self.settings.has_page("shipments"):
            return []
        return self._among("portalReturnLines", "orderNumber", numbers, {})

    def _deleted(self, numbers: list[str]) -> set[str]:
        """Which of these are deleted. Without the log, whatever is gone without a trace is."""
        if not self.settings.has_page("orders"):
            return set(numbers)
        rows = [
            row
            for some in chunks(numbers)
            for row in self.logged(f"({any_of('number', some)}) and isDeleted eq true")
        ]
        return {text_of(row["number"]) for row in rows}

    def _among(
        self, name: str, field: str, numbers: Sequence[str], query: dict[str, str]
    ) -> list[Row]:
        is_own = name.startswith("portal")
        path = self.client.extension(name) if is_own else self.client.company(name)
        return [
            row
            for some in chunks(numbers)
            for row in self.client.rows(path, {**query, "$filter": any_of(field, some)})
        ]


def _by(rows: Iterable[Row], name: str) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[text_of(row[name])].append(row)
    return grouped
