"""Orders by when they were made and by our reference: to find what SAP took twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from integrations.adapters.sap.cancelling import Cancelling
from integrations.adapters.sap.fields import ORDER, ORDERS
from integrations.adapters.sap.line_refs import is_as_sent, order_ref_of
from integrations.adapters.sap.mapping import is_cancelled, sorted_items
from integrations.adapters.sap.query import Query
from integrations.adapters.sap.wire import Row, day_literal, day_of, moment_of, text_of
from integrations.records import ErpSighting, Page, Window

_UNTOUCHED = {"", "A"}


class Listing(Cancelling):
    """Implements `ListsOrders`."""

    def orders_created(self, window: Window, cursor: str | None) -> Page[ErpSighting]:
        """SAP filters by the day alone; of an untouched order its last change tells the moment."""
        terms = [f"CreationDate le {day_literal(window.end.date())}"]
        if window.start is not None:
            terms.append(f"CreationDate ge {day_literal(window.start.date())}")
        if not self.settings.uses_related_object:
            terms.append("PurchaseOrderByCustomer ne ''")
        like = self._order_query(path=ORDER.set)
        query = Query(
            path=ORDER.set,
            filter=" and ".join(terms),
            select=like.select,
            expand=like.expand,
            orderby="SalesOrder",
        )
        rows, following = self.client.page(ORDERS, query, cursor, size=self.page_size)
        found = (self._sighting(row) for row in rows if order_ref_of(row, self.settings))
        return Page(rows=tuple(one for one in found if _is_in(one, window)), next_cursor=following)

    def orders_under(self, our_ref: str) -> Sequence[ErpSighting]:
        return [self._sighting(row) for row in self.order_rows_under(our_ref)]

    def _sighting(self, row: Row) -> ErpSighting:
        is_untouched = self._is_untouched(row)
        return ErpSighting(
            ref=text_of(row["SalesOrder"]),
            number=text_of(row["SalesOrder"]),
            our_ref=order_ref_of(row, self.settings),
            created_at=_created_at(row),
            is_cancelled=is_cancelled(row),
            is_untouched=is_untouched,
        )

    def _is_untouched(self, row: Row) -> bool:
        """Still under our own block, nothing follows it, and each line is as it was sent."""
        items = sorted_items(row)
        return (
            text_of(row["DeliveryBlockReason"]) == self.settings.draft_block
            and text_of(row["OverallSDProcessStatus"]) in _UNTOUCHED
            and text_of(row["OverallDeliveryStatus"]) in _UNTOUCHED
            and text_of(row["OverallSDDocumentRejectionSts"]) in _UNTOUCHED
            and bool(items)
            and all(is_as_sent(item, self.settings) for item in items)
        )


def _created_at(row: Row) -> datetime:
    """The moment of the last change where that was on the day of creation, else that day's end.

    SAP tells the day of creation only; an order that nobody touched was last changed when it was
    made.
    """
    day = day_of(row["CreationDate"])
    changed = moment_of(row["LastChangeDateTime"])
    if day is None:
        return changed or datetime.now(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(seconds=1)
    # the day of creation is that of the system's own zone, the moment is UTC
    return min(changed, end + timedelta(hours=14)) if changed else end


def _is_in(one: ErpSighting, window: Window) -> bool:
    if not one.is_untouched:
        return True  # when it was made is not known closer than by the day
    return (window.start is None or window.start <= one.created_at) and (
        one.created_at <= window.end
    )
