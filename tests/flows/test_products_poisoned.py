"""One record of a hundred is bad: the others arrive, and each bad one says why and what to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PageOutcome, Work
from integrations.flows.stock.decide import Wanted, write_of
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink
from integrations.records import ErpCategory, ErpProduct, StorefrontStock, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt, product, variant

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
CIRCLE = (
    ErpCategory(ref="c1", name="Tools", parent_ref="c2"),
    ErpCategory(ref="c2", name="Drills", parent_ref="c1"),
)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings={"sales_channel_id": medusa.shop.sales_channel_id},
    )
    made: Flow = FlowFactory(
        kind="products", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    return made


def sync(flow: Flow, *products: ErpProduct) -> PageOutcome:
    run = RunFactory(flow=flow, mode=flow.mode, finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    with open_storefront(flow.target) as shop:
        shelf = Shelf(*products, page_size=1000)
        return ProductPages(work, erp=shelf, shop=shop).handle(WINDOW, None)


def poisoned() -> list[tuple[ErpProduct, str, str]]:
    """(product, a word of the cause, a word of the fix)"""
    sizes = product("p2", "Cap", variant("v1", "CAP-S", Size="S"), variant("v2", "CAP", Colour="x"))
    unreadable = replace(
        bolt(ref="p5", sku="TXT"), variants=(), problem="the price 'call us' is not a number"
    )
    return [
        (bolt(ref="p1", sku="PART-7", title="Twin"), "SKU PART-7 also belongs", "another SKU"),
        (sizes, "the same options", "every option in the ERP"),
        (bolt(ref="p3", sku="LONG", title="x" * 300), "has 300 characters", "shorten it"),
        (bolt(ref="p4", sku="CUR", currency="XTS"), "does not sell in XTS", "settings"),
        (unreadable, "the price 'call us' is not a number", "correct it in the ERP"),
        (replace(bolt(ref="p6", sku="RING"), category_chain=CIRCLE),
         "circle: Tools → Drills → Tools", "another parent"),
        (bolt(ref="p7", sku="MINUS", price="-4"), "below zero (-4)", "correct it in the ERP"),
        (replace(bolt(ref="p8", sku="PIC"), image_urls=("file:///etc/passwd",)),
         "picture", "of the web"),
    ]  # fmt: skip


@pytest.mark.slow
def test_the_good_arrive_and_each_bad_one_says_why_and_what_to_do(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    good = [bolt(ref=str(n), sku=f"PART-{n}", title=f"Part {n}") for n in range(800)]
    fine = [
        bolt(ref="emoji", sku="EMOJI", title="Hot glue 🔥 gun 👩🏽‍🔧"),
        bolt(ref="rtl", sku="RTL", title="مسمار قلاووظ M8"),
        bolt(ref="hebrew", sku="HEB", title="בורג משושה"),
    ]
    bad = poisoned()

    outcome = sync(flow, *good, *fine, *(one for one, _, _ in bad))

    told = {item.ref: (item.action, item.reason) for item in outcome.items}
    for one, cause, fix in bad:
        action, reason = told[one.ref]
        assert action in {"skip", "failed"}, one.ref
        assert cause in reason
        assert fix in reason
    created = {ref for ref, (action, _) in told.items() if action == "create"}
    # PART-7 is in doubt too: nobody can tell which of the two is meant.
    assert created == {one.ref for one in (*good, *fine)} - {"7"}
    titles = {one["title"] for one in medusa.products.values()}
    assert {"Hot glue 🔥 gun 👩🏽‍🔧", "مسمار قلاووظ M8", "בורג משושה"} <= titles
    assert len(medusa.products) == len(created)
    assert medusa.catalogue.categories == {}


def test_negative_stock_is_sold_as_none() -> None:
    short = Wanted(
        variant_ref="p1",
        sku="BOLT",
        location_id="sloc_1",
        available=Decimal(-5),
        incoming=Decimal(0),
    )

    write = write_of(
        short, StorefrontStock(variant_id="v", item_id="i", sku="BOLT", levels=()), Decimal(0)
    )

    assert write.stocked == 0


def test_healed_product_is_tried_again(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, replace(bolt(), category_chain=CIRCLE))
    assert medusa.products == {}

    healed = (CIRCLE[0], replace(CIRCLE[1], parent_ref=""))
    sync(flow, replace(bolt(), category_chain=healed))

    (there,) = medusa.products.values()
    assert [one["name"] for one in there["categories"]] == ["Tools"]
    assert IdLink.objects.filter(kind="category").count() == 2
