"""The buyer's money: what the shop asks for is what the ERP holds, to the smallest unit."""

from decimal import Decimal

import pytest

from integrations.sandbox.storefront.shop_api import ShopApi
from tests.medusa.merchant import create_promotion
from tests.medusa.world import TEN, World

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


@pytest.fixture(scope="module")
def five_off(admin: ShopApi) -> str:
    """A promotion that takes 5 EUR off all items together."""
    create_promotion(admin, "FIVE-EUR", type="fixed", value=5, currency_code="eur")
    return "FIVE-EUR"


@pytest.fixture(scope="module")
def third_off(admin: ShopApi) -> str:
    """A promotion in percent that divides no price evenly."""
    create_promotion(admin, "THIRD", type="percentage", value=Decimal("33.33"))
    return "THIRD"


def test_a_discount_on_three_times_19_99(world: World) -> None:
    order_id = world.place({"ANCHOR-6": 3}, promo_codes=[TEN])

    world.await_event(order_id, "order.placed")

    # (3 × 19.99 less 10 % + 9.90 for shipping) × 1.19 = 76.00887
    assert world.totals(order_id) == (Decimal("76.01"), Decimal("76.01"))


def test_a_fixed_discount_shared_by_two_lines(world: World, five_off: str) -> None:
    order_id = world.place({"ANCHOR-6": 3, "TAPE-5M": 7}, promo_codes=[five_off])

    world.await_event(order_id, "order.placed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp


def test_an_odd_discount_and_another_countrys_tax(world: World, third_off: str) -> None:
    pieces = {"ANCHOR-6": 3, "BREAKER-B16": 7, "GLOVE-XL": 11}
    order_id = world.place(pieces, country="fr", promo_codes=[third_off])

    world.await_event(order_id, "order.placed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp


def test_prices_that_include_the_tax(world: World, gross_prices: None, third_off: str) -> None:
    order_id = world.place({"ANCHOR-6": 3, "DRILL-18V": 2}, promo_codes=[third_off])

    world.await_event(order_id, "order.placed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp


def test_an_order_in_yen_has_no_fractions(world: World) -> None:
    world.set_price("SAW-65", {"jpy": Decimal(1985)})
    order_id = world.place({"SAW-65": 3}, country="jp", promo_codes=[TEN])

    world.await_event(order_id, "order.placed")

    # (3 × 1985 less 10 % + 900 for shipping) × 1.10 = 6885.45
    assert world.totals(order_id, smallest="1") == (Decimal(6885), Decimal(6885))
    assert world.in_erp(order_id)["currency_id"][1] == "JPY"


def test_an_order_of_forty_lines(world: World, dowels: None) -> None:
    pieces = {sku: number % 7 + 1 for number, sku in enumerate(DOWEL_SKUS)}
    order_id = world.place(pieces, promo_codes=[TEN])

    world.await_event(order_id, "order.placed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert len(world.order(order_id).lines.filter(kind="item")) == 40
