"""A customer of the real store asks for a quote of what is in their cart."""

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from integrations.models import Buyer
from integrations.sandbox.storefront import MedusaSeed, RealMedusa
from integrations.sandbox.storefront.checkout import address_in
from quotes.models import Rfq
from tests import factories as make
from tests.medusa.customer import CHOSEN, Customer
from tests.quotes.factories import QuoteFactory, VersionFactory
from tests.support.hook_receiver import HOOK_SECRET


@pytest.fixture(autouse=True)
def portal(real_medusa: RealMedusa, live_server: LiveServer) -> None:
    """The store's plugin knows this portal."""
    connection = make.ConnectionFactory(credentials={"hook_secret": HOOK_SECRET})
    real_medusa.send_events_to(f"{live_server.url}{connection.hook_path}", HOOK_SECRET)


@pytest.fixture
def erika(shop: MedusaSeed, portal: None) -> Customer:
    return Customer(shop, shop.customers[0])


@pytest.fixture
def buyer(shop: MedusaSeed, portal: None) -> Buyer:
    seeded = shop.customers[0]
    return make.BuyerFactory(email=seeded.email, storefront_customer_id=seeded.id)


def test_a_cart_becomes_a_request_with_its_lines(erika: Customer, buyer: Buyer, hose: str) -> None:
    cart = erika.cart(hose, 3)

    answer = erika.ask({"cart_id": cart, "note": "By May", "reference": "P-7"})

    rfq = Rfq.objects.get()
    assert answer.status_code == 201, answer.text
    assert answer.json()["rfq"]["number"] == rfq.number
    assert (rfq.buyer, rfq.source, rfq.source_ref) == (buyer, "cart", cart)
    assert (rfq.note, rfq.reference, rfq.currency) == ("By May", "P-7", "EUR")
    [line] = rfq.lines.all()
    assert (line.sku, str(line.quantity), str(line.target_price)) == (
        "HOSE-25",
        "3.0000",
        "19.990000",
    )
    assert line.configuration == [["Length", "25 m"], ["Ends", "brass"]]


@pytest.mark.usefixtures("gross_prices")
def test_the_price_of_a_gross_shop_is_asked_net(erika: Customer, buyer: Buyer, hose: str) -> None:
    """19.99 with 19 % German tax; before there is an address nobody knows the tax."""
    without, where = erika.cart(hose, 1), {"shipping_address": address_in("de")}
    with_tax = erika.cart(hose, 2, **where)

    asked = [erika.ask({"cart_id": cart}).json()["rfq"]["lines"][0] for cart in (without, with_tax)]

    assert [line["target_price"] for line in asked] == [None, "16.798319"]


def test_a_cart_of_somebody_else_is_404(
    erika: Customer, shop: MedusaSeed, buyer: Buyer, hose: str
) -> None:
    theirs = Customer(shop, shop.customers[1]).cart(hose, 3)

    assert erika.ask({"cart_id": theirs}).status_code == 404
    assert erika.ask({"cart_id": "cart_unknown"}).status_code == 404
    assert not Rfq.objects.exists()


def test_asking_again_with_the_same_key_is_the_same_request(
    erika: Customer, buyer: Buyer, hose: str
) -> None:
    cart = erika.cart(hose, 3)

    first, again = erika.ask({"cart_id": cart}, "k1"), erika.ask({"cart_id": cart}, "k1")
    other = erika.ask({"cart_id": cart, "note": "blue"}, "k1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Rfq.objects.count() == 1


def test_the_same_cart_without_a_key_is_asked_for_once(
    erika: Customer, buyer: Buyer, hose: str
) -> None:
    cart = erika.cart(hose, 3)

    numbers = {erika.ask({"cart_id": cart}).json()["rfq"]["number"] for _ in range(2)}

    assert len(numbers) == 1


def test_lines_of_a_product_page_are_asked_for(erika: Customer, buyer: Buyer) -> None:
    line = {"sku": "HOSE-25", "title": "Hose", "quantity": "1.5", "configuration": CHOSEN}
    body = {"lines": [line], "currency_code": "eur"}

    assert erika.ask(body).json()["code"] == "idempotency_key_missing"
    answer = erika.ask(body, "page-1")

    assert (answer.status_code, answer.json()["rfq"]["lines"][0]["quantity"]) == (201, "1.5")
    assert Rfq.objects.get().source == "product"


def test_what_is_wrong_is_told_with_its_code(erika: Customer, buyer: Buyer) -> None:
    unknown = erika.ask({"cart_id": "c", "customer_id": "cus_2"})
    wrong = erika.ask({"lines": [{"sku": "x" * 81, "quantity": "1"}], "currency_code": "eur"}, "k")

    assert (unknown.status_code, "customer_id" in unknown.text) == (400, True)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "lines[0].sku")


def test_a_request_is_read_with_its_offer_by_its_own_company_only(
    erika: Customer, shop: MedusaSeed, buyer: Buyer, hose: str
) -> None:
    number = erika.ask({"cart_id": erika.cart(hose, 3)}).json()["rfq"]["number"]
    quote = QuoteFactory(rfq=Rfq.objects.get(), buyer=buyer)
    VersionFactory(offered=True, quote=quote)
    paul = shop.customers[1]
    make.BuyerFactory(email=paul.email, storefront_customer_id=paul.id)

    mine = erika.get(f"/store/erp-portal/rfqs/{number}").json()["rfq"]
    theirs = Customer(shop, paul).get(f"/store/erp-portal/rfqs/{number}")

    assert [(one["number"], one["gross_total"]) for one in mine["quotes"]] == [
        (quote.number, "119")
    ]
    assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")


def test_whoever_is_not_signed_in_asks_for_nothing(shop: MedusaSeed) -> None:
    headers = {"x-publishable-api-key": shop.publishable_key}
    url = f"{shop.url}/store/erp-portal/rfqs"

    assert requests.post(url, json={"cart_id": "c"}, headers=headers, timeout=60).status_code == 401
    assert requests.get(f"{url}/RFQ-000001", headers=headers, timeout=60).status_code == 401
