"""Without the companion extension: what still works, and what is honestly not there."""

from decimal import Decimal

import pytest

from integrations.errors import NeedsOperator
from integrations.ports import ListsOrders, PushesOrders, QuotesPrices, TracksOrders
from integrations.records import Window
from tests.adapters.business_central.desk import ORDER, PLACED_AT, Desk

NONE = {"extension_api": ""}


def test_prices_of_customers_are_not_guessed(plain: Desk) -> None:
    adapter = plain.adapter(**NONE)

    assert not isinstance(adapter, QuotesPrices)
    assert isinstance(adapter, PushesOrders)
    assert isinstance(adapter, ListsOrders)
    assert isinstance(adapter, TracksOrders)


def test_order_counts_as_confirmed_once_it_is_there(plain: Desk) -> None:
    adapter = plain.adapter(**NONE)

    order = adapter.create_order(plain.draft())

    assert order.is_confirmed
    assert adapter.confirm_order(order.ref) == order
    assert plain.erp.order(order.number)["status"] == "Draft"  # people release it


def test_released_order_is_changed_by_people_only(plain: Desk) -> None:
    adapter = plain.adapter(**NONE)
    order = adapter.create_order(plain.draft())
    plain.erp.work(lambda: plain.erp.release(plain.erp.order(order.number)))

    with pytest.raises(NeedsOperator, match="its lines are locked") as caught:
        adapter.change_order(order.ref, plain.draft([plain.line(quantity=Decimal(1))]))

    assert caught.value.reason == "erp_order_locked"


def test_order_that_is_gone_without_a_trace_is_cancelled(plain: Desk) -> None:
    adapter = plain.adapter(**NONE)
    order = adapter.create_order(plain.draft())

    adapter.cancel_order(order.ref, "no longer wanted")
    (stands,) = adapter.order_progress([order.ref])

    assert stands.state == "cancelled"
    assert adapter.find_order(ORDER) is None
    assert adapter.cancel_order(order.ref, "again").is_cancelled


def test_double_is_never_untouched(plain: Desk) -> None:
    """Nothing tells whether people had it in their hands: a person decides."""
    adapter = plain.adapter(**NONE)
    adapter.create_order(plain.draft())
    plain.erp.enter_order(plain.seed.customers["usual"], ORDER)

    seen = adapter.orders_under(ORDER)

    assert [one.is_untouched for one in seen] == [False, False]
    with pytest.raises(NeedsOperator, match="2 orders with the reference"):
        adapter.find_order(ORDER)


def test_stock_is_one_number_and_prices_are_list_prices(plain: Desk) -> None:
    adapter = plain.adapter(**NONE)
    window = Window(start=None, end=PLACED_AT.replace(year=2099))

    levels = {row.sku: row for row in adapter.stock_page(window, None).rows}
    prices = adapter.price_page(window, None).rows

    assert (levels["DRILL-18V"].available, levels["DRILL-18V"].location_ref) == (240, "")
    assert {price.audience for price in prices} == {"everyone"}


def test_edited_line_is_seen_by_the_reading_of_all_open_orders(plain: Desk) -> None:
    """The header is not marked as changed, and no log tells of it."""
    adapter = plain.adapter(**NONE, reread_minutes="30")
    order = adapter.create_order(plain.draft())
    plain.erp.edit_line(order.number, "line_1", quantity=5)
    begins = PLACED_AT.replace(year=2098)

    quiet = Window(start=begins.replace(minute=1), end=begins.replace(minute=2))
    crossing = Window(start=begins.replace(minute=29), end=begins.replace(minute=31))

    assert _changed(adapter, quiet) == set()
    assert _changed(adapter, crossing) == {order.ref}


def _changed(adapter: object, window: Window) -> set[str]:
    found: set[str] = set()
    cursor: str | None = None
    while True:
        page = adapter.changed_orders(window, cursor)  # type: ignore[attr-defined]
        found |= set(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_test_says_what_is_degraded(plain: Desk) -> None:
    report = plain.adapter(**NONE).test()

    told = {check.name: check.detail for check in report.checks if "Degraded" in check.detail}
    assert report.is_ok
    assert set(told) == {
        f"extension:{page}" for page in ("orders", "prices", "stock", "customers", "shipments")
    }
    assert "one number" in told["extension:stock"]


def test_page_that_is_named_and_not_installed_fails_the_test(plain: Desk) -> None:
    report = plain.adapter(extension_api="contoso/portal/v1.0").test()

    failed = {check.name for check in report.checks if not check.ok}
    assert "extension:orders" in failed
    assert all(check.hint for check in report.checks if not check.ok)
