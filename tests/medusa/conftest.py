"""The real Medusa, started once for all tests in this folder, with the packed plugin in it.

`MEDUSA_DATABASE_URL` names a PostgreSQL server to use; otherwise one is started privately.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.gateways.connections import change_credentials
from integrations.sandbox.connecting import connect
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from integrations.sandbox.storefront import MedusaSeed, RealMedusa, log_in, postgres
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.medusa.merchant import create_product
from tests.medusa.world import World
from tests.support.hook_receiver import HOOK_SECRET, HookReceiver
from tests.support.relay import Relay


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.medusa)
            # With xdist all of them share one worker, and so one server.
            item.add_marker(pytest.mark.xdist_group("medusa"))


@pytest.fixture(scope="session")
def real_medusa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealMedusa]:
    """Prepared and started, sending its events nowhere; see `send_events_to`."""
    given = os.environ.get("MEDUSA_DATABASE_URL", "")
    database_url = postgres.with_database(given, f"medusa_test_{os.getpid()}") if given else ""
    medusa = RealMedusa(
        folder=tmp_path_factory.mktemp("medusa"), database_url=database_url, progress=print
    )
    try:
        medusa.prepare()
        medusa.start()
        yield medusa
    finally:
        medusa.remove()


@pytest.fixture(scope="session")
def shop(real_medusa: RealMedusa) -> MedusaSeed:
    """The seeded shop; empty of products."""
    return real_medusa.seed()


@pytest.fixture(scope="session")
def admin(shop: MedusaSeed) -> ShopApi:
    """The Admin API with a secret key, as a merchant's own tool uses it."""
    return ShopApi(shop.url, {"Authorization": basic(shop.secret_key)})


@pytest.fixture(scope="session")
def hose(admin: ShopApi, shop: MedusaSeed) -> str:
    """The variant id of a product that is always in stock."""
    return create_product(admin, shop, sku="HOSE-25", prices={"eur": Decimal("19.99")})


@pytest.fixture
def gross_prices(admin: ShopApi) -> Iterator[None]:
    """The shop's prices in EUR include the tax."""
    rows = admin.get("/admin/price-preferences", limit=100)["price_preferences"]
    ids = [row["id"] for row in rows if row["attribute"] == "region_id" or row["value"] == "eur"]
    for one in ids:
        admin.post(f"/admin/price-preferences/{one}", {"is_tax_inclusive": True})
    yield
    for one in ids:
        admin.post(f"/admin/price-preferences/{one}", {"is_tax_inclusive": False})


@pytest.fixture(scope="module")
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as receiver:
        yield receiver


@pytest.fixture
def hooks(real_medusa: RealMedusa, receiver: HookReceiver, shop: MedusaSeed) -> HookReceiver:
    """The receiver Medusa's plugin sends to, empty at the start of each test."""
    receiver.stop()
    receiver.start()  # the same port, also after a test that closed it
    real_medusa.send_events_to(receiver.hook_url, receiver.secret)
    receiver.forget()
    return receiver


@pytest.fixture(scope="session")
def buyer_token(shop: MedusaSeed) -> str:
    """The usual buyer, signed in."""
    return log_in(shop, shop.customers[0])


@pytest.fixture(scope="session")
def erp() -> Iterator[OdooStandIn]:
    """The ERP's stand-in; like the shop it keeps what earlier tests left there."""
    with OdooStandIn(api_key=API_KEY) as standin:
        yield standin


@pytest.fixture(scope="session")
def erp_seed(erp: OdooStandIn) -> ErpSeed:
    return seed_erp(erp)


@pytest.fixture(scope="session")
def only_relay() -> Iterator[Relay]:
    with Relay() as relay:
        yield relay


@pytest.fixture
def relay(real_medusa: RealMedusa, only_relay: Relay) -> Iterator[Relay]:
    """Where the plugin sends to while portals come and go; leads nowhere after each test."""
    only_relay.start_anew()
    real_medusa.send_events_to(only_relay.hook_url, HOOK_SECRET)
    yield only_relay
    only_relay.start_anew()


@pytest.fixture
def world(
    shop: MedusaSeed,
    buyer_token: str,
    admin: ShopApi,
    erp: OdooStandIn,
    erp_seed: ErpSeed,
    relay: Relay,
    live_server: LiveServer,
    settings: Settings,
) -> World:
    """A new portal, everything connected and live, products synced."""
    settings.POLL_UNSETTLED_S = 0  # what the ERP's stand-in did is visible at once
    portal = connect(shop, erp_seed, now=timezone.now())
    change_credentials(portal.shop, {"hook_secret": HOOK_SECRET}, actor="test")
    relay.target = f"{live_server.url}{portal.shop.hook_path}"
    made = World(
        shop=shop, buyer_token=buyer_token, admin=admin, erp=erp, relay=relay, portal=portal
    )
    made.sync_products()
    return made
