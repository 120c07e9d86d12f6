"""What happens to an order in the shop after it was sent reaches the ERP."""

from integrations.sandbox.storefront.checkout import address_in
from tests.medusa.merchant import captured_payment
from tests.medusa.world import TEN, World


def test_an_order_cancelled_in_the_shop_is_cancelled_in_the_erp(world: World) -> None:
    order_id = world.place({"TAPE-5M": 1})
    world.await_event(order_id, "order.placed")
    assert world.in_erp(order_id)["state"] == "sale"

    world.admin.post(f"/admin/orders/{order_id}/cancel", {})
    world.await_event(order_id, "order.canceled")

    assert world.in_erp(order_id)["state"] == "cancel"
    assert world.order(order_id).state == "cancelled"


def test_an_edited_order_is_changed_in_the_erp(world: World) -> None:
    order_id = world.place({"ANCHOR-6": 3, "TAPE-5M": 2}, promo_codes=[TEN])
    world.await_event(order_id, "order.placed")
    before, _ = world.totals(order_id)

    world.edit(order_id, {"ANCHOR-6": 7})
    world.await_event(order_id, "order-edit.confirmed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert owed > before
    assert world.order(order_id).state == "confirmed"


def test_a_new_delivery_address_reaches_the_erp_by_the_sweep(world: World) -> None:
    order_id = world.place({"TAPE-5M": 1})
    world.await_event(order_id, "order.placed")

    moved = {**address_in("de"), "address_1": "Neuer Weg 9", "city": "Bremen"}
    world.admin.post(f"/admin/orders/{order_id}", {"shipping_address": moved})
    world.sweep()

    assert "Neuer Weg 9, 20457 Bremen" in world.in_erp(order_id)["note"]


def test_a_captured_payment_is_noted_in_the_erp_once(world: World) -> None:
    order_id = world.place({"TAPE-5M": 1})
    world.await_event(order_id, "order.placed")

    payment = captured_payment(world.admin, order_id)
    world.await_event(order_id, "payment.captured")
    world.sweep()

    [note] = [text for text in world.in_erp(order_id)["log"] if payment in text]
    owed, _ = world.totals(order_id)
    assert f"{owed} EUR" in note


def test_a_cancelled_order_that_was_paid_is_noted_as_refunded(world: World) -> None:
    order_id = world.place({"TAPE-5M": 1})
    world.await_event(order_id, "order.placed")
    owed, _ = world.totals(order_id)
    captured_payment(world.admin, order_id)
    world.await_event(order_id, "payment.captured")

    world.admin.post(f"/admin/orders/{order_id}/cancel", {})
    world.await_event(order_id, "order.canceled")

    held = world.in_erp(order_id)
    [note] = [text for text in held["log"] if "refunded" in text]
    assert f"{owed} EUR" in note
    assert held["state"] == "cancel"


def test_an_order_whose_lines_changed_is_shipped_and_changed_again(world: World) -> None:
    order_id = world.place({"ANCHOR-6": 3, "TAPE-5M": 2}, promo_codes=[TEN])
    world.await_event(order_id, "order.placed")

    world.edit(order_id, {"ANCHOR-6": 0}, adding={"GLOVE-M": 4})
    world.await_event(order_id, "order-edit.confirmed")
    assert len(set(world.totals(order_id))) == 1
    world.erp.deliver(order_id, {"TAPE-5M": 1}, tracking="TRACK-1")
    world.follow_erp()
    world.edit(order_id, {"TAPE-5M": 3})
    world.await_event(order_id, "order-edit.confirmed", times=2)

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert world.order(order_id).state == "partly_shipped"
    assert world.shipped(order_id) == {"TRACK-1": [1]}
