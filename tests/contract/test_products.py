"""`PullsProducts`: everything there is, in pages; what changed, archived ones included."""

from decimal import Decimal

import pytest

from integrations.ports.erp import PullsProducts
from integrations.records import ErpProduct, ErpVariant, Window
from integrations.sandbox.goods import RANGE
from tests.contract.office import Office
from tests.contract.orders import PLACED_AT, able
from tests.contract.walking import all_rows, everything, now, pages, since

PRICES = {variant.sku: variant.net_price for product in RANGE for variant in product.variants}
LONG_AGO = Window(start=PLACED_AT.replace(year=2001), end=PLACED_AT.replace(year=2002))


def by_sku(rows: list[ErpProduct]) -> dict[str, ErpVariant]:
    return {variant.sku: variant for product in rows for variant in product.variants}


def test_every_product_comes_with_its_variants(office: Office) -> None:
    rows = all_rows(able(office, PullsProducts).product_page, everything())

    found = by_sku(rows)
    assert set(PRICES) <= set(found)
    assert {found[sku].ref for sku in PRICES} == {office.variant(sku) for sku in PRICES}
    assert all(product.variants and product.ref and product.title for product in rows)
    assert all(found[sku].unit and found[sku].is_active for sku in PRICES)


def test_list_price_is_the_price_or_none(office: Office) -> None:
    found = by_sku(all_rows(able(office, PullsProducts).product_page, everything()))

    odd = {
        sku: found[sku].net_list_price
        for sku, price in PRICES.items()
        if found[sku].net_list_price not in {price, None}
    }
    assert odd == {}


def test_sizes_of_one_product_are_told_apart(office: Office) -> None:
    rows = all_rows(able(office, PullsProducts).product_page, everything())

    anchors = [
        (product.ref, variant)
        for product in rows
        for variant in product.variants
        if variant.sku.startswith("ANCHOR-")
    ]
    assert len(anchors) == 3
    if len({ref for ref, _ in anchors}) == 1:  # an ERP with variants names what differs
        assert len({variant.options for _, variant in anchors}) == 3
        assert all(variant.options for _, variant in anchors)


def test_renamed_product_comes_in_the_window(own_office: Office) -> None:
    adapter = able(own_office, PullsProducts)
    began = now()
    own_office.touch_product("LAMP-50W", "Site lamp LED 55 W")

    rows = all_rows(adapter.product_page, since(began))

    titles = {variant.sku: product.title for product in rows for variant in product.variants}
    assert titles["LAMP-50W"] == "Site lamp LED 55 W"


def test_nothing_changed_long_before_the_company_was_set_up(office: Office) -> None:
    assert all_rows(able(office, PullsProducts).product_page, LONG_AGO) == []


def test_archived_product_comes_as_inactive(own_office: Office) -> None:
    adapter = able(own_office, PullsProducts)
    began = now()
    own_office.archive_product("TAPE-5M")

    assert not by_sku(all_rows(adapter.product_page, since(began)))["TAPE-5M"].is_active
    assert not by_sku(all_rows(adapter.product_page, everything()))["TAPE-5M"].is_active


def test_product_without_a_price_has_none_and_never_zero(own_office: Office) -> None:
    adapter = able(own_office, PullsProducts)
    own_office.set_price("TAPE-5M", Decimal(0))

    tape = by_sku(all_rows(adapter.product_page, everything()))["TAPE-5M"]

    assert tape.net_list_price is None


def test_small_pages_tell_the_same(office: Office) -> None:
    adapter = able(office, PullsProducts)
    whole = set(by_sku(all_rows(adapter.product_page, everything())))
    if not hasattr(adapter, "page_size"):
        pytest.skip("the adapter has no page size of its own")
    adapter.page_size = 7

    found = pages(adapter.product_page, everything())

    assert len(found) > 5
    assert set(by_sku([row for page in found for row in page.rows])) == whole


def test_page_may_be_read_again(office: Office) -> None:
    adapter = able(office, PullsProducts)
    if hasattr(adapter, "page_size"):
        adapter.page_size = 7
    window = everything()
    first = adapter.product_page(window, None)

    once = adapter.product_page(window, first.next_cursor)
    twice = office.adapter().product_page(window, first.next_cursor)

    assert {row.ref for row in once.rows} <= {row.ref for row in twice.rows}


def test_remote_that_cuts_pages_smaller_loses_nothing(office: Office) -> None:
    adapter = able(office, PullsProducts)
    if "shrink_pages" not in office.standin.vendor_dials:
        pytest.skip("this ERP sends pages as they are asked for")
    whole = set(by_sku(all_rows(adapter.product_page, everything())))
    office.standin.dials.set("shrink_pages", size=3)

    assert set(by_sku(all_rows(office.adapter().product_page, everything()))) == whole
