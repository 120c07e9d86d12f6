"""The real Medusa, started once for all tests in this folder, with the packed plugin in it.

`MEDUSA_DATABASE_URL` names a PostgreSQL server to use; otherwise one is started privately.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.storefront import MedusaSeed, RealMedusa, postgres
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.support.hook_receiver import HookReceiver


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
    return create_product(admin, shop, sku="HOSE-25", eur=Decimal("19.99"))


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


def create_product(admin: ShopApi, shop: MedusaSeed, *, sku: str, eur: Decimal) -> str:
    """A published product with one variant; returns the variant's id."""
    product: dict[str, Any] = {
        "title": sku,
        "handle": sku.lower(),
        "status": "published",
        "options": [{"title": "Size", "values": ["One"]}],
        "sales_channels": [{"id": shop.sales_channel_id}],
        "shipping_profile_id": shop.shipping_profile_id,
        "variants": [
            {
                "title": "One",
                "sku": sku,
                "manage_inventory": False,
                "options": {"Size": "One"},
                "prices": [{"currency_code": "eur", "amount": eur}],
            }
        ],
    }
    created = admin.post("/admin/products/batch", {"create": [product]})["created"]
    return str(created[0]["variants"][0]["id"])
