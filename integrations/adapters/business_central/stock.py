"""Stock out of Business Central: by location where the companion extension serves it, else
one number for the whole company."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from integrations.adapters.business_central.prices import Prices
from integrations.adapters.business_central.products import is_goods
from integrations.adapters.business_central.refs import item_ref
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    day_of,
    id_of,
    text_of,
)
from integrations.records import ErpStock, Page, Window

_FIELDS = "id,number,type,inventory,baseUnitOfMeasureCode"


class Stock(Prices):
    """Implements `PullsStock`.

    A movement does not mark the item as changed, so every page is read whatever the window
    says. Without the extension neither locations, variants nor reservations are told: what is
    on hand counts as available.
    """

    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        as_of = datetime.now(UTC)
        if self.settings.has_page("stock"):
            path = self.client.extension("portalStockLevels")
            rows, following = self.client.page(path, {}, cursor)
            found = [to_stock(row, as_of=as_of) for row in rows]
        else:
            path = self.client.company("items")
            rows, following = self.client.page(path, {"$select": _FIELDS}, cursor)
            found = _totals(rows, as_of=as_of)
        return Page(rows=tuple(found), next_cursor=following)


def to_stock(row: Row, *, as_of: datetime) -> ErpStock:
    """A row of the extension. Pure."""
    on_hand, reserved = amount_of(row["inventory"]), amount_of(row["reservedQuantity"])
    number, code = text_of(row["itemNumber"]), text_of(row["variantCode"])
    return ErpStock(
        variant_ref=item_ref(id_of(row["itemId"]), id_of(row["variantId"])),
        sku=f"{number}-{code}" if code else number,
        location_ref=text_of(row["locationCode"]),
        location_name=text_of(row["locationName"]) or text_of(row["locationCode"]),
        on_hand=on_hand,
        reserved=reserved,
        available=on_hand - reserved,
        incoming=amount_of(row["quantityOnPurchaseOrders"]),
        incoming_on=day_of(row["expectedReceiptDate"]),
        unit=text_of(row["baseUnitOfMeasureCode"]),
        as_of=as_of,
    )


def _totals(rows: Sequence[Row], *, as_of: datetime) -> list[ErpStock]:
    return [
        ErpStock(
            variant_ref=id_of(row["id"]),
            sku=text_of(row["number"]),
            location_ref="",
            location_name="",
            on_hand=amount_of(row["inventory"]),
            reserved=Decimal(0),
            available=amount_of(row["inventory"]),
            incoming=Decimal(0),
            incoming_on=None,
            unit=text_of(row["baseUnitOfMeasureCode"]),
            as_of=as_of,
        )
        for row in rows
        if is_goods(row)
    ]
