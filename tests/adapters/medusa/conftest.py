"""A stand-in, and an adapter that talks to it over real HTTP."""

from collections.abc import Iterator

import pytest

from integrations.adapters.medusa import SPEC
from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.http import Limits, Session


@pytest.fixture
def standin() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as running:
        running.add_product("BOLT", {"eur": "19.99", "usd": "21", "jpy": 1999}, title="Bolt")
        running.add_product("NUT", {"eur": "0.333"}, title="Nut")
        running.add_promotion("TEN", 10)
        yield running


@pytest.fixture
def adapter(standin: MedusaStandIn) -> MedusaAdapter:
    return open_on(standin)


def open_on(standin: MedusaStandIn, *, secret_key: str = "", read_s: float = 5) -> MedusaAdapter:
    """An adapter on a stand-in, with every setting filled in."""
    session = Session(base_url=standin.url, allow_private=True, limits=Limits(read_s=read_s))
    settings = {
        "sales_channel_id": standin.shop.sales_channel_id,
        "shipping_profile_id": standin.shop.shipping_profile_id,
        "location_id": standin.shop.location_id,
        "price_currencies": "eur, jpy",
    }
    opened: MedusaAdapter = SPEC.open(
        session, settings, {"secret_key": secret_key or standin.shop.secret_key}
    )
    return opened
