"""Categories, pictures and weights on their way into the shop."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import OutcomeUnknown
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, HandEdit, IdLink
from integrations.records import CategoryWrite, ErpCategory, ErpProduct, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
TOOLS = ErpCategory(ref="1", name="Tools")
DRILLS = ErpCategory(ref="2", name="Drills", parent_ref="1")


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
        return ProductPages(work, erp=Shelf(*products), shop=shop).handle(WINDOW, None)


def drill(*chain: ErpCategory, ref: str = "58", sku: str = "BOLT", title: str = "B") -> ErpProduct:
    return replace(bolt(ref=ref, sku=sku, title=title), category_chain=chain or (DRILLS, TOOLS))


def tree(medusa: MedusaStandIn) -> dict[str, str | None]:
    """Name to the name of the one above."""
    rows = medusa.catalogue.categories
    above = {None: None} | {one["id"]: one["name"] for one in rows.values()}
    return {one["name"]: above[one["parent_category_id"]] for one in rows.values()}


def test_those_above_are_made_first_and_each_once(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, drill(), drill(ref="59", sku="NUT", title="N"))

    assert tree(medusa) == {"Tools": None, "Drills": "Tools"}
    for there in medusa.products.values():
        assert [one["name"] for one in there["categories"]] == ["Drills"]
    made = list(medusa.catalogue.categories.values())
    assert [one["external_id"] for one in made] == ["1", "2"]
    assert all(one["is_active"] for one in made)
    assert sync(flow, drill(), drill(ref="59", sku="NUT", title="N")).items == ()


def test_renamed_and_moved_category_follows(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, drill())
    ids = set(medusa.catalogue.categories)

    sync(flow, drill(replace(DRILLS, name="Drilling", parent_ref="")))

    assert tree(medusa) == {"Tools": None, "Drilling": None}
    assert set(medusa.catalogue.categories) == ids


def test_category_of_the_same_name_and_place_is_taken_over(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    with open_storefront(flow.target) as shop:
        write = CategoryWrite(category_id=None, external_ref="", name=" tools", parent_id="")
        there = shop.write_category(write).category_id

    sync(flow, drill())

    assert IdLink.objects.get(kind="category", source_ref="1").target_ref == there
    assert tree(medusa) == {"Tools": None, "Drills": "Tools"}


def test_lost_answer_leaves_one_category(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.dials.set("lose_answer", only="product_categories.create", times=1)
    with pytest.raises(OutcomeUnknown):
        sync(flow, drill())

    sync(flow, drill())

    assert tree(medusa) == {"Tools": None, "Drills": "Tools"}


def test_refused_category_stops_its_products_alone(medusa: MedusaStandIn, flow: Flow) -> None:
    with open_storefront(flow.target) as shop:
        taken = CategoryWrite(category_id=None, external_ref="99", name="Tools", parent_id="")
        shop.write_category(taken)

    outcome = sync(flow, drill(), bolt(ref="59", sku="NUT", title="N"))

    told = {one.ref: (one.action, one.reason) for one in outcome.items}
    assert told["59"][0] == "create"
    assert told["58"][0] == "skip"
    assert "its category Tools was refused: Product category with handle: tools" in told["58"][1]


def test_plan_shows_the_category_and_makes_none(medusa: MedusaStandIn, flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(mode="shadow")
    flow.refresh_from_db()

    (item,) = sync(flow, drill()).items

    assert ("category", "", "Tools / Drills") in item.changes
    assert medusa.catalogue.categories == {}


def test_flow_that_leaves_categories_alone_does(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"categories": "no"}
    flow.save()

    sync(flow, drill())

    (there,) = medusa.products.values()
    assert (there["categories"], medusa.catalogue.categories) == ([], {})


def test_picture_weight_unit_and_tax_class_arrive(medusa: MedusaStandIn, flow: Flow) -> None:
    (only,) = bolt().variants
    heavy = replace(only, weight_kg=Decimal("0.2505"), tax_class="reduced")
    urls = ("https://cdn.example.com/a.png", "https://cdn.example.com/b.png")

    sync(flow, replace(bolt(), variants=(heavy,), image_urls=urls))

    (there,) = medusa.products.values()
    assert ([one["url"] for one in there["images"]], there["thumbnail"]) == (list(urls), urls[0])
    (sold,) = there["variants"]
    assert (sold["weight"], sold["metadata"]) == (
        251,
        {"erp_ref": "p58", "unit": "Units", "tax_class": "reduced"},
    )


def sold_beyond(medusa: MedusaStandIn) -> bool:
    (there,) = medusa.products.values()
    return bool(there["variants"][0]["allow_backorder"])


def test_item_is_sold_beyond_its_stock_where_the_flow_or_the_erp_says_so(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    flow.settings = {"manage_inventory": "yes"}
    sync(flow, bolt())
    assert not sold_beyond(medusa)

    flow.settings = {"manage_inventory": "yes", "backorder": "always"}
    (item,) = sync(flow, bolt()).items
    assert item.changes == (("BOLT sold beyond stock", "no", "yes"),)
    assert sold_beyond(medusa)
    assert sync(flow, bolt()).unchanged == 1

    (only,) = bolt().variants
    scarce = replace(bolt(), variants=(replace(only, backorder=False),))
    (item,) = sync(flow, scarce).items
    assert item.changes == (("BOLT sold beyond stock", "yes", "no"),)
    assert not sold_beyond(medusa)


def test_merchants_own_word_on_backorders_stays_where_nobody_else_says_it(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    flow.settings = {"hand_edits": "report"}
    flow.save()
    sync(flow, bolt())
    allow_backorder(medusa)

    sync(flow, bolt(title="Better bolt"))

    assert sold_beyond(medusa)
    assert not HandEdit.objects.exists()


def test_backorder_that_a_hand_allowed_is_told(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "report", "backorder": "never"}
    flow.save()
    sync(flow, bolt())
    allow_backorder(medusa)

    sync(flow, bolt())

    assert HandEdit.objects.get().changes == [["BOLT sold beyond stock", "no", "yes"]]


def allow_backorder(medusa: MedusaStandIn) -> None:
    (there,) = medusa.products.values()
    medusa.catalogue.update_variants([{"id": there["variants"][0]["id"], "allow_backorder": True}])


def test_category_changed_by_hand_is_told(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "report"}
    flow.save()
    sync(flow, drill())
    (there,) = medusa.products.values()
    medusa.catalogue.update(there["id"], {"categories": []})

    sync(flow, drill())

    assert HandEdit.objects.get().changes == [["category", "Tools / Drills", ""]]
