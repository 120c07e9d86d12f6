"""What the plugin says a buyer is charged, beside what the buyer's own cart charges; and drifts
that are injected into the real store and found."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.gateways.storefront import open_storefront
from integrations.records import BuyerPrice, BuyerPriceAsk
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.flows.erp_prices import price
from tests.medusa.till import Till

pytestmark = pytest.mark.django_db(transaction=True)

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
