"""Where orders stand: read from the order, its deliveries and its invoices."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.custom.answers import NotThere
from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.mapping.requests import Operation
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paths import MISSING, Path, plain
from integrations.adapters.custom.rows import Row
from integrations.adapters.custom.standing import OrderRows, to_progress
from integrations.records import OrderProgress, Page, Window

CHUNK = 100


class Progress(CustomPart):
    """Implements `TracksOrders`."""

    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """One call per hundred orders and kind of row where the mapping uses {refs}; where it
        uses {ref}, or has no list for it, one per order."""
        wanted = sorted(set(filter(None, refs)))
        for start in range(0, len(wanted), CHUNK):
            now = datetime.now(UTC)
            for rows in self._gathered(wanted[start : start + CHUNK]):
                yield to_progress(rows, now=now)

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """The cursor is `number of the list|its own cursor`; the lists follow each other."""
        lists = self.mapping["progress"]["changed"]
        at, _, inner = (cursor or "0|").partition("|")
        one = lists[int(at)]
        page = self.client.page(one["list"], self.asked_window(window), inner or None)
        refs = {_ref_at(one["order_ref"], raw) for raw in page.rows}
        following = int(at) + 1
        if page.next_cursor is not None:
            next_cursor: str | None = f"{at}|{page.next_cursor}"
        else:
            next_cursor = f"{following}|" if following < len(lists) else None
        return Page(rows=tuple(sorted(refs - {""})), next_cursor=next_cursor)

    # -- gathering

    def _gathered(self, refs: Sequence[str]) -> Iterable[OrderRows]:
        orders = [row for row in self._order_rows(refs) if row.text("ref") in refs]
        found = [row.text("ref") for row in orders]
        lines = self._order_lines(orders, found)
        attached = {
            name: self._attached(name, orders, found)
            for name in ("shipments", "invoices", "returns")
        }
        for order in orders:
            ref = order.text("ref")
            yield OrderRows(
                order=order,
                lines=lines[ref],
                shipments=attached["shipments"][ref],
                invoices=[row for row, _ in attached["invoices"][ref]],
                returns=attached["returns"][ref],
            )

    def _order_rows(self, refs: Sequence[str]) -> list[Row]:
        orders, listed = self.mapping["orders"], self.mapping["progress"]["orders"]
        if listed is not None:
            raws = [raw for _, raw in self._asked_for(listed, refs, None)]
            return [self.row(raw, orders["fields"]) for raw in raws]
        found = []
        for ref in refs:
            try:
                body = self.client.call(orders["read"], {"ref": ref}, writes=False).json()
            except NotThere:
                continue
            raw = orders["row"].find(body) if orders["row"] is not None else body
            if raw is not MISSING and raw is not None:
                found.append(self.row(raw, orders["fields"]))
        return found

    def _order_lines(
        self, orders: Sequence[Row], refs: Sequence[str]
    ) -> Mapping[str, Sequence[Row]]:
        lines, progress = self.mapping["orders"]["lines"], self.mapping["progress"]
        by_ref: defaultdict[str, list[Row]] = defaultdict(list)
        rows = {row.text("ref"): row for row in orders}
        if lines["rows"] is not None:
            raws = [(ref, raw) for ref, row in rows.items() for raw in row.rows(lines["rows"])]
        elif progress["lines"] is not None:
            raws = self._asked_for(progress["lines"], refs, progress["line_order_ref"])
        else:
            apart = self.mapping["orders"]["lines_apart"]["list"]
            raws = [(ref, raw) for ref in refs for raw in self._or_none(apart, {"ref": ref})]
        for ref, raw in raws:
            if ref in rows:
                currency = rows[ref].currency
                by_ref[ref].append(
                    self.row(raw, lines["fields"], currency=currency, parent=rows[ref].raw)
                )
        return by_ref

    def _attached(
        self, name: str, orders: Sequence[Row], refs: Sequence[str]
    ) -> defaultdict[str, list[tuple[Row, Sequence[Row]]]]:
        """Rows of deliveries, invoices or returns by the order they belong to."""
        by_ref: defaultdict[str, list[tuple[Row, Sequence[Row]]]] = defaultdict(list)
        part: Entry | None = self.mapping["progress"][name]
        if part is None:
            return by_ref
        rows = {row.text("ref"): row for row in orders}
        if part["list"] is None:
            raws = [(ref, raw) for ref, row in rows.items() for raw in row.rows(part["rows"])]
        else:
            order_ref = part["fields"]["order_ref"]
            raws = self._asked_for(part["list"], refs, order_ref.path if order_ref else None)
        for ref, raw in raws:
            if ref in rows:
                order = rows[ref]
                one = self.row(raw, part["fields"], currency=order.currency, parent=order.raw)
                by_ref[ref].append((one, self._moved_rows(part, one)))
        return by_ref

    def _moved_rows(self, part: Entry, row: Row) -> Sequence[Row]:
        lines = part["lines"]
        if lines is None:
            return ()
        return [self.row(raw, lines["fields"], parent=row.raw) for raw in row.rows(lines["rows"])]

    def _asked_for(
        self, operation: Operation, refs: Sequence[str], order_ref: Path | None
    ) -> list[tuple[str, Any]]:
        """(order's ref, row): in one list for all, or one for each."""
        if "refs" not in operation.uses:
            return [(ref, raw) for ref in refs for raw in self._or_none(operation, {"ref": ref})]
        if not refs:
            return []
        found = self._or_none(operation, {"refs": list(refs)})
        if order_ref is None:
            return [("", raw) for raw in found]
        return [(_ref_at(order_ref, raw), raw) for raw in found]

    def _or_none(self, operation: Operation, values: Mapping[str, Any]) -> list[Any]:
        try:
            return self.client.all_rows(operation, values)
        except NotThere:
            return []


def _ref_at(path: Path, raw: Any) -> str:
    found = path.find(raw)
    return "" if found is MISSING or found is None else plain(found)
