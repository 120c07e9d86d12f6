"""Lines and questions that get no price, and what asking costs."""

from decimal import Decimal

import pytest

from integrations.adapters.odoo.pricing import MOST_CARTS
from integrations.errors import NeedsOperator, Unavailable
from integrations.records import PriceAnswer, PriceRefusal
from tests.adapters.odoo.sales import Sales


def test_bad_lines_spoil_no_good_one(sales: Sales) -> None:
    erp, bolt = sales.erp, sales.office.bolt
    gone = erp.add_product("OLD", "Old bolt", 5)
    erp.archive_product(gone)
    hidden = erp.add_product("PART", "Part of a kit", 5)
    template = erp.store.get("product.product", hidden)["product_tmpl_id"]
    erp.store.update("product.template", template, {"sale_ok": False})

    found = sales.ask(
        (bolt, 1), (gone, 1), (hidden, 1), (999999, 1), ("", 1), (sales.office.shipping, 1),
        (bolt, 0), (bolt, -1), (bolt, "NaN"), (bolt, 100),
    )  # fmt: skip

    assert [one.our_ref for one in found] == [f"line_{number}" for number in range(1, 11)]
    prices = [one.net_unit_price for one in found if isinstance(one, PriceAnswer)]
    assert prices == [Decimal("17.991"), Decimal("15.5")]
    reasons = [one.reason for one in found if isinstance(one, PriceRefusal)]
    assert reasons == [
        "Old bolt (OLD) is archived in Odoo.",
        "Part of a kit (PART) is not for sale by itself in Odoo.",
        "There is no product 999999 in Odoo.",
        "There is no product (none) in Odoo.",
        "Odoo prices Shipping (SHIP) at zero or less. Give it a sales price, or a cost where a "
        "rule builds upon the cost.",
        *["Bolt (BOLT): a price needs a quantity above zero."] * 3,
    ]


def test_rule_on_cost_without_a_cost_is_refused(sales: Sales) -> None:
    on_cost = {"compute_price": "formula", "base": "standard_price", "price_discount": -30}
    sales.erp.add_rule(sales.gold, product_id=sales.office.nut, **on_cost)

    assert "at zero" in sales.reason(sales.office.nut)


def broken_product(sales: Sales) -> int:
    """One that Odoo lists and then fails to price: its tax is gone."""
    return sales.erp.add_product("BROKEN", "Broken", 5, tax_ids=[999])


def test_line_that_odoo_refuses_is_found_among_the_others(sales: Sales) -> None:
    asks: list[tuple[int, object]] = [(sales.office.bolt, 1)] * 40
    asks[17] = (broken_product(sales), 1)

    found = sales.ask(*asks)

    (refused,) = [one for one in found if isinstance(one, PriceRefusal)]
    assert refused.our_ref == "line_18"
    assert "Record does not exist" in refused.reason


def test_number_of_calls_does_not_grow_with_the_lines(sales_19: Sales) -> None:
    def calls(count: int) -> int:
        before = len(sales_19.erp.log)
        sales_19.ask(*[(sales_19.office.bolt, 1)] * count)
        return len(sales_19.erp.log) - before

    assert calls(1) == calls(60) == 7


def test_cart_full_of_bad_lines_is_given_up_in_time(sales_19: Sales) -> None:
    broken = broken_product(sales_19)

    found = sales_19.ask(*[(broken, 1)] * 60)

    carts = [entry for entry in sales_19.erp.log if entry.route == "sale.order.onchange"]
    assert len(carts) <= MOST_CARTS
    assert all(isinstance(one, PriceRefusal) for one in found)
    assert len(found) == 60


def test_no_lines_no_calls(sales_19: Sales) -> None:
    assert sales_19.ask() == ()
    assert sales_19.erp.log == []


@pytest.mark.parametrize(
    ("customer_ref", "reason"), [("999999", "unknown_customer"), ("ACME", "bad_customer_ref")]
)
def test_customer_who_is_not_there_needs_a_person(
    sales: Sales, customer_ref: str, reason: str
) -> None:
    with pytest.raises(NeedsOperator) as caught:
        sales.ask((sales.office.bolt, 1), customer_ref=customer_ref)

    assert caught.value.reason == reason


def test_asking_leaves_nothing_behind(sales: Sales) -> None:
    sales.ask((sales.office.bolt, 3), (sales.office.nut, 10))

    assert sales.erp.orders() == []
    by_hand = sales.erp.add_order(sales.customer, "by-hand", [(sales.office.bolt, 1, "19.99")])
    assert sales.erp.order(by_hand)["name"] == "S00001"


def test_database_that_is_down_is_told_as_such(sales_19: Sales) -> None:
    sales_19.erp.is_database_up = False

    with pytest.raises(Unavailable):
        sales_19.ask((sales_19.office.bolt, 1))
