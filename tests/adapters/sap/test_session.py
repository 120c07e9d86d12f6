"""A session that ends in the middle of a run, pages that SAP cuts, changes that come too late."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.sap.batch import Write
from integrations.adapters.sap.fields import ORDER, ORDERS, PRODUCTS, STOCK
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.wire import etag_of, key
from integrations.errors import Conflict, NeedsOperator, Rejected, Unavailable
from integrations.records import Window
from tests.adapters.sap.sales import Sales
from tests.contract.offices.sap import SapOffice


def tokens_fetched(office: SapOffice) -> int:
    return [entry.route for entry in office.standin.log].count("service")


# ---------------------------------------------------------------- token and cookie


def test_token_that_expires_with_the_order_on_its_way_makes_one_order(sales: Sales) -> None:
    office, adapter = sales.office, sales.office.adapter()
    office.standin.dials.set("expire_token", times=1, only="order.create")

    order = adapter.create_order(sales.draft())

    assert [one.ref for one in office.orders_with("order_01ABC")] == [order.ref]
    assert tokens_fetched(office) == 2


def test_token_that_expires_before_a_changeset_changes_once(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    adapter.client.fetch_token(ORDERS)
    sales.office.standin.dials.set("expire_token", times=1, only="batch")

    changed = adapter.change_order(
        order.ref, sales.draft([sales.line(quantity=Decimal(2))], total="307.02")
    )

    assert [line.quantity for line in changed.lines] == [2]
    assert changed.gross_total == Decimal("307.02")


def test_run_over_many_reads_goes_on_after_each_expiry(office: SapOffice) -> None:
    adapter, found = office.adapter(), []

    for _ in range(3):
        office.standin.dials.set("expire_token", times=1, only="batch")
        found += adapter.materials(["DRILL-18V"])

    assert found == ["DRILL-18V"] * 3
    assert tokens_fetched(office) == 4


def test_lost_cookie_is_a_new_session_and_one_order(sales: Sales) -> None:
    office, adapter = sales.office, sales.office.adapter()
    adapter.client.fetch_token(ORDERS)
    adapter.client.session.close()  # the cookies are gone, the token is still there

    adapter.create_order(sales.draft())

    assert len(office.orders_with("order_01ABC")) == 1
    assert tokens_fetched(office) == 2


def test_proxy_that_drops_cookies_is_no_refusal_of_the_order(sales: Sales) -> None:
    """A refusal could have the buyer's order cancelled; this is a fault of the network."""
    office, adapter = sales.office, sales.office.adapter()
    office.standin.drops_cookies = True

    with pytest.raises(NeedsOperator) as caught:
        adapter.create_order(sales.draft())

    assert caught.value.reason == "erp_session_lost"
    assert "pass all cookies" in caught.value.hint
    assert office.orders_with("order_01ABC") == []
    assert adapter.find_order("order_01ABC") is None  # reading needs no session


def test_test_of_the_connection_sees_that_cookies_are_dropped(office: SapOffice) -> None:
    office.standin.drops_cookies = True

    (check,) = [one for one in office.adapter().test().checks if one.name == "session"]

    assert not check.ok
    assert "forgets the session" in check.detail
    assert "pass all cookies" in check.hint


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("size", [1, 3, 100])
def test_list_is_whole_whatever_pages_sap_cuts(office: SapOffice, size: int) -> None:
    office.standin.dials.set("shrink_pages", size=size, times=None)
    query = Query(path="A_Product", select=("Product",), orderby="Product")

    rows = office.adapter().client.rows(PRODUCTS, query)

    numbers = [row["Product"] for row in rows]
    assert numbers == sorted(row["Product"] for row in office.standin.store.rows["A_Product"])


def test_pages_of_a_batch_are_followed_too(office: SapOffice) -> None:
    office.standin.server_page = 2
    numbers = sorted(office.seed.variants)[:5]
    reads = reads_of("A_MatlStkInAcctMod", "Material", numbers, select=("Material", "Plant"))

    found = office.adapter().client.read_many(STOCK, [*reads, *reads])

    assert len(found) == 2
    assert found[0] == found[1]
    assert {row["Material"] for row in found[0]} == set(numbers)
    assert len(found[0]) == 2 * len(numbers)  # two plants


def test_page_after_page_brings_every_row_once(office: SapOffice) -> None:
    office.standin.server_page = 4
    adapter, cursor, seen = office.adapter(), None, []
    window = Window(start=None, end=datetime.now(UTC))

    while True:
        page = adapter.stock_page(window, cursor)
        seen += [(one.sku, one.location_ref) for one in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen))
    assert {sku for sku, _ in seen} >= set(office.seed.variants)


def test_list_that_names_itself_as_its_next_page_is_given_up(office: SapOffice) -> None:
    office.standin.server_page = 0

    with pytest.raises(Unavailable, match="does not come to an end"):
        office.adapter().client.rows(PRODUCTS, Query(path="A_Product", select=("Product",)))

    assert len(office.standin.log) <= 3


# ---------------------------------------------------------------- ETags


def test_change_with_an_old_etag_is_refused_and_changes_nothing(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    row = adapter.order_row(order.ref)
    sales.office.edit_line(order.ref, "ordli_1", quantity=5)
    write = Write(
        method="PATCH",
        path=key(ORDER.set, SalesOrder=order.ref),
        body={"PurchaseOrderByShipToParty": "late"},
        etag=etag_of(row),
    )

    with pytest.raises(Conflict):
        adapter.client.change(ORDERS, [write])

    there = sales.office.company.order(order.ref)
    assert there["PurchaseOrderByShipToParty"] == "#1001"


def test_change_without_an_etag_is_refused(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    write = Write(
        method="PATCH",
        path=key(ORDER.set, SalesOrder=order.ref),
        body={"PurchaseOrderByShipToParty": "blind"},
    )

    with pytest.raises(Rejected) as caught:
        adapter.client.change(ORDERS, [write])

    assert caught.value.status == 428


def test_order_is_confirmed_over_a_change_that_somebody_made_before(sales: Sales) -> None:
    adapter = sales.office.adapter()
    order = adapter.create_order(sales.draft())
    sales.office.company.order(order.ref)["PurchaseOrderByShipToParty"] = "by hand"
    sales.office.company.stamp(sales.office.company.order(order.ref))

    assert adapter.confirm_order(order.ref).is_confirmed  # it reads the etag anew
    assert sales.office.company.order(order.ref)["PurchaseOrderByShipToParty"] == "by hand"
