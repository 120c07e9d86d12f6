"""A products flow into the real shop, and what the shop holds of one test's products."""

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.engine import runner
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import batch as batches
from integrations.flows.runs import register_batch, request_run
from integrations.models import Flow, Run
from integrations.records import ErpCategory, ErpProduct
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.factories import ConnectionFactory, FlowFactory
from tests.flows.erp_products import Shelf, product, variant
from tests.flows.kill_stories import Story

_FIELDS = (
    "id,title,description,status,thumbnail,external_id,images.url,images.rank,categories.id,"
    "categories.name,categories.parent_category.name,categories.is_active,sales_channels.id,"
    "variants.id,variants.sku,variants.barcode,variants.weight,variants.metadata,"
    "variants.manage_inventory,variants.allow_backorder,variants.prices.amount,variants.prices.currency_code"
)


class Goods:
    """A products flow into the real shop, live, and an ERP of this test alone."""

    def __init__(self, shop: MedusaSeed, admin: ShopApi) -> None:
        self.admin, self.mark = admin, uuid.uuid4().hex[:8]
        self.nights = 0
        self.story = Story(kind="products", pages=ProductPages, erp=Shelf, nights=[()])
        target = ConnectionFactory(
            base_url=shop.url,
            allow_private_addresses=True,
            credentials={"secret_key": shop.secret_key},
            settings={"sales_channel_id": shop.sales_channel_id},
        )
        self.flow: Flow = FlowFactory(
            kind="products",
            mode="live",
            source=ConnectionFactory(erp=True),
            target=target,
            settings={"manage_inventory": "yes"},
        )

    def drill(self, *sizes: str, **changed: Any) -> ErpProduct:
        """In these sizes; its name, its SKUs and its ref are of this test alone."""
        variants = [
            replace(
                variant(f"{self.mark}-{size}", f"D-{self.mark}-{size}", Size=size),
                barcode="",
                weight_kg=Decimal("1.25"),
                tax_class="standard",
                backorder=True,
            )
            for size in sizes
        ]
        return replace(product(self.mark, f"Drill {self.mark}", *variants), **changed)

    def chain(self, name: str = "Drills") -> tuple[ErpCategory, ...]:
        above = ErpCategory(ref=f"top-{self.mark}", name=f"Tools {self.mark}")
        ref = f"low-{self.mark}"
        low = ErpCategory(ref=ref, name=f"{name} {self.mark}", parent_ref=above.ref)
        return low, above

    def ask(self, *products: ErpProduct) -> None:
        """Asks for a complete run, some days after the last one."""
        self.story.nights = [products]
        self.nights += 1
        now = timezone.now() + timedelta(days=self.nights)
        request_run(Flow.objects.get(pk=self.flow.pk), actor="test", complete=True, now=now)

    def sync(self, *products: ErpProduct) -> Run:
        self.ask(*products)
        while runner.drain("batch"):
            pass
        run = Run.objects.latest("id")
        assert (run.state, run.failed, run.skipped) == ("done", 0, 0), run.note
        return run

    def held(self, *refs: str) -> list[dict[str, Any]]:
        asked = {"external_id[]": list(refs or [self.mark]), "fields": _FIELDS, "limit": 100}
        found: list[dict[str, Any]] = self.admin.get("/admin/products", **asked)["products"]
        return found

    def items(self) -> Counter[str]:
        """The inventory items of this test's SKUs."""
        rows = self.admin.get("/admin/inventory-items", q=self.mark, limit=100)["inventory_items"]
        return Counter(row["sku"] for row in rows)


@contextmanager
def selling(shop: MedusaSeed, admin: ShopApi) -> Iterator[Goods]:
    """Runs of products flows read what the test says."""
    usual = batches.batch_of("products")
    made = Goods(shop, admin)
    register_batch("products", made.story.open)
    yield made
    register_batch("products", usual)
