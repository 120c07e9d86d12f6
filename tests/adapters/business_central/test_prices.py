"""Lines of price lists, and list prices: what nothing can be sold at says why."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.records import ErpPrice
from tests.adapters.business_central.desk import Desk
from tests.contract.walking import all_rows, everything


def prices(desk: Desk) -> dict[str, ErpPrice]:
    return {row.ref: row for row in all_rows(desk.adapter().price_page, everything())}


def line(desk: Desk, **values: Any) -> str:
    item = desk.seed.variants["DRILL-18V"]
    return desk.erp.add_price_line(item, **{"minimumQuantity": 500, "unitPrice": 90, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"priceIncludesTax": True}, "includes tax"),
        ({"unitOfMeasureCode": "BOX"}, "per BOX, and the storefront sells per PCS"),
        ({"unitPrice": 90, "lineDiscountPercent": 100}, "above zero"),
        ({"unitPrice": -1}, "above zero"),
    ],
)
def test_line_that_nothing_is_sold_at_says_why(
    desk: Desk, values: dict[str, Any], words: str
) -> None:
    ref = line(desk, **values)

    told = prices(desk)[ref]

    assert words in told.problem
    assert told.variant_ref == desk.seed.variants["DRILL-18V"]


def test_line_that_is_no_more_in_force_goes_whatever_is_wrong_with_it(desk: Desk) -> None:
    ref = line(desk, priceIncludesTax=True, status="Inactive")

    told = prices(desk)[ref]

    assert (told.problem, told.is_active) == ("", False)


def test_discount_on_an_item_without_a_price_says_so(desk: Desk) -> None:
    desk.erp.change("items", desk.seed.variants["DRILL-18V"], unitPrice=Decimal(0))
    ref = line(desk, unitPrice=0, lineDiscountPercent=10)

    assert "the item has no price of its own" in prices(desk)[ref].problem


def test_line_of_no_single_item_is_none(desk: Desk) -> None:
    before = set(prices(desk))

    ref = line(desk, source=("Campaign", "SPRING"))

    assert ref not in prices(desk)
    assert set(prices(desk)) == before


def test_list_price_with_tax_says_so_and_one_of_zero_is_none(desk: Desk) -> None:
    drill, saw = (desk.seed.variants[sku] for sku in ("DRILL-18V", "SAW-65"))
    desk.erp.change("items", drill, priceIncludesTax=True)
    desk.erp.change("items", saw, unitPrice=Decimal(0))

    told = prices(desk)

    assert "includes tax" in told[f"list:{drill}"].problem
    assert f"list:{saw}" not in told
