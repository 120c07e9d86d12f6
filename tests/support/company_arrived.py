"""What must be so in a shop after the flows brought the company of `sandbox/goods.py` there."""

from collections.abc import Mapping
from decimal import Decimal

from integrations.models import Account, CustomerCopy, Run
from integrations.sandbox.goods import (
    CONTRACT,
    CUSTOMERS,
    RANGE,
    STOCK,
    TIERS,
    USUAL_STOCK,
    Role,
    Tier,
    Warehouse,
)
from integrations.sandbox.seeds import FilledErp
from tests.support.fed_shop import CATEGORIES, SKUS, FedShop
from tests.support.feeding import told

EMAILS: Mapping[Role, str] = {one.role: one.email for one in CUSTOMERS}
LIST_PRICES = {variant.sku: variant.net_price for product in RANGE for variant in product.variants}
SPOT_CHECKS = ("SAW-65", "ANCHOR-8", "GLOVE-XL", "RING-L")
NOBODY = "somebody@else.test"


def assert_clean(run: Run) -> None:
    """It came to its end, and no record was left out or refused."""
    assert run.state == Run.State.DONE, run.note
    assert told(run, "skip", "failed") == []


def assert_goods_arrived(shop: FedShop) -> None:
    variants, products = shop.variants(), shop.products()

    assert set(variants) == set(SKUS)
    assert set(shop.inventory_items().values()) == {1}
    assert {row["status"] for row in products.values()} == {"published"}
    channels = {one["id"] for row in products.values() for one in row["sales_channels"]}
    assert channels == {shop.shop.sales_channel_id}
    for sku, row in variants.items():
        (category,) = products[row["product_id"]]["categories"]
        # An ERP may keep a code instead: its first letters, or capitals.
        assert CATEGORIES[sku].upper().startswith(category["name"].upper()), sku


def assert_prices_hold(shop: FedShop) -> None:
    """List prices for everybody, steps of the general list, what was agreed for its customer."""
    usual, contract = EMAILS["usual"], EMAILS["contract"]
    for sku in SPOT_CHECKS:
        paid = {shop.pays(email, sku, 1) for email in (NOBODY, usual, contract)}
        assert paid == {LIST_PRICES[sku]}, sku
    for tier in TIERS:
        assert shop.pays(usual, tier.sku, tier.min_quantity) == tier.net_price
        assert shop.pays(usual, tier.sku, tier.min_quantity - 1) == _before(tier)
    for tier in CONTRACT:
        assert shop.pays(contract, tier.sku, tier.min_quantity) == tier.net_price
        assert shop.pays(usual, tier.sku, tier.min_quantity) == LIST_PRICES[tier.sku]


def _before(tier: Tier) -> Decimal:
    lower = [one for one in TIERS if one.sku == tier.sku and one.min_quantity < tier.min_quantity]
    steps = sorted(lower, key=lambda one: one.min_quantity)
    return steps[-1].net_price if steps else LIST_PRICES[tier.sku]


def assert_stock_arrived(shop: FedShop, locations: Mapping[Warehouse, str]) -> None:
    """A level that never came is none."""
    for warehouse, place in locations.items():
        found = shop.stock(place)
        wanted = {sku: STOCK.get(sku, USUAL_STOCK)[warehouse] for sku in SKUS}
        assert {sku: found.get(sku, 0) for sku in SKUS} == wanted


def assert_customers_arrived(shop: FedShop, erp: FilledErp) -> None:
    for one in CUSTOMERS:
        copy = CustomerCopy.objects.get(ref=erp.customers[one.role])
        if not copy.is_active:  # in some ERPs who is blocked is archived, and never comes
            assert (one.role, shop.customers(one.email)) == ("blocked", [])
            continue
        (row,) = shop.customers(one.email)
        assert row["company_name"] == one.name
        own = f"customer:{copy.ref}"
        assert own in {group["metadata"]["erp_ref"] for group in row["groups"]}
        assert isinstance(copy.account, Account)
        assert copy.account.is_blocked == (one.role == "blocked")
