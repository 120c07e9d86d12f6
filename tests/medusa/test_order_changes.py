"""What happens to an order in the shop after it was sent reaches the ERP."""

from tests.medusa.merchant import captured_payment, set_first_line
from tests.medusa.world import World


def test_an_order_cancelled_in_the_shop_is_cancelled_in_the_erp(world: World) -> None:
    order_id = world.place({"TAPE-5M": 1})
    world.await_event(order_id, "order.placed")
    assert world.in_erp(order_id)["state"] == "sale"

    world.admin.post(f"/admin/orders/{order_id}/cancel", {})
    world.await_event(order_id, "order.canceled")

    assert world.in_erp(order_id)["state"] == "cancel"
    assert world.order(order_id).state == "cancelled"


def test_an_edited_order_is_changed_in_the_erp(world: World) -> None:
    order_id = world.place({"ANCHOR-6": 3, "TAPE-5M": 2}, has_promo=True)
    world.await_event(order_id, "order.placed")
    before, _ = world.totals(order_id)

    set_first_line(world.admin, order_id, 7)
    world.await_event(order_id, "order-edit.confirmed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert owed > before
    assert world.order(order_id).state == "confirmed"


def test_a_captured_payment_is_noted_in_the_erp_once(world: World) -> None:
    order_id = world.place({"TAPE-5M": 1})
    world.await_event(order_id, "order.placed")

    payment = captured_payment(world.admin, order_id)
    world.await_event(order_id, "payment.captured")
    world.sweep()

    [note] = [text for text in world.in_erp(order_id)["log"] if payment in text]
    owed, _ = world.totals(order_id)
    assert f"{owed} EUR" in note
