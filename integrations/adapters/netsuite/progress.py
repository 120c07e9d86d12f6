"""Where orders stand: read from the order and from what was made of it.

An order's own time of change does not move when its invoice is paid, so what was made of it is
polled too. Which document came of which is told by links between lines, over two generations:
a credit memo is made from an invoice or a return.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import marks
from integrations.adapters.netsuite.standing import OrderRows, to_progress
from integrations.adapters.netsuite.wire import SQL_DAY, SQL_TIME, text_of
from integrations.records import OrderProgress, Page, Window

CHUNK = 100  # orders at once
MOST_IN = 900  # values in one IN (…); Oracle takes 1000
_MADE_OF_ORDERS = ("ItemShip", "CustInvc", "CustCred", "RtnAuth", "ItemRcpt", "WorkOrd")
_TYPES = ", ".join(f"'{one}'" for one in _MADE_OF_ORDERS)

Row = Mapping[str, Any]


@dataclass
class _Links:
    """What was made of which order: by document its order and the document before it."""

    root: dict[str, str] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    origin: dict[tuple[str, str], str] = field(default_factory=dict)


class Progress(NetSuitePart):
    """Implements `TracksOrders`."""

    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """Seven calls per hundred orders, and one more per thousand rows of an answer."""
        ids = sorted({ref for ref in refs if ref.isascii() and ref.isdigit()}, key=int)
        for start in range(0, len(ids), CHUNK):
            yield from (to_progress(rows) for rows in self._gather(ids[start : start + CHUNK]))

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """The cursor is `stage:last id`: orders first, then what was made of them."""
        stage, _, last = (cursor or "orders:0").partition(":")
        types = "'SalesOrd'" if stage == "orders" else _TYPES
        term, params = self.window_terms("t.lastmodifieddate", window)
        found = self.client.page(
            f"SELECT t.id FROM transaction t WHERE t.type IN ({types}) AND {term} AND t.id > ? "
            "ORDER BY t.id",
            [*params, last],
            limit=self.page_size,
        )
        ids = [text_of(row["id"]) for row in found]
        refs = ids if stage == "orders" else sorted(self._orders_behind(ids), key=int)
        if len(ids) == self.page_size:
            return Page(rows=tuple(refs), next_cursor=f"{stage}:{ids[-1]}")
        return Page(rows=tuple(refs), next_cursor="made:0" if stage == "orders" else None)

    def _orders_behind(self, documents: Sequence[str]) -> set[str]:
        orders: set[str] = set()
        waiting = list(documents)
        for _generation in range(2):
            found = self._among(
                "SELECT DISTINCT l.previousdoc AS id, p.type FROM PreviousTransactionLineLink l "
                "JOIN transaction p ON p.id = l.previousdoc WHERE l.nextdoc IN ({}) "
                "ORDER BY l.previousdoc",
                waiting,
            )
            orders |= {text_of(row["id"]) for row in found if row["type"] == "SalesOrd"}
            waiting = [text_of(row["id"]) for row in found if row["type"] != "SalesOrd"]
        return orders

    # -- where they stand

    def _gather(self, order_ids: list[str]) -> Iterable[OrderRows]:
        orders = self._among(_ORDERS, order_ids)
        lines = _by(self._among(self._line_query(self.settings.line_field), order_ids))
        links = self._links(order_ids)
        made = list(links.root)
        documents = self._among(_DOCUMENTS, made)
        made_lines = _by(self._among(self._line_query(), made))
        tracking = self._tracking([text_of(row["id"]) for row in documents])
        documents_of: defaultdict[str, list[Row]] = defaultdict(list)
        for row in documents:
            documents_of[links.root[text_of(row["id"])]].append(row)
        for order in orders:
            ref = text_of(order["id"])
            yield OrderRows(
                order=order,
                lines=lines[ref],
                documents=documents_of[ref],
                document_lines=made_lines,
                origins=links.origin,
                parents=links.parent,
                tracking=tracking,
                line_field=self.settings.line_field,
                zone=self.settings.zone,
                currency=self.code_of(text_of(order.get("currency"))),
            )

    def _links(self, order_ids: Sequence[str]) -> _Links:
        links = _Links()
        for row in self._among(_LINKS, order_ids):
            order, document = text_of(row["previousdoc"]), text_of(row["nextdoc"])
            links.root[document] = links.parent[document] = order
            links.origin[document, text_of(row["nextline"])] = text_of(row["previousline"])
        for row in self._among(_LINKS, list(links.root)):
            before, document = text_of(row["previousdoc"]), text_of(row["nextdoc"])
            # a credit memo may hang on the order as well as on the invoice: the invoice says more
            links.root[document], links.parent[document] = links.root[before], before
            origin = links.origin.get((before, text_of(row["previousline"])), "")
            links.origin[document, text_of(row["nextline"])] = origin
        return links

    def _tracking(self, documents: Sequence[str]) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._among(_TRACKING, documents):
            found[text_of(row["transaction"])].append(text_of(row["trackingnumber"]))
        return found

    def _line_query(self, *more: str) -> str:
        columns = ", ".join(f"tl.{name}" for name in (*_LINE_COLUMNS, *more))
        return (
            f"SELECT {columns}, TO_CHAR(tl.expectedshipdate, {SQL_DAY}) AS expected "
            "FROM transactionline tl WHERE tl.transaction IN ({}) AND tl.mainline = 'F' "
            "AND tl.taxline = 'F' AND tl.iscogs = 'F' ORDER BY tl.transaction, tl.id"
        )

    def _among(self, sql: str, ids: Sequence[str]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(ids), MOST_IN):
            part = list(ids[start : start + MOST_IN])
            found += self.client.rows(sql.format(marks(part)), part)
        return found


_ORDERS = (
    "SELECT t.id, t.tranid, t.externalid, t.status, t.currency, t.foreigntotal, "
    f"TO_CHAR(t.lastmodifieddate, {SQL_TIME}) AS modified FROM transaction t "
    "WHERE t.type = 'SalesOrd' AND t.id IN ({}) ORDER BY t.id"
)
_LINE_COLUMNS = (
    "transaction",
    "id",
    "item",
    "memo",
    "quantity",
    "quantityshiprecv",
    "quantitybilled",
    "quantitybackordered",
    "isclosed",
)
_LINKS = (
    "SELECT DISTINCT l.previousdoc, l.previousline, l.nextdoc, l.nextline "
    "FROM PreviousTransactionLineLink l WHERE l.previousdoc IN ({}) "
    f"AND l.nexttype IN ({_TYPES}) "
    "ORDER BY l.previousdoc, l.nextdoc, l.nextline, l.previousline"
)
_DOCUMENTS = (
    "SELECT t.id, t.type, t.tranid, t.status, t.foreigntotal, t.foreignamountunpaid, "
    f"TO_CHAR(t.trandate, {SQL_DAY}) AS issued, TO_CHAR(t.duedate, {SQL_DAY}) AS due, "
    f"TO_CHAR(t.createddate, {SQL_TIME}) AS created, "
    f"TO_CHAR(t.actualshipdate, {SQL_TIME}) AS shipped, "
    f"TO_CHAR(t.lastmodifieddate, {SQL_TIME}) AS modified, "
    "BUILTIN.DF(t.shipcarrier) AS carrier FROM transaction t WHERE t.id IN ({}) ORDER BY t.id"
)
_TRACKING = (
    "SELECT m.transaction, n.trackingnumber FROM TrackingNumberMap m "
    "JOIN TrackingNumber n ON n.id = m.trackingnumber WHERE m.transaction IN ({}) "
    "ORDER BY m.transaction, n.id"
)


def _by(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[text_of(row["transaction"])].append(row)
    return grouped
