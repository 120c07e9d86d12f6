"""An order that was agreed on is just that, line by line; what differs is told with both sums."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.flows.orders.agreed import AgreedLine, Agreement, difference
from integrations.records import StorefrontLine

DRILL = AgreedLine(article="variant_1", quantity=Decimal(3), net=Decimal("30.00"))
CUT = AgreedLine(article="SVC-CUT", quantity=Decimal("1.5"), net=Decimal("15.00"))
FREIGHT = AgreedLine(article="", quantity=Decimal(1), net=Decimal("5.00"))
AGREED = Agreement(
    name="Q-000001 rev 1",
    currency="EUR",
    gross_total=Decimal("59.50"),
    lines=(DRILL, CUT, FREIGHT),
    erp=1,
    customer_ref="7",
    order_ref="",
    is_given_up=False,
)


def line(net: str, quantity: str = "1", **more: str | None) -> StorefrontLine:
    """At 19 %, unrounded as the storefront computes it."""
    amount = Decimal(net)
    facts = {"kind": "item", "title": "What", "sku": "", "variant_id": None, **more}
    return StorefrontLine(
        line_id="1",
        shipping_option_id=None,
        quantity=Decimal(quantity),
        net_subtotal=amount,
        net_discount=Decimal(0),
        tax_total=amount * Decimal("0.19"),
        gross_total=amount * Decimal("1.19"),
        taxes=(),
        **facts,  # type: ignore[arg-type]
    )


HERE = (
    line("30.0000000001", "3.0", variant_id="variant_1", sku="DRILL"),
    line("14.9999999999", "1.50", sku="SVC-CUT"),
    line("5", kind="shipping"),
)


def test_same_lines_are_the_same_in_any_order_and_however_they_are_written() -> None:
    assert difference(AGREED, HERE, "EUR") == ""
    assert difference(AGREED, HERE[::-1], "EUR") == ""


@pytest.mark.parametrize(
    ("lines", "currency", "says"),
    [
        (HERE[:2], "EUR", "it comes to 53.55 EUR, and 59.50 EUR was accepted."),
        (HERE, "USD", "it comes to 59.50 USD, and 59.50 EUR was accepted."),
        (
            (replace(HERE[0], quantity=Decimal(6)), *HERE[1:]),
            "EUR",
            "it has 6 × variant_1 at 30.00 EUR net instead of 3 × variant_1 at 30.00 EUR net",
        ),
        (
            (replace(HERE[0], variant_id="variant_2"), *HERE[1:]),
            "EUR",
            "it has 3 × variant_2 at 30.00 EUR net instead of 3 × variant_1",
        ),
        (
            (HERE[0], line("20", "1.5", sku="SVC-CUT")),
            "EUR",
            "instead of 1 × freight at 5.00 EUR net and 1.5 × SVC-CUT at 15.00 EUR net.",
        ),
    ],
    ids=["a sum", "a currency", "a quantity", "an article", "freight hidden in a line"],
)
def test_what_differs_is_told(lines: tuple[StorefrontLine, ...], currency: str, says: str) -> None:
    assert says in difference(AGREED, lines, currency)
