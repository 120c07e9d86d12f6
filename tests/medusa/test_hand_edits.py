"""What a merchant edits by hand in the real store: told with both values, and put back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.flows.adding import add_flow
from integrations.flows.modes import set_mode
from integrations.flows.ownership import put_back_edit
from integrations.flows.runs import PageOutcome, Work
from integrations.flows.stock.flow import StockPages
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, HandEdit, IdLink, PriceRow
from integrations.records import ErpStock, Window
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.factories import RunFactory
from tests.flows.erp_prices import price
from tests.flows.erp_stock import Racks, level
from tests.flows.pricing_desk import link_variant
from tests.medusa.merchant import create_product
from tests.medusa.till import Till, unique

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = {"hand_edits": "report"}


@pytest.fixture
def till(shop: MedusaSeed, admin: ShopApi) -> Till:
    made = Till(shop, admin)
    made.sell("BOLT", {"eur": Decimal(10)})
    made.sell("NUT", {"eur": Decimal(1)})
    made.flow.settings = REPORT
    made.flow.save()
    return made


def test_edits_of_prices_and_lists_are_told_and_put_back(till: Till) -> None:
    book = (
        price("BOLT", "9.90"),
        price("BOLT", "8.80", at=10),
        price("BOLT", "8.123456", till.dealers),
        price("NUT", "0.90", till.dealers, at=5),
    )
    till.desk.sync(*book)
    till.join(till.dealers, 0)
    till.desk.sync(*book)
    assert not HandEdit.objects.exists()  # our own writes, read back

    own = [{"currency_code": "eur", "amount": 1}]
    path = f"/admin/products/{till.product('BOLT')}/variants/{till.variants['BOLT']}"
    till.admin.post(path, {"prices": own})
    bolt = PriceRow.objects.get(sku="BOLT", audience="price_list")
    nut = PriceRow.objects.get(sku="NUT", audience="price_list")
    held = f"/admin/price-lists/{bolt.storefront_list_id}"
    changed = {"id": bolt.storefront_price_id, "variant_id": till.variants["BOLT"], "amount": 3}
    added = {"variant_id": till.variants["BOLT"], "currency_code": "eur", "amount": 2}
    till.admin.post(
        f"{held}/prices/batch",
        {
            "update": [changed],
            "create": [{**added, "min_quantity": 50}],
            "delete": [nut.storefront_price_id],
        },
    )
    till.admin.post(held, {"rules": {}})
    till.desk.sync(*book)

    variant, listed = HandEdit.objects.order_by("link__kind").reverse()
    assert variant.changes == [["price EUR", "9.9 EUR from 1 to 9 / 8.8 EUR from 10", "1 EUR"]]
    assert listed.changes[0][2] == "everyone"
    assert listed.changes[1:] == [
        ["status", "active", "draft"],
        ["BOLT price", "8.123456 EUR", "3 EUR"],
        ["NUT price", "0.9 EUR from 5", "deleted"],
        ["BOLT price", "", "2 EUR from 50"],
    ]

    for edit in (variant, listed):
        put_back_edit(edit, actor="olga", reason="not agreed")

    assert [till.pays(0, "BOLT", n) for n in (1, 50)] == [Decimal("8.123456")] * 2
    assert [till.pays(1, "BOLT", n) for n in (1, 10)] == [Decimal("9.9"), Decimal("8.8")]
    assert till.pays(0, "NUT", 5) == Decimal("0.9")
    till.desk.sync(*book)
    assert {one.state for one in HandEdit.objects.all()} == {"put_back"}
    assert HandEdit.objects.count() == 2


def sync(flow: Flow, *levels: ErpStock) -> PageOutcome:
    run = RunFactory(flow=flow, mode="live", state="running", finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    with open_storefront(flow.target) as shop:
        window = Window(start=None, end=datetime.now(UTC))
        return StockPages(work, erp=Racks(*levels), shop=shop).handle(window, None)


def test_edits_of_stock_levels_are_told_and_put_back(till: Till) -> None:
    flow = add_flow(kind="stock", source=till.flow.source, target=till.flow.target, actor="test")
    set_mode(flow, "live", actor="test", despite_plan=True)
    flow.settings = {**REPORT, "locations": "linked"}
    flow.save()
    IdLink.objects.create(
        kind="warehouse",
        source=flow.source,
        source_ref="WH",
        target=flow.target,
        target_ref=till.shop.location_id,
    )
    sku = f"COUNTED-{unique()}"
    variant = create_product(
        till.admin, till.shop, sku=sku, prices={"eur": Decimal(1)}, is_counted=True
    )
    link_variant(flow, sku, variant)
    says = [level(sku, 10, at="WH", incoming=5)]
    sync(flow, *says)
    assert sync(flow, *says).unchanged == 1
    assert not HandEdit.objects.exists()

    link = IdLink.objects.get(kind="stock")
    item, _, place = link.target_ref.partition("@")
    held = f"/admin/inventory-items/{item}/location-levels/{place}"
    till.admin.post(held, {"stocked_quantity": 50})
    sync(flow, *says)

    edit = HandEdit.objects.get()
    assert edit.changes == [["stocked", "10", "50"]]
    put_back_edit(edit, actor="olga", reason="counted wrongly")
    sync(flow, *says)
    assert HandEdit.objects.get().state == "put_back"
