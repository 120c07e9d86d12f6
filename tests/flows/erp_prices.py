"""Prices as an ERP has them, and an ERP that hands them out page by page."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.records import ErpPrice, Page, Window


def price(
    sku: str,
    amount: int | str,
    whom: str = "everyone",
    *,
    at: int | str = 0,
    currency: str = "EUR",
    days: tuple[date | None, date | None] = (None, None),
    **changed: Any,
) -> ErpPrice:
    """`whom` is everyone, or an audience with its ref, such as `price_list:7`."""
    audience, _, audience_ref = whom.partition(":")
    usual: dict[str, Any] = {
        "ref": f"{sku}/{whom}/{currency}/{at}/{days[0] or ''}",
        "variant_ref": f"v-{sku}",
        "audience": audience,
        "audience_ref": audience_ref,
        "audience_name": f"List {audience_ref}" if audience_ref else "",
        "currency": currency,
        "net_unit_price": Decimal(amount),
        "min_quantity": Decimal(at),
        "unit": "Units",
        "starts_on": days[0],
        "ends_on": days[1],
        "is_active": True,
    }
    return ErpPrice(**{**usual, **changed})


class PriceBook:
    """An ERP as the prices flow sees it."""

    def __init__(self, *prices: ErpPrice, page_size: int = 500) -> None:
        self.prices: Sequence[ErpPrice] = prices
        self.page_size = page_size

    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        start = int(cursor or 0)
        end = start + self.page_size
        following = str(end) if end < len(self.prices) else None
        return Page(rows=tuple(self.prices[start:end]), next_cursor=following)
