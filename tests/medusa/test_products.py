"""The ERP's products are sold in the real shop, and stay the same products there."""

from collections.abc import Iterable
from decimal import Decimal

from tests.medusa.world import World


def test_the_erps_products_are_sold_in_the_shop_at_its_prices(world: World) -> None:
    run = world.portal.products.runs.latest("id")
    sold = world.variants(["DRILL-18V", "ANCHOR-6", "ANCHOR-8"])

    assert (run.state, run.failed, run.skipped) == ("done", 0, 0)
    assert sold["ANCHOR-6"]["product_id"] == sold["ANCHOR-8"]["product_id"]
    assert prices_of(world, sold) == {
        "DRILL-18V": Decimal("129.00"),
        "ANCHOR-6": Decimal("19.99"),
        "ANCHOR-8": Decimal("24.49"),
    }


def test_a_new_price_changes_the_product_and_not_its_identity(world: World) -> None:
    # An article of which no other test here needs the price.
    before = world.variants(["TAPE-5M"])["TAPE-5M"]

    world.erp.set_price(int(before["metadata"]["erp_ref"]), "6.95")
    run = world.sync_products()

    after = world.variants(["TAPE-5M"])["TAPE-5M"]
    assert (run.changed, run.created, run.failed) == (1, 0, 0)
    assert (after["id"], after["product_id"]) == (before["id"], before["product_id"])
    assert prices_of(world, ["TAPE-5M"]) == {"TAPE-5M": Decimal("6.95")}


def prices_of(world: World, skus: Iterable[str]) -> dict[str, Decimal]:
    found = world.variants(skus)
    return {sku: Decimal(str(row["prices"][0]["amount"])) for sku, row in found.items()}
