"""Orders on the buyers' pages, with their shipments and invoices."""

from decimal import Decimal

import pytest

from integrations.models import Buyer
from quotes.models import Acceptance, Version
from quotes.services import ordering
from tests import factories as make
from tests.portal_pages.conftest import kept_out, queries_of, signed_in
from tests.quotes.factories import VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben() -> Buyer:
    return make.BuyerFactory(email="ben@company.example")


@pytest.fixture
def browser(ben):
    return signed_in(ben)


def accepted(ben, order_ref):
    version = VersionFactory(offered=True, quote__buyer=ben)
    return Acceptance.objects.create(
        quote=version.quote,
        version=version,
        buyer=ben,
        orderer=ben,
        signature="Ben",
        statement="I do",
        sha256=version.sha256,
        order_ref=order_ref,
    )


def test_an_order_shows_progress_shipments_and_invoices(browser, ben):
    order = make.OrderFactory(shipped=True, account=ben.account, lines=1, po_number="PO-9")
    order.lines.update(shipped=Decimal(1), invoiced=Decimal(2))
    make.ShipmentFactory(order=order)
    make.InvoiceFactory(order=order, open_amount=Decimal("59.50"), payment_state="partial")

    page = browser.get(f"/portal/orders/{order.pk}").text

    for part in ("PO-9", order.erp_number, "Cordless drill", "Shipped", "Partly paid"):
        assert part in page
    assert 'href="https://carrier.example/JD0001"' in page
    assert "59.50\u00a0EUR" in page


@pytest.mark.parametrize("page", ["shipments", "invoices"])
def test_all_shipments_and_invoices_stand_in_lists_of_their_own(browser, ben, page):
    for n in range(30):
        order = make.OrderFactory(shipped=True, account=ben.account, po_number=f"PO-{n}")
        make.ShipmentFactory(order=order, tracking_url="javascript:alert(1)" if n else "")
        make.InvoiceFactory(order=order, payment_state="partial")
    path = f"/portal/orders/{page}"

    first, second = browser.get(path).text, browser.get(path, {"page": "2"}).text

    assert first.count('<th scope="row">') == 25
    assert second.count('<th scope="row">') == 5
    assert (">PO-29<" in first, ">PO-0<" in second) == (True, True)
    assert f'href="/portal/orders/{order.pk}"' in first
    assert "javascript" not in first
    assert ("Partly paid" in first) == (page == "invoices")
    assert queries_of(browser, path) <= 5
    assert f'href="{path}"' in browser.get("/portal/orders").text


def test_list_without_any_says_so(browser):
    assert "Nothing was shipped yet." in browser.get("/portal/orders/shipments").text
    assert "There is no invoice yet." in browser.get("/portal/orders/invoices").text


def test_a_tracking_address_of_another_scheme_is_no_link(browser, ben):
    order = make.OrderFactory(shipped=True, account=ben.account)
    make.ShipmentFactory(order=order, tracking_url="javascript:alert(1)", tracking_number="JD7")

    page = browser.get(f"/portal/orders/{order.pk}").text

    assert "javascript:" not in page
    assert "JD7" in page


def test_why_an_order_is_held_is_not_the_buyers_matter(browser, ben):
    order = make.OrderFactory(held=True, account=ben.account)

    page = browser.get(f"/portal/orders/{order.pk}").text

    assert "Being processed" in page
    assert "counterpart" not in page


def test_the_order_of_an_accepted_quote_is_given_to_its_account_and_shown(browser, ben):
    acceptance = accepted(ben, "order_7")
    Version.objects.update(state="accepted")
    order = make.OrderFactory(storefront_ref="order_7", display_id="2107")
    ordering.note_ordered()

    assert "#2107" in browser.get("/portal/orders").text
    assert f">{acceptance.quote.number}<" in browser.get(f"/portal/orders/{order.pk}").text


def test_an_order_of_another_account_is_not_reached_through_a_reference(browser, ben):
    accepted(ben, "order_7")
    order = make.OrderFactory(storefront_ref="order_7", account=make.AccountFactory())

    assert browser.get(f"/portal/orders/{order.pk}").status_code == 404


def test_nobody_else_sees_an_order(ben):
    order = make.OrderFactory(account=ben.account)

    kept_out(f"/portal/orders/{order.pk}")
    assert f">{order}<" not in signed_in(make.BuyerFactory()).get("/portal/orders").text
    assert f">{order}<" in signed_in(ben).get("/portal/orders").text


def test_visitors_and_staff_get_no_list(client):
    assert client.get("/portal/orders").url.startswith("/portal/sign-in")
    client.force_login(make.sales_rep())
    assert client.get("/portal/orders").status_code == 404


def test_an_order_of_nobody_is_nobodys(browser):
    assert browser.get(f"/portal/orders/{make.OrderFactory().pk}").status_code == 404


def test_many_orders_are_paged_and_cost_no_more(browser, ben):
    make.OrderFactory.create_batch(3, account=ben.account)
    few = queries_of(browser, "/portal/orders")
    make.OrderFactory.create_batch(27, account=ben.account)

    assert queries_of(browser, "/portal/orders") == few <= 12
    assert browser.get("/portal/orders?page=2").text.count("<tr>") == 6


def test_an_order_of_many_lines_costs_no_more(browser, ben):
    small, large = (
        make.OrderFactory(shipped=True, account=ben.account, lines=count) for count in (3, 30)
    )
    for order in (small, large):
        make.ShipmentFactory.create_batch(order.lines.count(), order=order)
        make.InvoiceFactory.create_batch(order.lines.count(), order=order)

    few = queries_of(browser, f"/portal/orders/{small.pk}")
    assert queries_of(browser, f"/portal/orders/{large.pk}") == few <= 12
