"""A prices flow into the real store, and the carts of its buyers."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.flows.adding import add_flow
from integrations.flows.modes import set_mode
from integrations.gateways.connections import add_connection
from integrations.models import Flow, IdLink, PriceRow
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.factories import ConnectionFactory
from tests.flows.pricing_desk import Runs, link_variant
from tests.medusa.customer import Customer
from tests.medusa.merchant import create_product


class Till:
    """A prices flow into the real store, and carts in it."""

    def __init__(self, shop: MedusaSeed, admin: ShopApi) -> None:
        self.shop, self.admin = shop, admin
        storefront = add_connection(
            kind="medusa",
            name="Till",
            url=shop.url,
            settings={},
            credentials={"secret_key": shop.secret_key, "hook_secret": ""},
            actor="test",
            allow_private=True,
        )
        self.flow: Flow = add_flow(
            kind="prices", source=ConnectionFactory(erp=True), target=storefront, actor="test"
        )
        set_mode(self.flow, "live", actor="test", despite_plan=True)
        self.desk = Runs(self.flow)
        self.variants: dict[str, str] = {}
        # The store outlives the portal of a test: each has audiences of its own.
        self.dealers, self.alone = f"price_list:{unique()}", f"customer:{unique()}"

    def sell(self, sku: str, prices: dict[str, Decimal]) -> None:
        self.variants[sku] = create_product(
            self.admin, self.shop, sku=f"{sku}-{unique()}", prices=prices
        )
        link_variant(self.flow, sku, self.variants[sku])

    def join(self, ref: str, *customers: int) -> None:
        """The seeded buyers of these numbers are in the group from now on, and no others."""
        group = IdLink.objects.get(kind="group", source_ref=ref, source=self.flow.source)
        ids = [self.shop.customers[number].id for number in customers]
        self.admin.post(f"/admin/customer-groups/{group.target_ref}/customers", {"add": ids})

    def pays(self, buyer: int, sku: str, pieces: int) -> Decimal:
        customer = Customer(self.shop, self.shop.customers[buyer])
        return unit_price(customer, self.variants[sku], pieces)

    def own(self, sku: str) -> list[dict[str, Any]]:
        asked = {"id[]": self.variants[sku], "fields": "id,*prices,*prices.price_rules"}
        rows: list[dict[str, Any]] = self.admin.get("/admin/product-variants", **asked)["variants"]
        return sorted(rows[0]["prices"], key=lambda row: (row["currency_code"], -row["amount"]))

    def product(self, sku: str) -> str:
        asked = {"id[]": self.variants[sku], "fields": "id,product_id"}
        return str(self.admin.get("/admin/product-variants", **asked)["variants"][0]["product_id"])

    def lists(self) -> list[dict[str, Any]]:
        ids = list(PriceRow.objects.values_list("storefront_list_id", flat=True))
        asked = {"id[]": [one for one in ids if one], "limit": 50}
        found: list[dict[str, Any]] = self.admin.get("/admin/price-lists", **asked)["price_lists"]
        return found


def unit_price(customer: Customer, variant: str, pieces: int) -> Decimal:
    """What one piece costs in a cart of so many."""
    cart = customer.get(f"/store/carts/{customer.cart(variant, pieces)}").json()["cart"]
    return Decimal(str(cart["items"][0]["unit_price"]))


def unique() -> str:
    return f"{datetime.now(UTC):%H%M%S%f}"
