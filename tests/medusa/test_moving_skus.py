"""SKUs that go to other articles in the real shop, with their inventory items; and that its
stand-in says what it says."""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.errors import RemoteError
from integrations.models import Flow, HandEdit, IdLink
from integrations.records import ErpProduct
from integrations.sandbox.storefront import MedusaSeed
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.flows.erp_products import bolt
from tests.medusa.goods import Goods, selling

pytestmark = pytest.mark.django_db(transaction=True)
_FIELDS = (
    "id,external_id,status,variants.id,variants.sku,variants.prices.amount,"
    "variants.inventory_items.inventory.sku,"
    "variants.inventory_items.inventory.location_levels.stocked_quantity"
)


@pytest.fixture
def goods(shop: MedusaSeed, admin: ShopApi) -> Iterator[Goods]:
    with selling(shop, admin) as made:
        yield made


def part(goods: Goods, ref: str, sku: str, **more: Any) -> ErpProduct:
    """Its ref and its SKU are of this test alone."""
    own = f"{ref}-{goods.mark}"
    return bolt(ref=own, sku=f"{sku}-{goods.mark}", title=f"Part {own}", **more)


def held(goods: Goods, *refs: str) -> list[tuple[str, str, list[tuple[str, list[int]]]]]:
    """(status, SKU, items with their stock) of each product, without this test's mark."""
    own = [f"{ref}-{goods.mark}" for ref in refs]
    asked = {"external_id[]": own, "fields": _FIELDS, "limit": 100}
    rows = {
        one["external_id"]: one for one in goods.admin.get("/admin/products", **asked)["products"]
    }
    return [_held(rows[one], f"-{goods.mark}") for one in own]


def _held(row: Mapping[str, Any], mark: str) -> tuple[str, str, list[tuple[str, list[int]]]]:
    (only,) = row["variants"]
    items = [one["inventory"] for one in only["inventory_items"]]
    return (
        row["status"],
        only["sku"].replace(mark, ""),
        [
            (
                one["sku"].replace(mark, ""),
                [each["stocked_quantity"] for each in one["location_levels"]],
            )
            for one in items
        ],
    )


def stock(goods: Goods, shop: MedusaSeed, sku: str, quantity: int) -> None:
    asked = {"sku[]": [f"{sku}-{goods.mark}"], "fields": "id"}
    (item,) = goods.admin.get("/admin/inventory-items", **asked)["inventory_items"]
    level = {
        "inventory_item_id": item["id"],
        "location_id": shop.location_id,
        "stocked_quantity": quantity,
    }
    goods.admin.post("/admin/inventory-items/location-levels/batch", {"create": [level]})


def test_archived_article_leaves_its_sku_and_keeps_its_stock(
    goods: Goods, shop: MedusaSeed
) -> None:
    goods.sync(part(goods, "1", "BOLT"))
    stock(goods, shop, "BOLT", 7)
    old = IdLink.objects.get(kind="variant", source_ref=f"p1-{goods.mark}").target_ref

    archived = part(goods, "1", "BOLT", is_active=False)
    run = goods.sync(archived, part(goods, "2", "BOLT", price="5.00"))

    assert (run.created, run.removed) == (1, 1)
    assert held(goods, "1", "2") == [
        ("draft", "BOLT (p1)", [("BOLT (p1)", [7])]),
        ("published", "BOLT", [("BOLT", [])]),
    ]
    assert IdLink.objects.get(target_ref=old).source_ref == f"p1-{goods.mark}"

    goods.sync(part(goods, "1", "BOLT"), part(goods, "2", "BOLT", is_active=False))

    assert held(goods, "1", "2") == [
        ("published", "BOLT", [("BOLT", [7])]),
        ("draft", "BOLT (p2)", [("BOLT (p2)", [])]),
    ]
    assert IdLink.objects.get(source_ref=f"p1-{goods.mark}").target_ref == old


def test_ring_of_three_articles_of_two_pages(goods: Goods, shop: MedusaSeed) -> None:
    Flow.objects.filter(pk=goods.flow.pk).update(
        settings={"manage_inventory": "yes", "hand_edits": "tell"}
    )
    goods.sync(part(goods, "1", "A"), part(goods, "2", "B"), part(goods, "3", "C"))
    stock(goods, shop, "A", 7)

    turned = part(goods, "1", "B"), part(goods, "2", "C"), part(goods, "3", "A")
    goods.ask(*turned)
    while runner.drain("batch"):
        pass
    goods.sync(*turned)

    assert held(goods, "1", "2", "3") == [
        ("published", "B", [("B", [7])]),
        ("published", "C", [("C", [])]),
        ("published", "A", [("A", [])]),
    ]
    assert goods.sync(*turned).told == 0
    assert not HandEdit.objects.exists()


def test_article_that_is_counted_again_has_what_it_had(goods: Goods, shop: MedusaSeed) -> None:
    flow = Flow.objects.filter(pk=goods.flow.pk)
    goods.sync(part(goods, "1", "A"))
    stock(goods, shop, "A", 7)

    flow.update(settings={"manage_inventory": "no"})
    goods.sync(part(goods, "1", "A"))
    assert held(goods, "1") == [("published", "A", [])]
    flow.update(settings={"manage_inventory": "yes"})
    goods.sync(part(goods, "1", "A"))

    assert held(goods, "1") == [("published", "A", [("A", [7])])]


def test_left_over_item_makes_way_for_a_new_article(goods: Goods) -> None:
    sku = f"A-{goods.mark}"
    left = goods.admin.post("/admin/inventory-items", {"sku": sku})["inventory_item"]["id"]

    goods.sync(part(goods, "1", "A"))

    assert held(goods, "1") == [("published", "A", [("A", [])])]
    assert goods.items() == {sku: 1, f"{sku} ({left})": 1}


# ---------------------------------------------------------------- the stand-in


def test_standin_says_what_the_shop_says(admin: ShopApi) -> None:
    with MedusaStandIn() as standin:
        other = ShopApi(standin.url, {"Authorization": basic(standin.shop.secret_key)})

        assert _tell(other) == _tell(admin)


def _tell(api: ShopApi) -> list[Any]:
    """What comes of each step, without ids."""
    mark = uuid.uuid4().hex[:8]
    one, other = _made(api, f"one-{mark}"), _made(api, f"other-{mark}")
    of_one = f"/admin/products/{one['id']}/variants/{one['variant']}"
    item = f"/admin/inventory-items/{one['item']}"
    tie = {"variant_id": one["variant"], "inventory_item_id": one["item"], "required_quantity": 1}
    ties = f"/admin/products/{one['id']}/variants/inventory-items/batch"
    steps: list[tuple[str, dict[str, Any]]] = [
        (of_one, {"sku": f"other-{mark}"}),
        (of_one, {"sku": f"one-{mark} (p1)"}),
        (of_one, {"sku": f"one-{mark} (p1)"}),
        (f"/admin/products/{one['id']}/variants/variant_none", {"sku": f"none-{mark}"}),
        (f"/admin/products/{other['id']}/variants/{one['variant']}", {"sku": f"x-{mark}"}),
        (of_one, {"sku": f"one-{mark}"}),
        (item, {"sku": f"other-{mark}"}),
        (item, {"sku": f"one-{mark} (p1)"}),
        (item, {"sku": f"one-{mark}"}),
        ("/admin/inventory-items/iitem_none", {"sku": f"none-{mark}"}),
        _update(one, f"one-{mark}", is_counted=False),
        _update(one, f"one-{mark}", is_counted=True),
        (ties, {"create": [tie]}),
        (ties, {"create": [tie]}),
        _update(one, f"one-{mark}", is_counted=True),
        _update(one, f"one-{mark}", is_counted=False),
        (ties, {"create": [tie]}),
        _update(one, f"one-{mark}", is_counted=True),
    ]
    said = []
    for path, body in steps:
        try:
            api.post(path, body)
            words = "done"
        except RemoteError as error:
            words = json.loads(error.remote_words)["message"]
        told = [words, _variant(api, one), _item(api, one)]
        said.append(
            str(told).replace(mark, "").replace(one["variant"], "").replace(one["item"], "")
        )
    return said


def _made(api: ShopApi, sku: str) -> dict[str, str]:
    row = {
        "title": sku,
        "handle": sku,
        "status": "published",
        "options": [{"title": "Size", "values": ["One"]}],
        "variants": [{"title": sku, "sku": sku, "options": {"Size": "One"}, "prices": []}],
    }
    (made,) = api.post("/admin/products/batch", {"create": [row]})["created"]
    asked = {"sku[]": [sku], "fields": "id"}
    (item,) = api.get("/admin/inventory-items", **asked)["inventory_items"]
    return {"id": made["id"], "variant": made["variants"][0]["id"], "item": item["id"]}


def _update(made: Mapping[str, str], sku: str, *, is_counted: bool) -> tuple[str, dict[str, Any]]:
    variant = {"id": made["variant"], "sku": sku, "manage_inventory": is_counted}
    return "/admin/products/batch", {"update": [{"id": made["id"], "variants": [variant]}]}


def _variant(api: ShopApi, made: Mapping[str, str]) -> Any:
    fields = "sku,manage_inventory,inventory_items.inventory.sku"
    asked = {"id[]": [made["variant"]], "fields": fields}
    (row,) = api.get("/admin/product-variants", **asked)["variants"]
    items = [one["inventory"]["sku"] for one in row["inventory_items"]]
    return row["sku"], row["manage_inventory"], items


def _item(api: ShopApi, made: Mapping[str, str]) -> Any:
    asked = {"id[]": [made["item"]], "fields": "sku,variants.sku"}
    (row,) = api.get("/admin/inventory-items", **asked)["inventory_items"]
    return row["sku"], [one["sku"] for one in row["variants"]]
