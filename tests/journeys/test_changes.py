"""Changes after the push: they reach the ERP, also those that leave the total as it is."""

from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.sales import apply_lines
from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.journeys.conftest import World

LOAD = "sale.order.load"


def pieces(order: dict[str, Any]) -> dict[str, int]:
    """Pieces by SKU of the ERP's goods."""
    lines = {row["product_id"][1]: int(row["product_uom_qty"]) for row in order["lines"]}
    return {name[1:].partition("]")[0]: quantity for name, quantity in lines.items()}


def move(world: World, order_id: str) -> None:
    """The merchant corrects the delivery address."""
    admin = ShopApi(world.shop.url, {"Authorization": basic(world.shop_seed.secret_key)})
    admin.post(f"/admin/orders/{order_id}", {"shipping_address": {"address_1": "Neuer Weg 9"}})


def test_swapped_sizes_of_one_price_reach_an_erp_that_was_down(world: World) -> None:
    order_id = world.place(("GLOVE-M", 1), ("GLOVE-L", 2))
    world.settle()
    world.erp.dials.set("fail", times=1, only=LOAD)

    world.shop.edit(order_id, {"GLOVE-M": 2, "GLOVE-L": 1})
    world.settle()
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert {sku: pieces(held)[sku] for sku in ("GLOVE-M", "GLOVE-L")} == {
        "GLOVE-M": 2,
        "GLOVE-L": 1,
    }


def test_new_address_reaches_an_erp_that_was_down(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    world.erp.dials.set("fail", times=1, only=LOAD)

    move(world, order_id)
    world.sweep()
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert "Neuer Weg 9" in held["note"]


def test_new_address_is_held_with_the_address_where_the_flow_says_so(world: World) -> None:
    world.portal.orders.settings = {"changes": "hold"}
    world.portal.orders.save()
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    move(world, order_id)
    world.sweep()

    order = world.order(order_id)
    assert order.held_reason == "changed_after_push"
    assert "Neuer Weg 9" in order.held_message


def test_total_corrected_in_the_erp_ends_a_change_that_came_out_wrong(world: World) -> None:
    order_id = world.place(("ANCHOR-6", 3))
    world.settle()
    [held] = world.in_erp(order_id)
    wrap = world.erp.add_product("WRAP", "Gift wrapping", 5, kind="service")
    extra = {"product_id": wrap, "product_uom_qty": 1, "price_unit": 5}
    world.erp.work(lambda: apply_lines(world.erp.store, held["id"], [[0, 0, extra]]))

    world.shop.edit(order_id, {"ANCHOR-6": 5})
    world.settle()
    assert world.order(order_id).held_reason == "erp_total_differs"
    world.erp.change_line(held["name"], "WRAP", quantity=0)
    verbs.requeue(SyncJob.objects.get(state=JobState.PARKED), actor="olga.operator")
    world.wait_until_idle()

    assert world.order(order_id).state == "confirmed"
    [changed] = world.in_erp(order_id)
    assert Decimal(str(changed["amount_total"])) == world.shop_total(order_id)
    assert len(world.erp.worked(LOAD)) == 2, "created once, changed once"
