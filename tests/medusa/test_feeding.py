"""Each ERP's stand-in feeds the real shop: what buyers find there, and a second run is silent."""

from collections.abc import Iterator, Mapping

import pytest

from integrations.models import Exchange, IdLink, Run
from integrations.sandbox.goods import Warehouse
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.contract.conftest import KINDS as ERPS
from tests.contract.conftest import opened
from tests.contract.office import Office
from tests.support.company_arrived import (
    EMAILS,
    NOBODY,
    assert_clean,
    assert_customers_arrived,
    assert_goods_arrived,
    assert_prices_hold,
    assert_stock_arrived,
)
from tests.support.fed_shop import FedShop
from tests.support.feeding import KINDS, Feed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def locations(shop: MedusaSeed, admin: ShopApi) -> Mapping[Warehouse, str]:
    made = admin.post("/admin/stock-locations", {"name": "North depot"})["stock_location"]
    return {"main": shop.location_id, "north": str(made["id"])}


@pytest.fixture(params=ERPS)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with opened(request.param) as office:
        yield office


@pytest.fixture(scope="module")
def shelves(shop: MedusaSeed) -> Iterator[FedShop]:
    """The shop; in the end without these goods, which other tests bring there themselves."""
    fed = FedShop(shop)
    yield fed
    fed.clear_goods()


@pytest.fixture
def room(shelves: FedShop) -> Iterator[FedShop]:
    """Without the company's goods, which other ERPs and other tests brought there."""
    shelves.clear_goods()
    people = [*EMAILS.values(), NOBODY]
    shelves.clear_buyers(people, lists=(), groups=())
    yield shelves
    lists, groups = _made(IdLink.Kind.PRICE_LIST), _made(IdLink.Kind.GROUP)
    shelves.clear_buyers(people, lists=lists, groups=groups)


def _made(kind: str) -> list[str]:
    return list(IdLink.objects.filter(kind=kind).values_list("target_ref", flat=True))


@pytest.fixture
def feed(office: Office, room: FedShop, locations: Mapping[Warehouse, str]) -> Feed:
    for sku in ("DRILL-18V", "TAPE-5M"):  # an office may keep more for the tests of orders
        office.set_stock(sku, "main", 200)
    return Feed(room.shop, office.seed, locations)


def test_the_company_of_each_erp_arrives_and_a_second_run_sends_nothing(
    feed: Feed, room: FedShop, office: Office, locations: Mapping[Warehouse, str]
) -> None:
    for run in feed.run_all().values():
        assert_clean(run)
        assert sent(run)

    assert_goods_arrived(room)
    assert_stock_arrived(room, locations)
    assert_customers_arrived(room, office.seed)
    assert_prices_hold(room)

    again = feed.run_all()
    assert {kind: (run.told, sent(run)) for kind, run in again.items()} == dict.fromkeys(
        KINDS, (0, [])
    )


def sent(run: Run) -> list[str]:
    """The calls of the run that changed something in the shop."""
    calls = Exchange.objects.filter(run=run, connection=run.flow.target).exclude(method="GET")
    return list(calls.values_list("endpoint", flat=True))
