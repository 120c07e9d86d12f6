"""Products with all that belongs to them in the real shop, sizes that go and come back, and a
worker that is killed between the send and the note of it."""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from integrations.engine import lease, runner
from integrations.engine.models import SyncJob
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import batch as batches
from integrations.flows.runs import register_batch, request_run
from integrations.models import Flow, IdLink, Run
from integrations.records import ErpCategory, ErpProduct
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.factories import ConnectionFactory, FlowFactory
from tests.faults.forks import Fork
from tests.flows.erp_products import Shelf, product, variant
from tests.flows.kill_stories import Story
from tests.support.kill_points import Trap, watch_writes

pytestmark = pytest.mark.django_db(transaction=True)

PICTURES = ("https://pictures.example/front.jpg", "https://pictures.example/back.jpg")
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


@pytest.fixture
def goods(shop: MedusaSeed, admin: ShopApi) -> Iterator[Goods]:
    usual = batches.batch_of("products")
    made = Goods(shop, admin)
    register_batch("products", made.story.open)
    yield made
    register_batch("products", usual)


def test_category_tree_pictures_weight_unit_and_tax_class_are_there(
    goods: Goods, shop: MedusaSeed
) -> None:
    goods.sync(goods.drill("S", category_chain=goods.chain(), image_urls=PICTURES))

    (there,) = goods.held()
    (category,) = there["categories"]
    assert (category["name"], category["is_active"]) == (f"Drills {goods.mark}", True)
    assert category["parent_category"]["name"] == f"Tools {goods.mark}"
    ranked = sorted(there["images"], key=lambda one: one["rank"])
    assert tuple(one["url"] for one in ranked) == PICTURES
    assert there["thumbnail"] == PICTURES[0]
    assert [one["id"] for one in there["sales_channels"]] == [shop.sales_channel_id]
    (only,) = there["variants"]
    assert (only["weight"], only["manage_inventory"]) == (1250, True)
    assert only["allow_backorder"] is True
    assert only["metadata"]["unit"] == "Units"
    assert only["metadata"]["tax_class"] == "standard"


def test_renamed_category_and_other_pictures_arrive_and_a_second_run_is_silent(
    goods: Goods,
) -> None:
    first = goods.drill("S", category_chain=goods.chain(), image_urls=PICTURES)
    goods.sync(first)
    (before,) = goods.held()[0]["categories"]

    assert goods.sync(first).told == 0
    changed = replace(first, category_chain=goods.chain("Hammers"), image_urls=PICTURES[1:])
    assert goods.sync(changed).changed == 1

    (there,) = goods.held()
    (after,) = there["categories"]
    assert (after["id"], after["name"]) == (before["id"], f"Hammers {goods.mark}")
    assert [one["url"] for one in there["images"]] == [PICTURES[1]]
    assert there["thumbnail"] == PICTURES[1]


def test_size_that_goes_leaves_no_inventory_item_and_may_come_back(goods: Goods) -> None:
    goods.sync(goods.drill("S", "M"))

    goods.sync(goods.drill("S"))
    assert goods.items() == {f"D-{goods.mark}-S": 1}

    goods.sync(goods.drill("S", "M"))
    assert goods.items() == {f"D-{goods.mark}-S": 1, f"D-{goods.mark}-M": 1}
    (there,) = goods.held()
    assert len(there["variants"]) == 2


@pytest.mark.parametrize("table", ["integrations_idlink", "integrations_writtencopy"])
def test_worker_killed_between_send_and_note_leaves_every_product_once(
    goods: Goods, tmp_path: Path, table: str
) -> None:
    refs = [f"{goods.mark}-{n}" for n in range(5)]
    several = [product(ref, f"Part {ref}", variant(f"v{ref}", f"P-{ref}")) for ref in refs]
    goods.ask(*several)

    def body(_: int) -> None:
        watch_writes(Trap(1), only=table)
        runner.drain("batch")

    assert Fork(body, tmp_path / "log").wait() == -9, (tmp_path / "log").read_text()
    assert len(goods.held(*refs)) > 0  # sent, and nobody has noted it
    past = timezone.now() - timedelta(seconds=1)
    SyncJob.objects.filter(lease_until__isnull=False).update(lease_until=past)
    lease.sweep()
    SyncJob.objects.update(due_at=past)
    while runner.drain("batch"):
        pass

    assert Run.objects.get().state == "done"
    held = Counter(one["external_id"] for one in goods.held(*refs))
    assert held == dict.fromkeys(refs, 1)
    assert goods.items() == {f"P-{ref}": 1 for ref in refs}
    links = IdLink.objects.filter(kind="product")
    assert {link.target_ref for link in links} == {one["id"] for one in goods.held(*refs)}
