"""Orders as the storefront computes them: exact decimals, nothing rounded."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from integrations.flows.totals import LineRefs
from integrations.records import Address, StorefrontLine, StorefrontOrder, TaxLine

PLACED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """What a test says of a line: texts, so that decimals are exact. `rates` in percent."""

    price: str
    quantity: str = "1"
    rates: tuple[str, ...] = ("19",)
    discount: str = "0"
    discount_percent: str = "0"
    kind: str = "item"
    price_includes_tax: bool = False


def shop_order(*items: Item, currency: str = "EUR", **changes: object) -> StorefrontOrder:
    """An order of these lines whose totals are what the storefront would compute."""
    lines = tuple(_line(n, item) for n, item in enumerate(items, start=1))
    values: dict[str, object] = {
        "order_id": "order_1",
        "display_id": "1001",
        "version": 1,
        "status": "pending",
        "currency": currency,
        "email": "buyer@acme.example",
        "customer_id": "cus_1",
        "group_ids": (),
        "sales_channel_id": "sc_1",
        "placed_at": PLACED,
        "updated_at": PLACED,
        "gross_total": sum((line.gross_total for line in lines), Decimal(0)),
        "tax_total": sum((line.tax_total for line in lines), Decimal(0)),
        "credit_total": Decimal(0),
        "paid_total": Decimal(0),
        "refunded_total": Decimal(0),
        "lines": lines,
        "ship_to": Address(),
        "bill_to": Address(),
        "metadata": {},
        "payments": (),
        "fulfilments": (),
    }
    return StorefrontOrder(**(values | changes))  # type: ignore[arg-type]


def refs_of(order: StorefrontOrder) -> dict[str, LineRefs]:
    """One ERP product per line, one ERP tax per rate."""
    return {
        line.line_id: LineRefs(
            product_ref=f"product of {line.line_id}",
            tax_refs=tuple(f"tax {tax.rate}" for tax in line.taxes),
        )
        for line in order.lines
    }


def _line(number: int, item: Item) -> StorefrontLine:
    quantity, rates = Decimal(item.quantity), tuple(Decimal(rate) for rate in item.rates)
    net = Decimal(item.price) * quantity
    if item.price_includes_tax:
        net = net / (1 + sum(rates, Decimal(0)) / 100)
    discount = Decimal(item.discount) + net * Decimal(item.discount_percent) / 100
    tax = (net - discount) * sum(rates, Decimal(0)) / 100
    return StorefrontLine(
        line_id=f"line_{number}",
        kind=item.kind,  # type: ignore[arg-type]
        title=f"Part {number}",
        sku=f"SKU-{number}",
        variant_id=f"variant_{number}",
        shipping_option_id=None,
        quantity=quantity,
        net_subtotal=net,
        net_discount=discount,
        tax_total=tax,
        gross_total=net - discount + tax,
        taxes=tuple(TaxLine(code=f"tax {rate}", rate=rate) for rate in rates),
    )
