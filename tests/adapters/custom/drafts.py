"""Orders for the tests of this folder."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.records import Address, DraftLine, OrderDraft
from tests.contract.offices.custom import CustomOffice

PLACED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HAMBURG = Address(
    company="Nordwind GmbH", street1="Hafenstr. 1", city="Hamburg", postal_code="20457",
    country_code="DE",
)  # fmt: skip


def line(
    office: CustomOffice, sku: str, quantity: int | str, price: str, **changed: Any
) -> DraftLine:
    """With 19 % tax, unless told otherwise; `our_ref` is the SKU."""
    usual: dict[str, Any] = {
        "our_ref": sku,
        "kind": "item",
        "product_ref": office.variant(sku),
        "description": sku,
        "quantity": Decimal(quantity),
        "net_unit_price": Decimal(price),
        "discount_percent": Decimal(0),
        "tax_refs": office.tax(19),
        "tax_rates": (Decimal(19),),
    }
    return DraftLine(**{**usual, **changed})


def draft(
    office: CustomOffice, our_ref: str, lines: Sequence[DraftLine], total: str, **changed: Any
) -> OrderDraft:
    usual: dict[str, Any] = {
        "our_ref": our_ref,
        "display_ref": "#1",
        "placed_at": PLACED_AT,
        "currency": "EUR",
        "customer_ref": office.customer("usual"),
        "ship_to": HAMBURG,
        "bill_to": HAMBURG,
        "lines": tuple(lines),
        "expected_gross_total": Decimal(total),
    }
    return OrderDraft(**{**usual, **changed})


def three_lines(office: CustomOffice, our_ref: str) -> OrderDraft:
    """387.00 + 73.50 + 149.00 = 609.50 net, 115.81 tax (115.805, or 73.53 + 13.97 + 28.31)."""
    lines = [
        line(office, "DRILL-18V", 3, "129.00"),
        line(office, "TAPE-5M", 10, "7.35"),
        line(office, "SAW-65", 1, "149.00"),
    ]
    return draft(office, our_ref, lines, "725.31")
