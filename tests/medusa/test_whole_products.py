"""Products with all that belongs to them in the real shop, sizes that go and come back, and a
worker that is killed between the send and the note of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from integrations.engine import lease, runner
from integrations.engine.models import SyncJob
from integrations.models import IdLink, Run
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.faults.forks import Fork
from tests.flows.erp_products import product, variant
from tests.medusa.goods import Goods, selling
from tests.support.kill_points import Trap, watch_writes

pytestmark = pytest.mark.django_db(transaction=True)

PICTURES = ("https://pictures.example/front.jpg", "https://pictures.example/back.jpg")


@pytest.fixture
def goods(shop: MedusaSeed, admin: ShopApi) -> Iterator[Goods]:
    with selling(shop, admin) as made:
        yield made


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
