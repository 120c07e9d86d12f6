"""Orders that bring rounding to light, to the cent."""

from decimal import Decimal

import pytest

from integrations.flows.totals import LineRefs, plan_totals
from integrations.records import DraftLine
from tests.adapters.business_central.desk import Desk
from tests.flows.shop_orders import Item, shop_order

# (quantity, price, discount %, VAT %) of each line; currency; gross. Worked out by hand from
# Microsoft Learn: amounts and discounts of lines are rounded one by one, "VAT Rounding Type:
# Nearest" once per VAT identifier on the sum of the amounts excluding VAT.
Rows = list[tuple[str, str, str, str]]
SUMS: dict[str, tuple[Rows, str, str]] = {
    "1 920 pieces": ([("1920", "3.09", "0", "21")], "EUR", "7178.69"),  # 5932.80 + 1245.888
    "10.75 %": ([("1", "24.99", "0", "10.75")], "EUR", "27.68"),  # + 2.686425
    "mixed rates": (
        [("3", "19.99", "0", "19"), ("7", "0.35", "0", "7")],
        "EUR",
        "73.98",  # 59.97 + 11.3943, 2.45 + 0.1715
    ),
    "discount of half a cent": ([("1", "0.05", "10", "0")], "EUR", "0.04"),  # 0.05 − 0.01
    "discount on the order": (
        [("1", "129.00", "7.5", "19"), ("10", "7.35", "7.5", "19")],
        "EUR",
        "222.90",  # 129.00 − 9.68, 73.50 − 5.51: 187.31 + 35.5889
    ),
    "yen": ([("3", "1999", "0", "10")], "JPY", "6597"),  # 5997 + 599.7
    "dinar": ([("3", "1.234", "0", "7")], "KWD", "3.961"),  # 3.702 + 0.25914
    "200 lines": ([("1", "0.35", "0", "19")] * 200, "EUR", "83.30"),  # 70.00 + 13.30
    "tiny lines": ([("1", "0.036", "0", "21")] * 10, "EUR", "0.48"),  # 10 × 0.04, + 0.084
    "costs nothing": ([("1", "0", "0", "19"), ("1", "129.00", "0", "19")], "EUR", "153.51"),
}


@pytest.mark.parametrize("name", SUMS)
def test_order_comes_to_the_cent(desk: Desk, name: str) -> None:
    rows, currency, gross = SUMS[name]
    lines = [_line(desk, number, *row) for number, row in enumerate(rows)]

    order = desk.adapter().create_order(desk.draft(lines, total=gross, currency=currency))

    assert order.gross_total == Decimal(gross)
    assert len(order.lines) == len(rows)


def _line(
    desk: Desk, number: int, quantity: str, price: str, discount: str, percent: str
) -> DraftLine:
    code = desk.erp.add_vat_group(f"VAT{percent}", percent)
    return desk.line(
        f"line_{number}",
        quantity=Decimal(quantity),
        net_unit_price=Decimal(price),
        discount_percent=Decimal(discount),
        tax_refs=(code,),
        tax_rates=(Decimal(percent),),
    )


# What the shop counted (nothing rounded but the end), and what the order must come to.
SHOP_ORDERS: dict[str, tuple[list[Item], str]] = {
    "amount off a line": (  # 59.97 − 3.33 = 56.64, which no percentage says; + 10.7616
        [Item(price="19.99", quantity="3", discount="3.33")],
        "67.40",
    ),
    "amount off the order, over three lines": (  # each 0.333 less, + 19 %: 11.6632
        [Item(price="10.00", discount="0.333"), *[Item(price="0.10", discount="0.033")] * 2],
        "11.66",
    ),
    "freight and mixed rates": (  # 129.00 + 12.90 at 19 %, 2.45 at 7 %: 168.861 + 2.6215
        [
            Item(price="129.00"),
            Item(price="0.35", quantity="7", rates=("7",)),
            Item(price="12.90", kind="shipping"),
        ],
        "171.48",
    ),
    "prices with tax": (  # 3 × 9.99 gross at 21 %
        [Item(price="9.99", quantity="3", rates=("21",), price_includes_tax=True)],
        "29.97",
    ),
}


@pytest.mark.parametrize("name", SHOP_ORDERS)
def test_order_of_the_shop_comes_to_its_own_total(desk: Desk, name: str) -> None:
    items, gross = SHOP_ORDERS[name]
    order = shop_order(*items)
    refs = {
        line.line_id: LineRefs(
            product_ref=desk.seed.variants["DRILL-18V"],
            tax_refs=tuple(f"VAT{tax.rate}" for tax in line.taxes),
        )
        for line in order.lines
    }
    adapter = desk.adapter()

    plan = plan_totals(
        order,
        refs=refs,
        profile=adapter.rounding_profile(),
        rounding_ref=desk.seed.settings["rounding_product_ref"],
    )
    made = adapter.create_order(desk.draft(plan.lines, total=str(plan.expected_gross)))

    assert not plan.is_held
    assert (plan.expected_gross, made.gross_total) == (Decimal(gross), Decimal(gross))
