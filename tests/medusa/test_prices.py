"""The ERP's prices in the real store: what buyers of a group, and others, find in their carts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.engine import runner
from integrations.flows.adding import add_flow
from integrations.flows.modes import set_mode
from integrations.flows.runs import request_run
from integrations.models import IdLink, Issue, PriceRow, Run
from integrations.sandbox.company import CONTRACT_TIERS
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.flows.erp_prices import price
from tests.medusa.customer import Customer
from tests.medusa.till import Till, unit_price
from tests.medusa.world import World

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)


@pytest.fixture
def till(shop: MedusaSeed, admin: ShopApi) -> Till:
    made = Till(shop, admin)
    made.sell("BOLT", {"eur": Decimal(10), "jpy": Decimal(1500)})
    made.sell("NUT", {"eur": Decimal(1)})
    return made


def test_buyers_of_a_group_pay_its_steps_and_others_the_list_price(till: Till) -> None:
    items = till.desk.sync(
        price("BOLT", "9.90"),
        price("BOLT", "9.50", at=100),
        price("BOLT", "8.50", till.dealers),
        price("BOLT", "8.75", till.dealers, at=10),  # dearer than the step before
        price("BOLT", "7.123456", till.dealers, at=50),
    )

    assert {item.action for item in items} == {"create"}
    till.join(till.dealers, 0)
    steps = [till.pays(0, "BOLT", n) for n in (9, 10, 49, 50)]
    assert steps == [Decimal("8.5"), Decimal("8.75"), Decimal("8.75"), Decimal("7.123456")]
    assert [till.pays(1, "BOLT", n) for n in (99, 100)] == [Decimal("9.9"), Decimal("9.5")]


def test_prices_hold_on_their_days_only(till: Till) -> None:
    till.desk.sync(
        price("BOLT", "8.50", till.dealers),
        price("BOLT", "8.00", till.dealers, days=(TODAY - DAY, TODAY + DAY)),
        price("BOLT", "5.00", till.dealers, days=(TODAY + 2 * DAY, None)),
        price("NUT", "0.50", till.dealers, days=(None, TODAY - DAY)),
    )

    till.join(till.dealers, 0)
    assert till.pays(0, "BOLT", 1) == 8
    assert till.pays(0, "NUT", 1) == 1
    assert len(till.lists()) == 3


def test_changes_and_removals_arrive(till: Till) -> None:
    kept = price("NUT", "0.90", till.dealers)
    till.desk.sync(price("BOLT", "9.90"), price("BOLT", "8.50", till.dealers), kept)
    till.join(till.dealers, 0)

    changed = price("BOLT", "9.80"), price("BOLT", "8.60", till.dealers), kept
    items = till.desk.sync(*changed, changes_only=True)
    assert {item.action for item in items} == {"change"}
    assert (till.pays(0, "BOLT", 1), till.pays(1, "BOLT", 1)) == (Decimal("8.6"), Decimal("9.8"))

    gone = till.desk.sync(price("BOLT", "9.80"), kept)
    assert [item.action for item in gone] == ["remove"]
    assert (till.pays(0, "BOLT", 1), till.pays(0, "NUT", 1)) == (Decimal("9.8"), Decimal("0.9"))


def test_other_currencies_and_prices_of_a_region_stay(till: Till) -> None:
    region = till.shop.region_of("de")
    product = till.admin.get(
        "/admin/product-variants", **{"id[]": till.variants["BOLT"], "fields": "id,product_id"}
    )["variants"][0]["product_id"]
    path = f"/admin/products/{product}/variants/{till.variants['BOLT']}"
    rows = [
        {"currency_code": "eur", "amount": 10},
        {"currency_code": "jpy", "amount": 1500},
        {"currency_code": "eur", "amount": 12, "rules": {"region_id": region}},
    ]
    till.admin.post(path, {"prices": rows})

    till.desk.sync(price("BOLT", "9.90"), price("BOLT", "8.80", at=10))
    till.desk.sync(price("BOLT", "9.95"), price("BOLT", "8.80", at=10))

    assert [
        (row["currency_code"], Decimal(str(row["amount"])), bool(row["rules"]))
        for row in till.own("BOLT")
    ] == [
        ("eur", 12, True),
        ("eur", Decimal("9.95"), False),
        ("eur", Decimal("8.8"), False),
        ("jpy", 1500, False),
    ]


def test_list_that_lost_its_group_holds_for_nobody(till: Till) -> None:
    till.desk.sync(price("BOLT", "8.50", till.dealers))
    (only,) = till.lists()
    till.admin.post(f"/admin/price-lists/{only['id']}", {"rules": {}})
    assert till.pays(1, "BOLT", 1) == Decimal("8.5")  # so it would be for everyone

    till.desk.sync(price("BOLT", "8.60", till.dealers), changes_only=True)

    assert till.pays(1, "BOLT", 1) == 10
    assert Issue.objects.filter(cause=f"price_list:{only['id']}:rules").exists()


def test_what_was_deleted_in_the_store_is_written_anew(till: Till) -> None:
    book = price("BOLT", "8.50", till.dealers), price("BOLT", "8.00", till.alone)
    till.desk.sync(*book)
    row = PriceRow.objects.get(audience="customer")
    till.admin.post(
        f"/admin/price-lists/{row.storefront_list_id}/prices/batch",
        {"delete": [row.storefront_price_id]},
    )

    till.desk.sync(
        price("BOLT", "8.50", till.dealers), price("BOLT", "7.90", till.alone), changes_only=True
    )

    till.join(till.alone, 1)
    assert till.pays(1, "BOLT", 1) == Decimal("7.9")


def test_the_erps_contract_is_the_price_of_its_customer(world: World) -> None:
    flow = add_flow(kind="prices", source=world.portal.erp, target=world.portal.shop, actor="test")
    set_mode(flow, "live", actor="test", despite_plan=True)
    request_run(flow, actor="test", complete=True)
    runner.drain()
    world.until(lambda: Run.objects.get(flow=flow).state != "running", timeout_s=240)

    run = Run.objects.filter(flow=flow).latest("id")
    assert (run.state, run.failed) == ("done", 0), run.note
    tier = max(CONTRACT_TIERS, key=lambda one: one[1])
    contract = PriceRow.objects.filter(sku=tier[0], min_quantity=tier[1]).exclude(written="").get()
    link = IdLink.objects.get(
        kind="group", source_ref=f"{contract.audience}:{contract.audience_ref}"
    )
    buyer = world.shop.customers[0]
    world.admin.post(f"/admin/customer-groups/{link.target_ref}/customers", {"add": [buyer.id]})
    variant = world.variants([tier[0]])[tier[0]]["id"]
    paid, usual = (
        unit_price(Customer(world.shop, one), variant, int(tier[1]))
        for one in world.shop.customers[:2]
    )
    assert paid == contract.net_unit_price < usual


def test_own_price_goes_before_a_lower_one_of_the_group_if_so_set(till: Till) -> None:
    till.flow.settings = {"precedence": "customer"}
    till.desk.sync(price("BOLT", "8.50", till.dealers), price("BOLT", "9.00", till.alone))
    till.join(till.dealers, 0, 1)
    till.join(till.alone, 1)
    assert [till.pays(buyer, "BOLT", 1) for buyer in (0, 1)] == [Decimal("8.5"), 9]

    till.flow.settings = {}
    till.desk.sync(price("BOLT", "8.50", till.dealers), price("BOLT", "9.00", till.alone))

    assert till.pays(1, "BOLT", 1) == Decimal("8.5")
