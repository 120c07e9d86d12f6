"""Every ERP feeds the same four flows: its goods, prices, stock and customers arrive in a shop.

What an ERP has no port for is left out; docs/erps/abilities.md says so, see test_abilities.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.ports.erp import PullsCustomers, PullsPrices, PullsProducts, PullsStock
from integrations.sandbox.goods import USUAL_STOCK, Warehouse
from integrations.sandbox.shop import seed_shop
from tests.contract.office import Office
from tests.contract.orders import able
from tests.support.company_arrived import (
    assert_clean,
    assert_customers_arrived,
    assert_goods_arrived,
    assert_prices_hold,
    assert_stock_arrived,
)
from tests.support.fed_shop import FedShop
from tests.support.feeding import KINDS, Feed

pytestmark = pytest.mark.django_db(transaction=True)

PORTS: Mapping[str, type] = {
    "products": PullsProducts,
    "prices": PullsPrices,
    "stock": PullsStock,
    "customers": PullsCustomers,
}


@dataclass
class Stage:
    medusa: MedusaStandIn
    office: Office
    feed: Feed
    shop: FedShop
    locations: Mapping[Warehouse, str]

    def run(self, *kinds: str) -> None:
        able(self.office, *(PORTS[kind] for kind in kinds))
        for kind in kinds:
            assert_clean(self.feed.run(kind))

    def writes(self) -> int:
        return sum(entry.method != "GET" for entry in self.medusa.log)


@pytest.fixture
def stage(own_office: Office) -> Iterator[Stage]:
    for sku in ("DRILL-18V", "TAPE-5M"):  # an office may keep more for the tests of orders
        own_office.set_stock(sku, "main", USUAL_STOCK["main"])
    with MedusaStandIn() as medusa:
        seed = seed_shop(medusa)
        locations: Mapping[Warehouse, str] = {
            "main": seed.location_id,
            "north": medusa.add_location("North depot"),
        }
        yield Stage(
            medusa=medusa,
            office=own_office,
            feed=Feed(seed, own_office.seed, locations),
            shop=FedShop(seed),
            locations=locations,
        )


def test_its_goods_stock_prices_and_companies_arrive(stage: Stage) -> None:
    stage.run(*KINDS)

    assert_goods_arrived(stage.shop)
    assert_stock_arrived(stage.shop, stage.locations)
    assert_customers_arrived(stage.shop, stage.office.seed)
    assert_prices_hold(stage.shop)


def test_second_run_sends_nothing_and_a_later_one_only_what_changed(stage: Stage) -> None:
    stage.run(*KINDS)
    sent = stage.writes()

    again = stage.feed.run_all()
    assert stage.writes() == sent
    assert {kind: run.told for kind, run in again.items()} == dict.fromkeys(KINDS, 0)

    stage.office.set_stock("SAW-65", "north", 17)
    stage.office.touch_product("LAMP-50W", "Site lamp LED 55 W")
    later = stage.feed.run_all()
    assert {kind: (run.created, run.changed, run.removed) for kind, run in later.items()} == {
        "products": (0, 1, 0),
        "prices": (0, 0, 0),
        "stock": (0, 1, 0),
        "customers": (0, 0, 0),
    }
    assert stage.shop.stock(stage.locations["north"], ["SAW-65"]) == {"SAW-65": 17}
