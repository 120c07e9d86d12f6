"""A product that is created where a prices flow owns its prices: sold at them at once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.ownership import compare
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, HandEdit, IdLink, PriceRow
from integrations.records import ErpPrice, ErpProduct, Window
from tests.factories import FlowFactory, RunFactory
from tests.flows.erp_prices import price
from tests.flows.erp_products import Shelf, bolt
from tests.flows.pricing_desk import DEALERS, VARIANTS, Desk, prices_flow

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
TOMORROW: date = datetime.now(UTC).date() + timedelta(days=1)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def desk(medusa: MedusaStandIn) -> Desk:
    return Desk(medusa, prices_flow(medusa))


@pytest.fixture
def products(desk: Desk) -> Flow:
    made: Flow = FlowFactory(
        kind="products", mode="live", source=desk.flow.source, target=desk.flow.target
    )
    return made


def sync(flow: Flow, *sold: ErpProduct) -> PageOutcome:
    run = RunFactory(flow=flow, mode=flow.mode, finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    with open_storefront(flow.target) as shop:
        return ProductPages(work, erp=Shelf(*sold), shop=shop).handle(WINDOW, None)


def of_bolt(amount: str, whom: str = "everyone", **more: object) -> ErpPrice:
    return price("BOLT", amount, whom, variant_ref="p58", **more)  # type: ignore[arg-type]


def own(desk: Desk) -> list[tuple[str, Decimal]]:
    return [(currency, amount) for currency, amount, _, _ in desk.own("BOLT")]


def test_new_product_has_the_prices_that_the_copy_knows(desk: Desk, products: Flow) -> None:
    desk.sync(of_bolt("9.90"), of_bolt("1500", currency="JPY"), of_bolt("8.00", DEALERS))

    sync(products, bolt(price="19.99", currency="EUR"))

    assert own(desk) == [("eur", Decimal("9.90")), ("jpy", Decimal(1500))]


def test_prices_flow_has_nothing_left_to_write(
    medusa: MedusaStandIn, desk: Desk, products: Flow
) -> None:
    book = of_bolt("9.90"), of_bolt("1500", currency="JPY")
    desk.sync(*book)
    sync(products, bolt())

    assert (desk.sync(*book), desk.sync(*book)) == ([], [])
    assert medusa.worked(VARIANTS) == []
    told = PriceRow.objects.values_list("currency", "written", "storefront_list_id")
    assert sorted(told) == [("EUR", "9.9 EUR", ""), ("JPY", "1500 JPY", "")]
    ids = set(PriceRow.objects.values_list("storefront_price_id", flat=True))
    _, variant = medusa.catalogue.variant(medusa.catalogue.variant_id_of("BOLT"))  # type: ignore[misc]
    assert ids == {one["id"] for one in variant["prices"]}


def test_prices_flow_looks_where_the_note_was_lost(
    medusa: MedusaStandIn, desk: Desk, products: Flow
) -> None:
    book = of_bolt("9.90"), of_bolt("1500", currency="JPY")
    desk.sync(*book)
    sync(products, bolt())
    told = {"storefront_price_id": "", "fingerprint": "", "written": ""}
    PriceRow.objects.update(**told)  # as a worker leaves it that is killed before the note

    first, second = desk.sync(*book), desk.sync(*book)

    assert ([item.action for item in first], second) == (["create", "create"], [])
    assert medusa.worked(VARIANTS) == []


def test_hand_edit_of_an_opening_price_is_seen_by_the_second_complete_run(
    medusa: MedusaStandIn, desk: Desk, products: Flow
) -> None:
    desk.sync(of_bolt("9.90"))
    sync(products, bolt())
    _, variant = medusa.catalogue.variant(medusa.catalogue.variant_id_of("BOLT"))  # type: ignore[misc]
    variant["prices"][0]["amount"] = Decimal("1.00")

    desk.sync(of_bolt("9.90"))
    assert not HandEdit.objects.exists()  # as just written
    desk.sync(of_bolt("9.90"))

    assert HandEdit.objects.get().link.label == "BOLT"


def test_price_that_changed_meanwhile_is_written_by_the_prices_flow(
    desk: Desk, products: Flow
) -> None:
    desk.sync(of_bolt("9.90"))
    sync(products, bolt())

    desk.sync(of_bolt("9.50"))

    assert own(desk) == [("eur", Decimal("9.50"))]


def test_unclear_and_later_prices_wait_for_the_prices_flow(desk: Desk, products: Flow) -> None:
    unclear = of_bolt("1500", currency="JPY"), of_bolt("1400", currency="JPY", ref="other")
    desk.sync(*unclear, of_bolt("5.00", days=(TOMORROW, None)))

    sync(products, bolt(price="19.99"))

    assert own(desk) == [("eur", Decimal("19.99"))]  # the product's own price in the ERP


def test_first_step_is_the_opening_price(desk: Desk, products: Flow) -> None:
    book = of_bolt("9.90"), of_bolt("9.00", at=100)
    desk.sync(*book)

    sync(products, bolt())
    assert own(desk) == [("eur", Decimal("9.90"))]
    desk.sync(*book)

    assert own(desk) == [("eur", Decimal("9.90")), ("eur", Decimal("9.00"))]


def test_price_that_the_prices_flow_changes_is_no_hand_edit(desk: Desk, products: Flow) -> None:
    desk.sync(of_bolt("9.90"))
    sync(products, bolt())
    desk.sync(of_bolt("9.50"))

    with open_storefront(products.target) as shop:
        compare(products, shop, list(IdLink.objects.filter(kind="product")))

    assert own(desk) == [("eur", Decimal("9.50"))]
    assert not HandEdit.objects.exists()
