"""Products as an ERP has them, and an ERP that hands them out page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from integrations.records import ErpProduct, ErpVariant, Page, Window

CHANGED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def variant(
    ref: str, sku: str, *, price: str | None = "19.99", is_active: bool = True, **options: str
) -> ErpVariant:
    return ErpVariant(
        ref=ref,
        sku=sku,
        barcode="",
        title=" / ".join(options.values()) or sku,
        options=tuple(options.items()),
        net_list_price=None if price is None else Decimal(price),
        unit="Units",
        is_active=is_active,
    )


def product(ref: str, title: str, *variants: ErpVariant, currency: str = "EUR") -> ErpProduct:
    return ErpProduct(
        ref=ref,
        title=title,
        description=f"All about {title}",
        currency=currency,
        category="Parts",
        variants=variants,
        is_active=any(one.is_active for one in variants),
        updated_at=CHANGED,
    )


def bolt(
    *,
    ref: str = "58",
    sku: str = "BOLT",
    title: str = "Bolt",
    price: str | None = "19.99",
    currency: str = "EUR",
    is_active: bool = True,
) -> ErpProduct:
    only = variant(f"p{ref}", sku, price=price, is_active=is_active)
    return product(ref, title, only, currency=currency)


def shirt(*sizes: str, ref: str = "70") -> ErpProduct:
    variants = [variant(f"p{ref}-{size}", f"SHIRT-{size}", Size=size) for size in sizes]
    return product(ref, "Shirt", *variants)


class Shelf:
    """An ERP as the products flow sees it: what changed, in pages of a given size."""

    def __init__(self, *products: ErpProduct, page_size: int = 500) -> None:
        self.products: Sequence[ErpProduct] = products
        self.page_size = page_size
        self.asked: list[tuple[Window, str | None]] = []

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        self.asked.append((window, cursor))
        start = int(cursor or 0)
        end = start + self.page_size
        following = str(end) if end < len(self.products) else None
        return Page(rows=tuple(self.products[start:end]), next_cursor=following)
