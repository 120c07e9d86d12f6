"""A customer of the real store presses "my quotes" and is in the portal."""

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from integrations.errors import RemoteError
from integrations.sandbox.storefront import MedusaSeed, RealMedusa, log_in
from integrations.sandbox.storefront.shop_api import ShopApi
from tests import factories as make
from tests.support.hook_receiver import HOOK_SECRET

HANDOVER = "/store/erp-portal/handover"


@pytest.fixture
def store(real_medusa: RealMedusa, shop: MedusaSeed, live_server: LiveServer) -> ShopApi:
    """The Store API of a store whose plugin knows this portal."""
    connection = make.ConnectionFactory(credentials={"hook_secret": HOOK_SECRET})
    real_medusa.send_events_to(f"{live_server.url}{connection.hook_path}", HOOK_SECRET)
    return ShopApi(shop.url, {"x-publishable-api-key": shop.publishable_key})


def test_a_signed_in_customer_gets_into_the_portal(store: ShopApi, shop: MedusaSeed) -> None:
    customer, browser = shop.customers[0], Client()
    buyer = make.BuyerFactory(email=customer.email, storefront_customer_id=customer.id)

    url = store.post(HANDOVER, {}, bearer=log_in(shop, customer))["url"]
    browser.get("/" + url.split("/", 3)[3])

    assert buyer.account.name in browser.get("/portal/").text


def test_who_somebody_is_comes_from_their_login(store: ShopApi, shop: MedusaSeed) -> None:
    """A customer of no account names another one who has."""
    known, other = shop.customers[:2]
    make.BuyerFactory(email=known.email, storefront_customer_id=known.id)

    with pytest.raises(RemoteError, match="no access"):
        store.post(HANDOVER, {"customer_id": known.id}, bearer=log_in(shop, other))


def test_whoever_is_not_signed_in_to_the_store_gets_nothing(store: ShopApi) -> None:
    with pytest.raises(RemoteError, match="(?i)unauthorized|refused|401"):
        store.post(HANDOVER, {})
