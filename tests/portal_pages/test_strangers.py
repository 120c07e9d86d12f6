"""Nobody reaches what is another company's: every address of the portal and its API, walked.

A new address that is not in the table of `addresses.py` fails here: say who may use it.
"""

import json
from itertools import product
from typing import Any

import pytest
from django.test import Client

from integrations.models.roles import SALES
from tests import factories as make
from tests.portal_pages.addresses import (
    ACCESS,
    API_ACCESS,
    OF_ACCOUNT,
    OWN,
    PUBLIC,
    World,
    api_names,
    make_world,
    portal_names,
    sent_to,
    those,
)
from tests.portal_pages.conftest import signed_in
from tests.quotes.signing import CUSTOMER, SECRET, post_rfq, read, rfq_body
from tests.support.rows import all_rows, back_again, changed

pytestmark = pytest.mark.django_db
METHODS = ["get", "post"]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path


@pytest.fixture
def world(db) -> World:
    return make_world()


def ask(browser: Client, method: str, path: str, world: World) -> Any:
    return browser.get(path) if method == "get" else browser.post(path, sent_to(world))


def told_of(world: World, answer: Any) -> list[str]:
    """What of the company the answer gives away."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = content.decode(errors="replace")
    return [secret for secret in world.secrets if secret in text]


def test_every_address_is_in_the_table():
    assert portal_names() == list(dict.fromkeys(portal_names()))
    assert set(portal_names()) == set(ACCESS)
    assert set(api_names()) == set(API_ACCESS)


def test_what_is_behind_each_address_is_there_for_its_buyer(world):
    """Else the tests below would prove nothing."""
    browser = signed_in(world.ben)

    for name in those(OF_ACCOUNT):
        with back_again():
            answers = [ask(browser, method, world.path_of(name), world) for method in METHODS]
        found = {answer.status_code for answer in answers}
        assert 404 not in found, name
        assert found != {405}, name
        for answer in answers:
            told_of(world, answer)  # reads a file to its end, which closes it


@pytest.mark.parametrize("who", ["stranger", "staff", "visitor", "holder of a link"])
def test_it_is_not_there_for_anybody_else(world, who):
    browser = Client()
    if who == "stranger":
        browser = signed_in(make.BuyerFactory())
    elif who == "staff":
        browser.force_login(make.UserFactory(username="sue.sales", role=SALES))
    elif who != "visitor":
        browser.get(world.path_of("thread_open"))
    before = all_rows()

    for name, method in product(those(OF_ACCOUNT), METHODS):
        answer = ask(browser, method, world.path_of(name), world)
        if answer.status_code == 302:
            assert who in ("visitor", "holder of a link"), name
            assert answer.url.split("?")[0] == "/portal/sign-in", name
        else:
            assert answer.status_code in (404, 405), name
            assert told_of(world, answer) == [], name
        assert changed(before) == [], name


def test_lists_hold_nothing_of_another_company(world):
    stranger = signed_in(make.BuyerFactory(account__name="Other Ltd"))

    for name in those(OWN):
        path = world.path_of(name)
        answer = stranger.get(path)
        assert (answer.status_code, told_of(world, answer)) == (200, []), name
        assert Client().get(path).url.split("?")[0] == "/portal/sign-in", name
        assert Client().post(path, sent_to(world)).status_code in (302, 405), name


def test_own_lists_do_show_their_own(world):
    browser = signed_in(world.ben)

    told = [
        told_of(world, browser.get(f"/portal/{page}"))
        for page in ("requests", "quotes", "orders/shipments", "orders/invoices")
    ]

    assert all(told)


def test_public_pages_hold_nobodys_rows(world):
    stranger = signed_in(make.BuyerFactory())

    for name, method in product(those(PUBLIC), METHODS):
        for browser in (Client(), stranger):
            answer = ask(browser, method, world.path_of(name), world)
            assert answer.status_code in (200, 302, 405, 410, 422), name
            assert told_of(world, answer) == [], name


def test_thread_of_a_visitor_is_for_who_has_the_link(world):
    browsers = (Client(), signed_in(make.BuyerFactory()), signed_in(world.ben))
    before = all_rows()

    for name, method in product(["thread", "thread_say", "thread_files"], METHODS):
        for browser in browsers:
            answer = ask(browser, method, world.path_of(name), world)
            assert answer.status_code in (404, 405), name
            assert told_of(world, answer) == [], name

    assert changed(before) == []


def test_link_of_a_visitor_leads_to_their_request_alone(world):
    holder = Client()
    holder.get(world.path_of("thread_open"))

    told = told_of(world, holder.get(world.path_of("thread")))

    assert world.rfq.number not in told
    assert "Acme" not in told


# ---------------------------------------------------------------- a buyer of two companies


def test_only_the_chosen_company_of_a_buyer_of_two_is_there(world):
    other = make.BuyerFactory(email="ben@acme.example", account__name="Bolt & Co")
    browser = signed_in(world.ben)
    other.user = world.ben.user
    other.save()
    session = browser.session
    session["portal_buyer"] = other.pk
    session.save()
    before = all_rows()

    for name, method in product(those(OF_ACCOUNT), METHODS):
        answer = ask(browser, method, world.path_of(name), world)
        assert answer.status_code in (404, 405), name
    assert changed(before) == []


# ---------------------------------------------------------------- the storefront's server


@pytest.fixture
def shop(world):
    """It may ask for its customers: one of another company."""
    make.ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": SECRET})
    return make.BuyerFactory(storefront_customer_id=CUSTOMER)


@pytest.mark.parametrize("kind", ["rfqs", "quotes"])
def test_customer_of_another_company_reads_nothing(world, shop, kind):
    number = world.rfq.number if kind == "rfqs" else world.version.quote.number
    before = all_rows()

    answer = read(f"/api/{kind}/{number}")

    assert (answer.status_code, told_of(world, answer)) == (404, [])
    unsigned = Client().get(f"/api/{kind}/{number}?customer_id={CUSTOMER}")
    assert unsigned.status_code == 401
    assert changed(before) == []


@pytest.mark.parametrize("path", ["/api/rfqs/{rfq}", "/api/quotes/{quote}", "/api/schema"])
def test_nothing_is_changed_by_sending_to_what_is_read(world, shop, path):
    path = path.format(rfq=world.rfq.number, quote=world.version.quote.number)
    before = all_rows()

    sent = Client().post(path, json.dumps(rfq_body()), content_type="application/json")

    assert sent.status_code in (401, 405)
    assert changed(before) == []


def test_request_without_a_signature_is_kept_nowhere(world, shop):
    before = all_rows()

    sent = Client().post("/api/rfqs", json.dumps(rfq_body()), content_type="application/json")

    assert sent.status_code == 401
    assert changed(before) == []


def test_request_is_made_for_the_customers_own_company(world, shop):
    assert post_rfq().status_code == 201

    assert shop.account.rfqs.count() == 1
    assert world.ben.account.rfqs.count() == 1


def test_way_in_is_given_to_the_storefront_only(world, shop):
    body = json.dumps({"customer_id": CUSTOMER})
    before = all_rows()

    answer = Client().post("/api/portal/handover", body, content_type="application/json")

    assert answer.status_code == 401
    assert changed(before) == []
