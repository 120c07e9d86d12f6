"""Stock by warehouse, from the quants of its internal locations.

A change is told by two feeds: quants move with every reservation, but Odoo throws away one
that comes to zero; the stock move that emptied it stays. Neither touches the product.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import day_of, id_of, name_of, number_of, text_of
from integrations.records import ErpStock, Page, Window

_FEEDS = {"quant": "stock.quant", "move": "stock.move"}
_COMING = ["waiting", "confirmed", "partially_available", "assigned"]
_ZERO = Decimal(0)

Row = Mapping[str, Any]
Place = tuple[int, int]  # product, warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What lies in each place and what is to come, with the places and products by id."""

    warehouses: Mapping[int, Row]
    there: Mapping[Place, tuple[Decimal, Decimal]]  # quantity, reserved
    coming: Mapping[Place, tuple[Decimal, date | None]]


class Stock(OdooPart):
    """Implements `PullsStock`."""

    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        """Each product of the page at every warehouse, zero included; services have no stock.

        The cursor is `product:id` for a complete pull, else `quant:id`, then `move:id`.
        """
        first = "product:0" if window.start is None else "quant:0"
        stage, _, last = (cursor or first).partition(":")
        if stage == "product":
            ids, after = self._all_goods(int(last))
        else:
            ids, after = self._moved_goods(_FEEDS[stage], window, int(last))
        as_of = datetime.now(UTC)
        products = self._goods(ids)
        levels = self._levels(sorted(products))
        return Page(
            rows=tuple(to_stock(products, levels, as_of=as_of)),
            next_cursor=_next(stage, after),
        )

    # -- which products

    def _all_goods(self, after: int) -> tuple[list[int], int | None]:
        rows = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[*self._is_stored(), ["id", ">", after], ["active", "in", [True, False]]],
            fields=["default_code"],
            order="id",
            limit=self.page_size,
        )
        return [row["id"] for row in rows], self._last_of(rows)

    def _moved_goods(self, model: str, window: Window, after: int) -> tuple[list[int], int | None]:
        only = [["location_id.usage", "=", "internal"]] if model == "stock.quant" else []
        rows = self.client.call(
            model,
            "search_read",
            writes=False,
            domain=[*only, *in_window(window, after_id=after)],
            fields=["product_id"],
            order="id",
            limit=self.page_size,
        )
        return sorted({id_of(row["product_id"]) or 0 for row in rows}), self._last_of(rows)

    def _last_of(self, rows: Sequence[Row]) -> int | None:
        return int(rows[-1]["id"]) if len(rows) >= self.page_size else None

    def _goods(self, ids: Sequence[int]) -> dict[int, Row]:
        if not ids:
            return {}
        found = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[*self._is_stored(), ["id", "in", list(ids)], ["active", "in", [True, False]]],
            fields=["default_code", "uom_id"],
            order="id",
        )
        return {row["id"]: row for row in found}

    def _is_stored(self) -> list[list[Any]]:
        """Goods whose stock is counted; 17 has a type of its own for them."""
        if self.client.existing_fields("product.product", ("is_storable",)):
            return [["is_storable", "=", True]]
        return [["type", "=", "product"]]

    # -- how much of them

    def _levels(self, products: Sequence[int]) -> Levels:
        warehouses = self.client.call(
            "stock.warehouse", "search_read", writes=False, domain=[], fields=["name"], order="id"
        )
        sums = self._sums(products) if products else []
        coming = self._coming(products) if products else []
        of = self._warehouse_of({id_of(row["location_id"]) or 0 for row in sums} | _aims(coming))
        there: defaultdict[Place, tuple[Decimal, Decimal]] = defaultdict(lambda: (_ZERO, _ZERO))
        for row in sums:
            place = id_of(row["product_id"]) or 0, of.get(id_of(row["location_id"]) or 0, 0)
            quantity, reserved = there[place]
            there[place] = (
                quantity + number_of(row["quantity"]),
                reserved + number_of(row["reserved_quantity"]),
            )
        return Levels(
            warehouses={row["id"]: row for row in warehouses},
            there=there,
            coming=_by_place(coming, of),
        )

    def _sums(self, products: Sequence[int]) -> list[Row]:
        """One row per product and location, however many lots lie there."""
        domain = [["product_id", "in", list(products)], ["location_id.usage", "=", "internal"]]
        names = ("quantity", "reserved_quantity")
        groups = ["product_id", "location_id"]
        if self.client.protocol == "json2":
            found = self.client.call(
                "stock.quant",
                "formatted_read_group",
                writes=False,
                domain=domain,
                groupby=groups,
                aggregates=[f"{name}:sum" for name in names],
            )
            return [{**row, **{name: row[f"{name}:sum"] for name in names}} for row in found]
        rows: list[Row] = self.client.call(
            "stock.quant",
            "read_group",
            writes=False,
            domain=domain,
            fields=[f"{name}:sum" for name in names],
            groupby=groups,
            lazy=False,
        )
        return rows

    def _coming(self, products: Sequence[int]) -> list[Row]:
        found: list[Row] = self.client.call(
            "stock.move",
            "search_read",
            writes=False,
            domain=[
                ["product_id", "in", list(products)],
                ["state", "in", _COMING],
                ["location_id.usage", "=", "supplier"],
                ["location_dest_id.usage", "=", "internal"],
            ],
            fields=["product_id", "product_qty", "date", "location_dest_id"],
            order="id",
        )
        return found

    def _warehouse_of(self, locations: set[int]) -> dict[int, int]:
        known = sorted(locations - {0})
        if not known:
            return {}
        found = self.client.call(
            "stock.location", "read", ids=known, writes=False, fields=["warehouse_id"]
        )
        return {row["id"]: id_of(row["warehouse_id"]) or 0 for row in found}


def to_stock(products: Mapping[int, Row], levels: Levels, *, as_of: datetime) -> Iterable[ErpStock]:
    """A row per product and warehouse. Pure."""
    for product_id, product in products.items():
        for warehouse_id, warehouse in levels.warehouses.items():
            place = product_id, warehouse_id
            quantity, reserved = levels.there.get(place, (_ZERO, _ZERO))
            incoming, incoming_on = levels.coming.get(place, (_ZERO, None))
            yield ErpStock(
                variant_ref=str(product_id),
                sku=text_of(product["default_code"]),
                location_ref=str(warehouse_id),
                location_name=text_of(warehouse["name"]),
                on_hand=quantity,
                reserved=reserved,
                available=quantity - reserved,
                incoming=incoming,
                incoming_on=incoming_on,
                unit=name_of(product["uom_id"]),
                as_of=as_of,
            )


def _by_place(
    moves: Iterable[Row], warehouse_of: Mapping[int, int]
) -> dict[Place, tuple[Decimal, date | None]]:
    found: dict[Place, tuple[Decimal, date | None]] = {}
    for move in moves:
        location = id_of(move["location_dest_id"]) or 0
        place = id_of(move["product_id"]) or 0, warehouse_of.get(location, 0)
        quantity, first = found.get(place, (_ZERO, None))
        day = day_of(move["date"])
        days = [one for one in (first, day) if one is not None]
        found[place] = quantity + number_of(move["product_qty"]), min(days) if days else None
    return found


def _aims(moves: Iterable[Row]) -> set[int]:
    return {id_of(move["location_dest_id"]) or 0 for move in moves}


def _next(stage: str, last: int | None) -> str | None:
    if last is not None:
        return f"{stage}:{last}"
    return "move:0" if stage == "quant" else None
