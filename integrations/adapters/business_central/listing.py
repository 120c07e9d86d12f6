"""Finding orders that were taken twice, since nothing there keeps our reference unique."""

from collections.abc import Sequence

from integrations.adapters.business_central.payments import Payments
from integrations.adapters.business_central.refs import code_of, order_ref, our_ref_of
from integrations.adapters.business_central.windows import in_window
from integrations.adapters.business_central.wire import (
    Row,
    moment_of,
    quoted,
    text_of,
)
from integrations.records import ErpSighting, Page, Window

_FIELDS = "number,externalDocumentNumber,status,lastModifiedDateTime"


class Listing(Payments):
    """Implements `ListsOrders`.

    Without the companion extension the time of creation is not served: what was changed in the
    window is listed, deleted orders are not, and none counts as untouched, so that a double is
    shown to a person and never taken away by itself.
    """

    def orders_created(self, window: Window, cursor: str | None) -> Page[ErpSighting]:
        has_log = self.settings.has_page("orders")
        name = "createdDateTime" if has_log else "lastModifiedDateTime"
        query = {"$filter": f"{in_window(window, name)} and externalDocumentNumber ne ''"}
        if has_log:
            path = self.client.extension("portalOrders")
        else:
            path, query = self.client.company("salesOrders"), {**query, "$select": _FIELDS}
        rows, following = self.client.page(path, query, cursor)
        seen = _of_log if has_log else _of_order
        return Page(rows=tuple(seen(row) for row in rows), next_cursor=following)

    def orders_under(self, our_ref: str) -> Sequence[ErpSighting]:
        code = code_of(our_ref)
        condition = f"externalDocumentNumber eq {quoted(code)}"
        logged = {text_of(row["number"]): _of_log(row, our_ref) for row in self.logged(condition)}
        path = self.client.company("salesOrders")
        rows = self.client.rows(path, {"$select": _FIELDS, "$filter": condition})
        there = {text_of(row["number"]): _of_order(row, our_ref) for row in rows}
        posted = {
            number: _posted(number, our_ref)
            for number in self.posted_under(code)
            if number not in there
        }
        return tuple({**there, **posted, **logged}.values())


def _of_log(row: Row, our_ref: str = "") -> ErpSighting:
    is_touched = row["isReleased"] or row["isDeleted"] or row["isPosted"] or row["isTouched"]
    return ErpSighting(
        ref=order_ref(text_of(row["number"])),
        number=text_of(row["number"]),
        our_ref=our_ref or our_ref_of(text_of(row["externalDocumentNumber"])),
        created_at=moment_of(row["createdDateTime"]),
        is_cancelled=bool(row["isDeleted"]),
        is_untouched=not is_touched,
    )


def _of_order(row: Row, our_ref: str = "") -> ErpSighting:
    return ErpSighting(
        ref=order_ref(text_of(row["number"])),
        number=text_of(row["number"]),
        our_ref=our_ref or our_ref_of(text_of(row["externalDocumentNumber"])),
        created_at=moment_of(row["lastModifiedDateTime"]),
        is_cancelled=False,
        is_untouched=False,
    )


def _posted(number: str, our_ref: str) -> ErpSighting:
    return ErpSighting(
        ref=order_ref(number),
        number=number,
        our_ref=our_ref,
        created_at=moment_of(None),
        is_cancelled=False,
        is_untouched=False,
    )
