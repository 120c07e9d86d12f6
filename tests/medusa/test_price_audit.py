"""What the plugin says a buyer is charged, beside what the buyer's own cart charges; and drifts
that are injected into the real store and found."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.engine import runner
from integrations.flows.adding import add_flow
from integrations.flows.modes import set_mode
from integrations.flows.price_audit import request_audit, request_repair
from integrations.flows.runs import request_run
from integrations.gateways.storefront import open_storefront
from integrations.models import IdLink, PriceAudit, PriceRow, Run
from integrations.records import BuyerPrice, BuyerPriceAsk
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.flows.erp_prices import price
from tests.medusa.customer import Customer
from tests.medusa.till import Till, unit_price
from tests.medusa.world import World

pytestmark = pytest.mark.django_db(transaction=True)

SKU = "DRILL-18V"
TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)


@pytest.fixture
def till(shop: MedusaSeed, admin: ShopApi) -> Till:
    made = Till(shop, admin)
    made.sell("BOLT", {"eur": Decimal(10), "jpy": Decimal(1500)})
    made.sell("NUT", {"eur": Decimal(1)})
    return made


def told(till: Till, buyer: int, sku: str, pieces: int) -> BuyerPrice:
    """What the plugin says that this buyer is charged."""
    ask = BuyerPriceAsk(
        our_ref="1",
        variant_id=till.variants[sku],
        customer_id=till.shop.customers[buyer].id,
        quantity=Decimal(pieces),
        currency="EUR",
        region_ref=till.shop.region_of("de"),
    )
    with open_storefront(till.flow.target) as shop:
        (answer,), _ = shop.buyer_prices([ask], [])
    found: BuyerPrice = answer
    return found


def test_what_the_plugin_tells_is_what_a_cart_charges(till: Till) -> None:
    till.desk.sync(
        price("BOLT", "9.90"),
        price("BOLT", "9.50", at=100),
        price("BOLT", "8.50", till.dealers),
        price("BOLT", "7.123456", till.dealers, at=50),
        price("BOLT", "8.00", till.alone, days=(TODAY - DAY, TODAY + DAY)),
        price("NUT", "0.50", till.dealers, days=(None, TODAY - DAY)),
    )
    till.join(till.dealers, 0)
    till.join(till.alone, 1)

    for buyer in (0, 1):
        for sku, pieces in (("BOLT", 1), ("BOLT", 49), ("BOLT", 50), ("BOLT", 100), ("NUT", 3)):
            answer = told(till, buyer, sku, pieces)
            assert answer.amount == till.pays(buyer, sku, pieces), (buyer, sku, pieces)
            assert (answer.problem, answer.is_tax_inclusive) == ("", False)


def test_unpublished_and_unknown_things_have_a_sentence_instead_of_a_price(till: Till) -> None:
    till.admin.post(f"/admin/products/{till.product('NUT')}", {"status": "draft"})

    assert "not published" in told(till, 0, "NUT", 1).problem
    till.variants["GONE"] = "variant_gone"
    assert "not in the storefront" in told(till, 0, "GONE", 1).problem


@pytest.mark.usefixtures("gross_prices")
def test_price_that_includes_tax_is_marked(till: Till) -> None:
    assert told(till, 0, "BOLT", 1).is_tax_inclusive


# ---------------------------------------------------------------- drifts in the real store


class Audited:
    """The ERP of the sandbox and the real store, prices in step, and audits of one of them."""

    def __init__(self, world: World) -> None:
        self.world, self.admin = world, world.admin
        self.flow = add_flow(
            kind="prices", source=world.portal.erp, target=world.portal.shop, actor="test"
        )
        set_mode(self.flow, "live", actor="test", despite_plan=True)
        request_run(self.flow, actor="test", complete=True)
        runner.drain()
        world.until(lambda: Run.objects.get(flow=self.flow).state != "running", timeout_s=240)
        self.buyer = world.shop.customers[0]
        group = IdLink.objects.get(
            kind="group", source_ref=f"price_list:{self.row().audience_ref}"
        ).target_ref
        self.admin.post(f"/admin/customer-groups/{group}/customers", {"add": [self.buyer.id]})

    def row(self, pieces: int = 0) -> PriceRow:
        return PriceRow.objects.get(
            sku=SKU, audience_name="Contract prices", min_quantity=pieces, currency="EUR"
        )

    def change(self, **changed: object) -> None:
        """Changes the contract's price of one piece in the store, as a merchant would."""
        row = self.row()
        variant = self.world.variants([SKU])[SKU]["id"]
        update = {"id": row.storefront_price_id, "variant_id": variant, **changed}
        path = f"/admin/price-lists/{row.storefront_list_id}/prices/batch"
        self.admin.post(path, {"update": [update]})

    def audit(self, pieces: int = 1, **more: Any) -> PriceAudit:
        asked = more or {"account": self.buyer.id, "sku": SKU, "quantity": Decimal(pieces)}
        made = request_audit(self.flow, actor="test", **asked)
        while runner.drain():
            pass
        made.refresh_from_db()
        assert made.state == "done", made.note
        return made

    @staticmethod
    def cause(audit: PriceAudit) -> str:
        return audit.drifts.get().cause

    def repair(self, audit: PriceAudit) -> None:
        """Has the repairs carried out; the same prices are right then."""
        request_repair(audit, actor="olga", reason="as planned")
        for _ in range(3):
            while runner.drain():
                pass
        drift = audit.drifts.get()
        assert drift.repair == "done", drift.repair_note
        assert (audit.again.get().equal, audit.again.get().drifted) == (1, 0)

    @contextmanager
    def without_euro(self) -> Iterator[None]:
        """The store does not sell in EUR for a while."""
        store = self.admin.get("/admin/stores")["stores"][0]
        sold = [
            {"currency_code": one["currency_code"], "is_default": one["is_default"]}
            for one in store["supported_currencies"]
        ]
        others = [one | {"is_default": False} for one in sold if one["currency_code"] != "eur"]
        others[0]["is_default"] = True
        path = f"/admin/stores/{store['id']}"
        self.admin.post(path, {"supported_currencies": others})
        try:
            yield
        finally:
            self.admin.post(path, {"supported_currencies": sold})

    def lower_own_price(self) -> None:
        """What everyone pays falls in the store, and the copy does not know of it."""
        PriceRow.objects.filter(sku=SKU, audience="everyone").delete()
        variant = self.world.variants([SKU])[SKU]
        path = f"/admin/products/{variant['product_id']}/variants/{variant['id']}"
        self.admin.post(path, {"prices": [{"currency_code": "eur", "amount": 100}]})

    def pays(self, pieces: int = 1) -> Decimal:
        variant = self.world.variants([SKU])[SKU]["id"]
        return unit_price(Customer(self.world.shop, self.buyer), variant, pieces)


def test_prices_in_step_and_the_seven_drifts_of_them_in_the_real_store(world: World) -> None:
    desk = Audited(world)
    sample = desk.audit(size=40, seed=7)
    assert (sample.drifted, sample.uncompared, list(sample.drifts.all())) == (0, 0, [])
    assert sample.equal == len(sample.asked) > 20
    list_path = f"/admin/price-lists/{desk.row().storefront_list_id}"
    before = desk.admin.get(list_path)["price_list"]

    desk.change(amount=121)
    stale = desk.audit()
    assert (desk.cause(stale), stale.drifts.get().storefront_price) == ("stale_row", desk.pays())
    desk.repair(stale)
    assert desk.pays() == Decimal("122.55")

    desk.change(amount=Decimal("122.55"), max_quantity=4)
    tier = desk.audit(5)
    assert (desk.cause(tier), tier.drifts.get().storefront_price) == ("tier", desk.pays(5))
    desk.repair(tier)

    exact = Decimal("108.99504")
    row = desk.row(50)
    PriceRow.objects.filter(pk=row.pk).update(net_unit_price=exact)
    world.erp.change_rule(int(row.ref.partition(":")[0]), fixed_price=exact)
    rounding = desk.audit(50)
    assert desk.cause(rounding) == "rounding"
    desk.repair(rounding)
    assert desk.pays(50) == exact

    desk.admin.post(list_path, {"rules": {}})
    other = {"account": world.shop.customers[1].id, "sku": SKU}
    unruled = desk.audit(**other)
    assert (desk.cause(unruled), unruled.drifts.get().step["do"]) == ("unruled_list", "rule_list")
    assert unruled.drifts.get().erp_price == Decimal(129)
    assert unruled.drifts.get().storefront_price == Decimal("122.55")
    desk.repair(unruled)
    ruled = desk.admin.get(list_path)["price_list"]
    assert (ruled["rules"], ruled["status"]) == (before["rules"], "active")

    desk.admin.post(list_path, {"status": "draft"})
    draft = desk.audit()
    assert desk.cause(draft) == "list_draft"
    desk.repair(draft)

    with desk.without_euro():
        assert desk.cause(desk.audit()) == "currency"

    desk.lower_own_price()
    desk.admin.post(list_path, {"type": "sale"})
    assert desk.cause(desk.audit()) == "unknown"
    desk.admin.post(list_path, {"type": "override"})

    desk.admin.delete(list_path)
    missing = desk.audit()
    drift = missing.drifts.get()
    assert (drift.cause, drift.storefront_price) == ("missing_list", desk.pays())
    desk.repair(missing)
    assert desk.pays() == Decimal("122.55")
