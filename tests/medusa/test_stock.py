"""Stock in the real shop: it goes with the variant, and is on sale at one place only."""

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import Rejected
from integrations.models import Flow
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.factories import ConnectionFactory, FlowFactory
from tests.flows.erp_stock import level
from tests.flows.test_stock_flow import link, remap, sync, told
from tests.medusa.merchant import create_product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def flow(shop: MedusaSeed) -> Flow:
    target = ConnectionFactory(
        base_url=shop.url,
        allow_private_addresses=True,
        credentials={"secret_key": shop.secret_key},
        settings={"location_id": shop.location_id},
    )
    made: Flow = FlowFactory(
        kind="stock", mode="live", source=ConnectionFactory(erp=True), target=target
    )
    return made


class Counted:
    """A product whose stock the shop counts, under a SKU of its own."""

    def __init__(self, flow: Flow, admin: ShopApi, shop: MedusaSeed) -> None:
        self.admin = admin
        self.ref = self.sku = f"S-{uuid.uuid4().hex[:8]}"
        prices = {"eur": Decimal(1)}
        self.variant = create_product(admin, shop, sku=self.sku, prices=prices, is_counted=True)
        link(flow, "variant", f"v-{self.ref}", self.variant)

    def change(self, **changed: Any) -> None:
        """As an update of the product by the products flow does."""
        asked = {"id[]": [self.variant], "fields": "id,product_id"}
        (row,) = self.admin.get("/admin/product-variants", **asked)["variants"]
        whole = {"id": self.variant, "title": "One", "options": {"Size": "One"}, **changed}
        body = {"update": [{"id": row["product_id"], "variants": [whole]}]}
        self.admin.post("/admin/products/batch", body)
        self.sku = changed.get("sku", self.sku)

    def held(self) -> list[tuple[str, dict[str, int]]]:
        """(SKU of an inventory item, its stock by location) of the variant."""
        fields = "id,inventory_items.inventory.sku,*inventory_items.inventory.location_levels"
        asked = {"id[]": [self.variant], "fields": fields}
        (row,) = self.admin.get("/admin/product-variants", **asked)["variants"]
        items = [one["inventory"] for one in row["inventory_items"]]
        return [
            (
                one["sku"],
                {each["location_id"]: each["stocked_quantity"] for each in one["location_levels"]},
            )
            for one in items
        ]


def test_stock_goes_with_variants_that_swap_their_skus(
    flow: Flow, admin: ShopApi, shop: MedusaSeed
) -> None:
    one, other = Counted(flow, admin, shop), Counted(flow, admin, shop)
    sync(flow, level(one.ref, 7), level(other.ref, 2))

    one.change(sku=f"{one.ref}-T", manage_inventory=True)
    other.change(sku=one.ref, manage_inventory=True)
    one.change(sku=other.ref, manage_inventory=True)
    outcome = sync(
        flow,
        replace(level(one.ref, 6), sku=one.sku),
        replace(level(other.ref, 1), sku=other.sku),
    )

    assert sorted(told(outcome)) == sorted([("change", one.sku), ("change", other.sku)])
    assert one.held() == [(one.ref, {shop.location_id: 6})]
    assert other.held() == [(other.ref, {shop.location_id: 1})]


def test_sku_of_an_item_that_is_left_is_not_counted_under_again(
    flow: Flow, admin: ShopApi, shop: MedusaSeed
) -> None:
    """What the stand-in says, too."""
    part = Counted(flow, admin, shop)
    part.change(sku=part.ref, manage_inventory=False)
    assert part.held() == []

    with pytest.raises(Rejected, match=f"Inventory item with sku: {part.ref}, already exists"):
        part.change(sku=part.ref, manage_inventory=True)

    part.change(sku=f"{part.ref}-2", manage_inventory=True)
    assert part.held() == [(f"{part.ref}-2", {})]


def test_warehouse_that_gets_another_location_is_not_sold_twice(
    flow: Flow, admin: ShopApi, shop: MedusaSeed
) -> None:
    part = Counted(flow, admin, shop)
    made = admin.post("/admin/stock-locations", {"name": f"North {part.ref}"})
    north = made["stock_location"]["id"]
    link(flow, "warehouse", "WH", shop.location_id)
    sync(flow, level(part.ref, 7, at="WH"))
    remap(flow, "WH", north)

    outcome = sync(flow, level(part.ref, 7, at="WH"))

    assert told(outcome) == [("remove", part.ref), ("create", part.ref)]
    assert part.held() == [(part.ref, {shop.location_id: 0, north: 7})]
    assert sync(flow, level(part.ref, 7, at="WH")).items == ()
