"""The buyer's money: what the shop asks for is what the ERP holds, to the smallest unit."""

from decimal import Decimal

import pytest

from tests.medusa.world import World

DOWEL_SKUS = [f"DOWEL-{number}" for number in range(1, 41)]


@pytest.fixture
def dowels(world: World) -> None:
    """Forty sizes of one product, at prices that leave fractions of cents."""
    sizes = [
        {"sku": sku, "value": f"{number} mm", "extra": Decimal(number) * Decimal("0.13")}
        for number, sku in enumerate(DOWEL_SKUS)
    ]
    world.erp.add_template("Dowel", "0.37", sizes, attribute="Size")
    world.sync_products()


def test_a_discount_on_three_times_19_99(world: World) -> None:
    order_id = world.place({"ANCHOR-6": 3}, has_promo=True)

    world.await_event(order_id, "order.placed")

    # (3 × 19.99 less 10 % + 9.90 for shipping) × 1.19 = 76.00887
    assert world.totals(order_id) == (Decimal("76.01"), Decimal("76.01"))


def test_an_order_in_yen_has_no_fractions(world: World) -> None:
    world.set_price("SAW-65", {"jpy": Decimal(1985)})
    order_id = world.place({"SAW-65": 3}, country="jp", has_promo=True)

    world.await_event(order_id, "order.placed")

    # (3 × 1985 less 10 % + 900 for shipping) × 1.10 = 6885.45
    assert world.totals(order_id, smallest="1") == (Decimal(6885), Decimal(6885))
    assert world.in_erp(order_id)["currency_id"][1] == "JPY"


def test_an_order_of_forty_lines(world: World, dowels: None) -> None:
    pieces = {sku: number % 7 + 1 for number, sku in enumerate(DOWEL_SKUS)}
    order_id = world.place(pieces, has_promo=True)

    world.await_event(order_id, "order.placed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert len(world.order(order_id).lines.filter(kind="item")) == 40
