"""Stock as an ERP has it, and an ERP that hands it out page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from integrations.records import ErpStock, Page, Window

SAID_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def level(
    sku: str, available: int | str, *, at: str = "", name: str = "", incoming: int = 0
) -> ErpStock:
    free = Decimal(available)
    return ErpStock(
        variant_ref=f"v-{sku}",
        sku=sku,
        location_ref=at,
        location_name=name or at,
        on_hand=free,
        reserved=Decimal(0),
        available=free,
        incoming=Decimal(incoming),
        incoming_on=None,
        unit="Units",
        as_of=SAID_AT,
    )


class Racks:
    """An ERP as the stock flow sees it."""

    def __init__(self, *levels: ErpStock, page_size: int = 500) -> None:
        self.levels: Sequence[ErpStock] = levels
        self.page_size = page_size

    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        start = int(cursor or 0)
        end = start + self.page_size
        following = str(end) if end < len(self.levels) else None
        return Page(rows=tuple(self.levels[start:end]), next_cursor=following)
