"""Where orders stand: read from the order, its deliveries and its invoices.

The order's own `write_date` does not move when an invoice is posted or paid, so each of the
three is polled by its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.names import carrier_fields
from integrations.adapters.odoo.orders import external_ids
from integrations.adapters.odoo.standing import OrderRows, to_progress
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import id_of
from integrations.records import OrderProgress, Page, Window

CHUNK = 100
_STAGES = ("order", "delivery", "invoice")

Row = Mapping[str, Any]


class Progress(OdooPart):
    """Implements `TracksOrders`."""

    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """At most six calls per hundred orders."""
        ids = sorted({int(ref) for ref in refs if ref.isdigit()})
        for start in range(0, len(ids), CHUNK):
            yield from (to_progress(rows) for rows in self._gather(ids[start : start + CHUNK]))

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """The cursor is `stage:last id`; orders first, then deliveries, then invoices."""
        stage, _, last = (cursor or "order:0").partition(":")
        read = {
            "order": self._changed_orders,
            "delivery": self._changed_deliveries,
            "invoice": self._changed_invoices,
        }[stage]
        refs, last_id, count = read(window, int(last))
        return Page(
            rows=tuple(str(ref) for ref in sorted(refs)),
            next_cursor=_next(stage, last_id, count < self.page_size),
        )

    # -- what changed

    def _changed_orders(self, window: Window, after: int) -> tuple[set[int], int, int]:
        rows = self._window_page("sale.order", window, after, [], ["name"])
        return {row["id"] for row in rows}, _last_id(rows, after), len(rows)

    def _changed_deliveries(self, window: Window, after: int) -> tuple[set[int], int, int]:
        only = [["sale_id", "!=", False]]
        rows = self._window_page("stock.picking", window, after, only, ["sale_id"])
        return {id_of(row["sale_id"]) or 0 for row in rows}, _last_id(rows, after), len(rows)

    def _changed_invoices(self, window: Window, after: int) -> tuple[set[int], int, int]:
        only = [["move_type", "in", ["out_invoice", "out_refund"]]]
        rows = self._window_page("account.move", window, after, only, ["name"])
        refs = self._orders_of_invoices([row["id"] for row in rows])
        return refs, _last_id(rows, after), len(rows)

    def _window_page(
        self, model: str, window: Window, after: int, only: list[list[Any]], fields: list[str]
    ) -> list[Row]:
        found: list[Row] = self.client.call(
            model,
            "search_read",
            writes=False,
            domain=[*only, *in_window(window, after_id=after)],
            fields=fields,
            order="id",
            limit=self.page_size,
        )
        return found

    def _orders_of_invoices(self, invoice_ids: list[int]) -> set[int]:
        lines = self._among(
            "account.move.line",
            "move_id",
            invoice_ids,
            ["sale_line_ids"],
            [["display_type", "=", "product"]],
        )
        sale_lines = sorted({one for line in lines for one in line["sale_line_ids"]})
        found = self._among("sale.order.line", "id", sale_lines, ["order_id"])
        return {id_of(row["order_id"]) or 0 for row in found}

    # -- where they stand

    def _gather(self, order_ids: list[int]) -> Iterable[OrderRows]:
        orders = self._among("sale.order", "id", order_ids, PROGRESS_FIELDS)
        lines = self._among(
            "sale.order.line",
            "order_id",
            order_ids,
            PROGRESS_LINE_FIELDS,
            [["display_type", "=", False]],
        )
        xids = external_ids(self, "sale.order.line", [line["id"] for line in lines])
        pickings = self._among(
            "stock.picking",
            "sale_id",
            order_ids,
            [*PICKING_FIELDS, *carrier_fields(self.client)],
            [["picking_type_code", "in", ["outgoing", "incoming"]]],
        )
        moves = self._among(
            "stock.move", "picking_id", [row["id"] for row in pickings], MOVE_FIELDS
        )
        invoice_ids = sorted({one for order in orders for one in order["invoice_ids"]})
        invoices = self._among("account.move", "id", invoice_ids, INVOICE_FIELDS)
        lines_of, pickings_of = _by(lines, "order_id"), _by(pickings, "sale_id")
        moves_of = _by(moves, "picking_id")
        for order in orders:
            yield OrderRows(
                order=order,
                lines=lines_of[order["id"]],
                xids=xids,
                pickings=pickings_of[order["id"]],
                moves=[move for row in pickings_of[order["id"]] for move in moves_of[row["id"]]],
                invoices=[row for row in invoices if row["id"] in order["invoice_ids"]],
            )

    def _among(
        self,
        model: str,
        name: str,
        ids: Sequence[int],
        fields: list[str],
        more: Sequence[list[Any]] = (),
    ) -> list[Row]:
        if not ids:
            return []
        found: list[Row] = self.client.call(
            model,
            "search_read",
            writes=False,
            domain=[[name, "in", list(ids)], *more],
            fields=fields,
            order="id",
        )
        return found


PROGRESS_FIELDS = [
    "name",
    "origin",
    "state",
    "delivery_status",
    "invoice_status",
    "currency_id",
    "amount_total",
    "commitment_date",
    "invoice_ids",
    "write_date",
]
PROGRESS_LINE_FIELDS = [
    "order_id",
    "product_id",
    "name",
    "product_uom_qty",
    "qty_delivered",
    "qty_invoiced",
]
PICKING_FIELDS = [
    "name",
    "state",
    "sale_id",
    "scheduled_date",
    "date_done",
    "backorder_id",
    "picking_type_code",
    "return_id",
    "write_date",
]
MOVE_FIELDS = ["picking_id", "product_id", "quantity", "state", "sale_line_id"]
INVOICE_FIELDS = [
    "name",
    "state",
    "move_type",
    "payment_state",
    "amount_total",
    "amount_residual",
    "currency_id",
    "invoice_date",
    "invoice_date_due",
    "write_date",
]


def _by(rows: Iterable[Row], name: str) -> defaultdict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[id_of(row[name]) or 0].append(row)
    return grouped


def _last_id(rows: Sequence[Row], after: int) -> int:
    return int(rows[-1]["id"]) if rows else after


def _next(stage: str, last_id: int, is_short: bool) -> str | None:
    if not is_short:
        return f"{stage}:{last_id}"
    following = _STAGES.index(stage) + 1
    return f"{_STAGES[following]}:0" if following < len(_STAGES) else None
