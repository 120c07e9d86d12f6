"""Nasty orders: in both ERPs to the cent what the buyer saw, or held with the reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.adapters.custom.sandbox.books import Firm
from integrations.errors import NeedsOperator
from integrations.flows.totals import LineRefs, TotalsPlan, plan_totals
from integrations.records import OrderDraft, StorefrontOrder
from tests.adapters.custom.drafts import draft, line, three_lines
from tests.contract.offices.custom import CustomOffice
from tests.flows.shop_orders import Item, shop_order

CUSTOMERS = {"EUR": "10001", "JPY": "20001", "KWD": "20002"}
MANY = [Item(price=f"{n}.{n * 37 % 100:02d}", quantity=str(n % 7 + 1)) for n in range(1, 201)]
MIXED = (
    Item("10.03", "3", ("7",)),
    Item("0.55", "7", ("19",)),
    Item("4.99", "1", ("0",)),
)

# The buyer's total, by the prices above it; worked out by hand, not by the code.
SETTLED = {
    "1 920 pieces": (shop_order(Item("3.09", "1920", ("21",))), "7178.69"),
    "10.75 %": (shop_order(Item("24.99", "1", ("10.75",))), "27.68"),
    "mixed rates": (shop_order(*MIXED), "41.77"),
    "discount on a line": (shop_order(Item("19.99", "3", discount_percent="10")), "64.23"),
    "discount on the order": (
        shop_order(
            Item("129.00", "3", discount_percent="5"), Item("7.35", "10", discount_percent="5")
        ),
        "520.60",
    ),
    "a fixed amount off": (shop_order(Item("19.99", "3", discount="5.00")), "65.41"),
    "freight": (shop_order(Item("49.90", "2"), Item("12.34", kind="shipping")), "133.45"),
    "free freight": (
        shop_order(Item("10"), Item("9.90", kind="shipping", discount_percent="100")),
        "11.90",
    ),
    "yen": (shop_order(Item("333", "7", ("10",)), currency="JPY"), "2564"),
    "dinar": (shop_order(Item("1.23", "3", ("5",)), currency="KWD"), "3.875"),
    "200 lines": (shop_order(*MANY), "95908.62"),
    "a line for nothing": (shop_order(Item("10"), Item("0", "5")), "11.90"),
}


def opened(office: CustomOffice, order: StorefrontOrder) -> dict[str, LineRefs]:
    """What the lines name in this ERP; it has a customer for each currency."""
    for currency, ref in CUSTOMERS.items():
        if currency != "EUR":
            office.standin.add_firm(Firm(ref, f"Buyer in {currency}", currency))
    goods = [office.variant(sku) for sku in ("DRILL-18V", "TAPE-5M", "SAW-65")]
    return {
        one.line_id: LineRefs(
            product_ref=office.seed.shipping_ref if one.kind == "shipping" else goods[at % 3],
            tax_refs=tuple(ref for tax in one.taxes for ref in office.tax(tax.rate)),
        )
        for at, one in enumerate(order.lines)
    }


def planned(office: CustomOffice, order: StorefrontOrder) -> TotalsPlan:
    return plan_totals(
        order,
        refs=opened(office, order),
        profile=office.adapter().rounding_profile(),
        rounding_ref=office.seed.settings["rounding_product_ref"],
    )


def drafted(office: CustomOffice, name: str, plan: TotalsPlan) -> OrderDraft:
    return draft(
        office,
        f"order_01{name}",
        plan.lines,
        str(plan.storefront_gross),
        currency=plan.currency,
        customer_ref=CUSTOMERS[plan.currency],
    )


@pytest.mark.parametrize("name", SETTLED)
def test_erp_comes_to_the_total_of_the_buyer(office: CustomOffice, name: str) -> None:
    order, total = SETTLED[name]
    plan = planned(office, order)
    assert not plan.is_held, plan.message

    made = office.adapter().create_order(drafted(office, name, plan))

    assert made.gross_total == plan.storefront_gross == Decimal(total)
    (seen,) = office.orders_with(made.our_ref)
    assert seen.gross_total == Decimal(total)


def test_price_finer_than_the_erp_keeps_is_settled_by_a_line_or_held(
    office: CustomOffice,
) -> None:
    """1.2345 dinar: the plain ERP takes six decimals, the odd one two."""
    plan = planned(office, shop_order(Item("1.2345", "3", ("5",)), currency="KWD"))

    if office.kind == "custom":
        made = office.adapter().create_order(drafted(office, "fine", plan))
        assert made.gross_total == Decimal("3.889")
    else:
        assert (plan.is_held, plan.hold_reason) == (True, "total_difference")


def test_price_that_cannot_be_written_exactly_is_not_sent(office: CustomOffice) -> None:
    fine = line(office, "TAPE-5M", 1, "7.35515")

    if office.kind == "custom":
        assert office.adapter().create_order(draft(office, "order_01X", [fine], "8.76"))
        return
    with pytest.raises(NeedsOperator, match="7.35515 is finer than the smallest unit of EUR"):
        office.adapter().create_order(draft(office, "order_01X", [fine], "8.76"))
    assert office.standin.shown("order_01X") == []


def test_other_total_than_expected_waits_for_a_person(office: CustomOffice) -> None:
    wanted = replace(three_lines(office, "order_01D"), expected_gross_total=Decimal("725.30"))

    with pytest.raises(NeedsOperator, match="came to 725.31 EUR in the ERP") as caught:
        office.adapter().create_order(wanted)

    assert caught.value.reason == "total_differs"
    order = office.adapter().find_order("order_01D")
    assert order is not None
    assert not order.is_confirmed


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": Decimal(-1)},
        {"quantity": Decimal("NaN")},
        {"net_unit_price": Decimal("-0.01")},
        {"net_unit_price": Decimal("Infinity")},
        {"net_unit_price": Decimal("NaN")},
        {"discount_percent": Decimal(101)},
    ],
    ids=str,
)
def test_numbers_that_make_no_sense_never_leave_the_house(
    office: CustomOffice, changed: dict[str, Decimal]
) -> None:
    before = len(office.standin.log)
    one = replace(line(office, "TAPE-5M", 1, "7.35"), **changed)

    with pytest.raises(NeedsOperator) as caught:
        office.adapter().create_order(draft(office, "order_01N", [one], "8.75"))

    assert caught.value.reason == "order_senseless"
    assert len(office.standin.log) == before
