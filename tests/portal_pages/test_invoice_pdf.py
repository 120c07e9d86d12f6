"""The ERP's own print of an invoice, through the portal: for its company alone, in bounded time."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine.models import Resource
from integrations.gateways.connections import add_connection
from integrations.models import Buyer, Connection, Exchange, Invoice
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from quotes.models import InvoiceCopy
from quotes.portal.views_orders import safe_name
from quotes.services import invoices
from tests import factories as make
from tests.portal_pages.conftest import kept_out, queries_of, signed_in

pytestmark = pytest.mark.django_db

SORRY = "from our books at this moment"


@pytest.fixture(scope="module")
def erp() -> Iterator[OdooStandIn]:
    with OdooStandIn(api_key=API_KEY) as standin:
        yield standin


@pytest.fixture(scope="module")
def books(erp: OdooStandIn) -> ErpSeed:
    return seed_erp(erp)


@pytest.fixture(autouse=True)
def calm(erp: OdooStandIn) -> Iterator[None]:
    yield
    erp.dials.clear()


@pytest.fixture
def connection(books: ErpSeed) -> Connection:
    return add_connection(
        kind="odoo",
        name="ERP",
        url=books.url,
        settings={
            "database": books.database,
            "pricelists": f"EUR={books.pricelists['EUR']}",
            "rounding_product_ref": str(books.rounding_product),
        },
        credentials={"api_key": books.api_key},
        actor="test",
        allow_private=True,
    )


@pytest.fixture
def ben() -> Buyer:
    return make.BuyerFactory(email="ben@company.example")


@pytest.fixture
def browser(ben):
    return signed_in(ben)


@pytest.fixture
def bill(ben, erp, books, connection) -> Invoice:
    """An invoice of Ben's company, posted in the ERP."""
    product = erp.add_product("SAW", "Saw", 100)
    order = erp.add_order(books.customers[NORDWIND.email], "", [(product, 1, 100)])
    erp.confirm(order)
    ref = erp.invoice(order)
    return make.InvoiceFactory(
        order=make.OrderFactory(shipped=True, account=ben.account, erp=connection),
        erp_ref=str(ref),
        number=erp.store.get("account.move", ref)["name"],
        payment_state="not_paid",
    )


def at(bill, order=None):
    return f"/portal/orders/{(order or bill.order).pk}/invoices/{bill.pk}/pdf"


def prints(erp):
    return len(erp.worked("invoice-page"))


def test_buyer_gets_the_erps_pdf(browser, bill):
    page = browser.get(f"/portal/orders/{bill.order_id}").text
    assert f'href="{at(bill)}"' in page

    answer = browser.get(at(bill))

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    name = bill.number.replace("/", "-")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"%PDF-")
    assert f"Invoice {bill.number}".encode() in answer.content


def test_neither_the_erps_link_nor_its_token_reaches_anybody(browser, bill, erp):
    pages = browser.get(f"/portal/orders/{bill.order_id}").text
    answer = browser.get(at(bill))
    token = erp.store.get("account.move", int(bill.erp_ref))["access_token"]

    assert len(token) == 36
    seen = pages + str(answer.headers) + answer.content.decode("latin-1")
    kept = str(list(Exchange.objects.values()))
    assert token not in seen
    assert token not in kept
    assert erp.url not in seen
    assert {one.actor for one in Exchange.objects.all()} == {"ben@company.example"}


def test_nobody_else_gets_it(bill, erp):
    before = prints(erp)
    kept_out(at(bill))

    assert prints(erp) == before


def test_copy_that_was_fetched_is_for_nobody_else_either(browser, bill):
    browser.get(at(bill))

    kept_out(at(bill))


def test_invoice_is_not_reached_through_another_order(browser, ben, bill):
    own = make.OrderFactory(account=ben.account)
    foreign = make.InvoiceFactory(order=make.OrderFactory(account=make.AccountFactory()))

    assert browser.get(at(bill, own)).status_code == 404
    assert browser.get(at(foreign, own)).status_code == 404
    assert browser.get(at(foreign)).status_code == 404


def test_second_look_asks_the_erp_for_nothing(browser, bill, erp):
    before = prints(erp)
    first, second = browser.get(at(bill)), browser.get(at(bill))

    assert first.content == second.content
    assert prints(erp) == before + 1


@pytest.mark.parametrize("change", ["paid", "old"])
def test_print_of_what_changed_since_is_made_anew(browser, bill, erp, change):
    browser.get(at(bill))
    if change == "paid":
        Invoice.objects.update(payment_state="paid")
    else:
        InvoiceCopy.objects.update(fetched_at=timezone.now() - timedelta(hours=2))
    before = prints(erp)

    assert browser.get(at(bill)).status_code == 200
    assert prints(erp) == before + 1
    assert InvoiceCopy.objects.count() == 1


def test_old_copies_are_forgotten(browser, bill):
    browser.get(at(bill))
    assert invoices.forget_old_copies() == 0

    InvoiceCopy.objects.update(fetched_at=timezone.now() - timedelta(hours=2))
    assert invoices.forget_old_copies() == 1
    assert Invoice.objects.filter(pk=bill.pk).exists()


@pytest.mark.parametrize("fault", ["fail", "maintenance", "lose_answer", "throttle"])
def test_erp_that_is_away_is_told_in_words(browser, bill, erp, fault):
    erp.dials.set(fault, only="invoice-page")

    answer = browser.get(at(bill))

    assert answer.status_code == 503
    assert SORRY in answer.text
    assert bill.number in answer.text
    assert InvoiceCopy.objects.count() == 0
    for hidden in ("Odoo", "ERP is", "503", "127.0.0.1"):
        assert hidden not in answer.text


@pytest.mark.parametrize(
    ("language", "heading"),
    [("de", "Das Dokument ist noch nicht da"), ("fr", "pas encore disponible")],
)
def test_page_speaks_german_and_french(browser, bill, erp, language, heading):
    erp.dials.set("fail", only="invoice-page")

    assert heading in browser.get(at(bill), headers={"Accept-Language": language}).text


def test_buyer_waits_no_longer_than_is_set(browser, bill, erp, settings: Settings):
    settings.INVOICE_WAIT_S = 0.3
    erp.dials.set("stall", seconds=1, only="invoice-page")

    began = time.monotonic()
    answer = browser.get(at(bill))

    assert answer.status_code == 503
    assert time.monotonic() - began < 0.8


def test_impatience_does_not_keep_orders_from_being_sent(browser, bill, erp, connection):
    erp.dials.set("fail", only="invoice-page")
    for _ in range(8):
        browser.get(at(bill))

    resource = Resource.objects.get(pk=connection.resource_id)
    assert (resource.failures, resource.open_until) == (0, None)


def test_erp_that_is_known_to_be_away_is_not_asked(browser, bill, erp, connection):
    calls = len(erp.log)
    Resource.objects.filter(pk=connection.resource_id).update(
        open_until=timezone.now() + timedelta(minutes=1)
    )

    assert browser.get(at(bill)).status_code == 503
    assert len(erp.log) == calls


def test_paused_erp_is_not_asked_but_what_was_fetched_is_shown(browser, bill, erp, connection):
    browser.get(at(bill))
    Resource.objects.filter(pk=connection.resource_id).update(paused=True, pause_reason="upgrade")
    calls = len(erp.log)

    assert browser.get(at(bill)).status_code == 200
    InvoiceCopy.objects.all().delete()
    answer = browser.get(at(bill))

    assert answer.status_code == 503
    assert "upgrade" not in answer.text
    assert len(erp.log) == calls


def test_document_that_is_too_large_is_not_handed_on(browser, bill, settings: Settings):
    settings.INVOICE_MAX_BYTES = 100

    assert browser.get(at(bill)).status_code == 503


def test_invoice_that_the_erp_numbered_anew_is_not_handed_on(browser, bill):
    Invoice.objects.update(number="INV/2020/00001")

    assert browser.get(at(bill)).status_code == 503


def test_order_without_an_erp_that_prints_shows_no_link(browser, ben, bill):
    without = make.InvoiceFactory(
        order=make.OrderFactory(shipped=True, account=ben.account, erp=None)
    )

    assert "/pdf" not in browser.get(f"/portal/orders/{without.order_id}").text
    assert browser.get(at(without)).status_code == 503


def test_page_of_an_order_asks_no_erp_and_few_rows(browser, bill, erp):
    calls = len(erp.log)

    assert queries_of(browser, f"/portal/orders/{bill.order_id}") <= 12
    assert len(erp.log) == calls


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("INV-2026-00014.pdf", "INV-2026-00014.pdf"),
        ('a"; filename="b.exe', "a-filename-b.exe.pdf"),
        ("../../etc/passwd", "etc-passwd.pdf"),
        ("x\r\nSet-Cookie: a=b.pdf", "x-Set-Cookie-a-b.pdf"),
        ("Rechnung Ü 7.pdf", "Rechnung-7.pdf"),
    ],
)
def test_name_of_the_file_cannot_leave_its_header(name, safe):
    assert safe_name(name) == safe
