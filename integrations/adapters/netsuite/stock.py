"""Stock by location. Kits and item groups have none of their own, and none is told."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import marks
from integrations.adapters.netsuite.products import sku_of
from integrations.adapters.netsuite.wire import number_of, text_of
from integrations.records import ErpStock, Page, Window

Row = Mapping[str, Any]


class Stock(NetSuitePart):
    """Implements `PullsStock`."""

    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        """Walks by item; `available` is NetSuite's own: on hand less committed."""
        as_of = datetime.now(UTC)
        term, params = self._changed(window)
        only = self.settings.stock_locations
        here = f"AND a.location IN ({marks(only)}) " if only else ""
        rows, following = self.grouped_page(
            f"SELECT {_COLUMNS} FROM aggregateItemLocation a JOIN item i ON i.id = a.item "
            f"WHERE a.item {{}} ? {term} {here}ORDER BY a.item, a.location",
            "item",
            cursor or "0",
            [*params, *only],
        )
        return Page(
            rows=tuple(to_stock(row, as_of=as_of) for row in rows), next_cursor=following or None
        )

    def _changed(self, window: Window) -> tuple[str, list[str]]:
        """A complete pull also takes rows that were never counted as changed."""
        if window.start is None:
            return "", []
        term, params = self.window_terms("a.lastquantityavailablechange", window)
        return f"AND {term}", params


_COLUMNS = (
    "a.item, i.itemid, a.location, BUILTIN.DF(a.location) AS locationname, a.quantityonhand, "
    "a.quantitycommitted, a.quantityavailable, a.quantityonorder, "
    "BUILTIN.DF(i.stockunit) AS unitname"
)


def to_stock(row: Row, *, as_of: datetime) -> ErpStock:
    return ErpStock(
        variant_ref=text_of(row["item"]),
        sku=sku_of(row),
        location_ref=text_of(row["location"]),
        location_name=text_of(row.get("locationname")),
        on_hand=number_of(row.get("quantityonhand")),
        reserved=number_of(row.get("quantitycommitted")),
        available=number_of(row.get("quantityavailable")),
        incoming=number_of(row.get("quantityonorder")),
        incoming_on=None,
        unit=text_of(row.get("unitname")),
        as_of=as_of,
    )
