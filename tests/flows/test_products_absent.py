"""A first, complete run: what the storefront did not have is not looked for one by one."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PlanItem, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink
from integrations.records import Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt

pytestmark = pytest.mark.django_db(transaction=True)

PAGE, PAGES = 3, 3


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
    )
    made: Flow = FlowFactory(
        kind="products", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    return made


def sync(
    flow: Flow, *, between: Callable[[], None] = lambda: None, pass_per_page: bool = False
) -> list[PlanItem]:
    """A complete run; `between` happens after its first page."""
    shelf = Shelf(*(bolt(ref=str(n), sku=f"BOLT-{n}") for n in range(PAGE * PAGES)), page_size=PAGE)
    now = timezone.now()
    run = RunFactory(
        flow=flow, mode="live", started_at=now, window_start=None, window_end=now, finished_at=None
    )
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    items: list[PlanItem] = []
    cursor: str | None = None
    with open_storefront(flow.target) as shop:
        pages = ProductPages(work, erp=shelf, shop=shop)
        for turn in range(PAGES):
            outcome = pages.handle(Window(start=None, end=now), cursor)
            items += outcome.items
            cursor = outcome.next_cursor
            if turn == 0:
                between()
            if pass_per_page:
                pages = ProductPages(work, erp=shelf, shop=shop)
    return items


def looks(medusa: MedusaStandIn) -> int:
    return sum(row.path in {"/admin/products", "/admin/product-variants"} for row in medusa.log)


def test_all_that_there_is_is_read_once(medusa: MedusaStandIn, flow: Flow) -> None:
    items = sync(flow)

    assert [item.action for item in items] == ["create"] * PAGE * PAGES
    assert looks(medusa) == 1


def test_first_page_of_a_later_pass_is_looked_for(medusa: MedusaStandIn, flow: Flow) -> None:
    items = sync(flow, pass_per_page=True)

    assert [item.action for item in items] == ["create"] * PAGE * PAGES
    # all that there is, and then by ref and by SKU what a killed pass may have made of a page
    assert looks(medusa) == 1 + 2 * (PAGES - 1)


def test_product_that_is_there_is_adopted_on_any_page(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.add_product("OTHER", {"eur": "1"}, title="By hand", external_id="7")

    items = sync(flow)

    assert {item.ref: item.action for item in items}["7"] == "change"
    assert len(medusa.products) == PAGE * PAGES


def test_product_that_somebody_makes_meanwhile_is_adopted(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    def by_hand() -> None:
        medusa.add_product("BOLT-7", {"eur": "1"}, title="By hand")

    items = {item.ref: item for item in sync(flow, between=by_hand)}

    assert items.pop("7").action == "change"  # refused for its SKU, and then looked for
    assert {item.action for item in items.values()} == {"create"}
    assert len(medusa.products) == PAGE * PAGES


def test_lost_answer_of_a_page_leaves_no_second_product(medusa: MedusaStandIn, flow: Flow) -> None:
    def lost_links() -> None:
        """As after a kill: the next page was written, and nobody noted it."""
        medusa.add_product("BOLT-4", {"eur": "1"}, title="Bolt", external_id="4")

    sync(flow, between=lost_links)
    sync(flow)

    assert len(medusa.products) == PAGE * PAGES
    assert IdLink.objects.filter(kind="product", source_ref="4").exists()
