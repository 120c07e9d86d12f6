"""The first levels of a product that was just created: written without a look at it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PlanItem, Work
from integrations.flows.stock.flow import StockPages
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink
from integrations.records import ErpProduct, Window
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt
from tests.flows.erp_stock import Racks, level
from tests.flows.shops import connected

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
NEW = IdLink.Kind.STOCK_ITEM


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def stock(medusa: MedusaStandIn) -> Flow:
    shop = connected(medusa, location_id=medusa.shop.location_id)
    made: Flow = FlowFactory(
        kind="stock",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=shop,
        settings={"hand_edits": "off"},
    )
    return made


def sell(stock: Flow, *products: ErpProduct, counted: str = "yes") -> None:
    """A products flow of the same two creates these."""
    flow = FlowFactory(
        kind="products",
        mode="live",
        source=stock.source,
        target=stock.target,
        settings={"manage_inventory": counted},
    )
    work = Work(flow=flow, run=RunFactory(flow=flow), actor="test", checkpoint=lambda: None)
    with open_storefront(flow.target) as shop:
        ProductPages(work, erp=Shelf(*products), shop=shop).handle(WINDOW, None)


def fill(stock: Flow, pieces: int) -> list[PlanItem]:
    run = RunFactory(flow=stock, mode=stock.mode, state="running", finished_at=None)
    work = Work(flow=stock, run=run, actor="test", checkpoint=lambda: None)
    racks = Racks(replace(level("BOLT", pieces), variant_ref="p58"))
    with open_storefront(stock.target) as shop:
        return list(StockPages(work, erp=racks, shop=shop).handle(WINDOW, None).items)


def looks(medusa: MedusaStandIn) -> int:
    return sum(row.path == "/admin/product-variants" for row in medusa.log)


def there(medusa: MedusaStandIn) -> Decimal:
    return Decimal(medusa.catalogue.stock["BOLT"]["stocked"])


def test_first_level_is_written_without_a_look(medusa: MedusaStandIn, stock: Flow) -> None:
    sell(stock, bolt())
    before = looks(medusa)

    (item,) = fill(stock, 7)

    assert (item.action, there(medusa), looks(medusa)) == ("create", 7, before)
    assert not IdLink.objects.filter(kind=NEW).exists()


def test_later_levels_are_looked_at(medusa: MedusaStandIn, stock: Flow) -> None:
    sell(stock, bolt())
    fill(stock, 7)
    before = looks(medusa)

    (item,) = fill(stock, 5)

    assert (item.action, there(medusa), looks(medusa)) == ("change", 5, before + 1)


def test_level_that_a_hand_made_first_is_found(medusa: MedusaStandIn, stock: Flow) -> None:
    sell(stock, bolt())
    (item_id,) = IdLink.objects.filter(kind=NEW).values_list("target_ref", flat=True)
    by_hand = {
        "inventory_item_id": item_id,
        "location_id": medusa.shop.location_id,
        "stocked_quantity": 99,
    }
    api = ShopApi(medusa.url, {"Authorization": basic(medusa.shop.secret_key)})
    api.post("/admin/inventory-items/location-levels/batch", {"create": [by_hand]})

    (item,) = fill(stock, 7)

    assert (item.action, there(medusa)) == ("create", 7)
    assert not IdLink.objects.filter(kind=NEW).exists()


def test_lost_answer_of_the_first_level_is_found(medusa: MedusaStandIn, stock: Flow) -> None:
    sell(stock, bolt())
    (new,) = IdLink.objects.filter(kind=NEW)
    fill(stock, 7)
    # as a worker leaves it that is killed after the write
    IdLink.objects.filter(kind="stock").delete()
    IdLink.objects.create(
        kind=NEW,
        source=new.source,
        source_ref=new.source_ref,
        target=new.target,
        target_ref=new.target_ref,
    )

    (item,) = fill(stock, 7)

    assert (item.action, there(medusa)) == ("create", 7)
    assert IdLink.objects.filter(kind="stock").count() == 1


def test_plan_looks_at_what_is_there(medusa: MedusaStandIn, stock: Flow) -> None:
    sell(stock, bolt())
    stock.mode = "shadow"
    before = looks(medusa)

    (item,) = fill(stock, 7)

    assert (item.action, looks(medusa)) == ("create", before + 1)
    assert medusa.catalogue.stock["BOLT"]["stocked"] is None
    assert IdLink.objects.filter(kind=NEW).exists()  # for the run that writes


def test_what_the_storefront_does_not_count_has_no_item(medusa: MedusaStandIn, stock: Flow) -> None:
    sell(stock, bolt(), counted="no")

    (item,) = fill(stock, 7)

    assert item.action == "skip"
    assert not IdLink.objects.filter(kind=NEW).exists()


def test_without_a_stock_flow_nothing_is_kept(stock: Flow) -> None:
    Flow.objects.filter(pk=stock.pk).update(mode="shadow")

    sell(stock, bolt())

    assert not IdLink.objects.filter(kind=NEW).exists()
