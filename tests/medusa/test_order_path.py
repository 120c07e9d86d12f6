"""A buyer orders in the shop; the ERP has it once, and its progress comes back."""

from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.models import Order
from integrations.sandbox.connecting import link_customer
from tests.medusa.world import TEN, World

TWO_LINES = {"ANCHOR-6": 3, "DRILL-18V": 1}


def test_an_order_is_in_the_erp_once_at_the_buyers_total(world: World) -> None:
    order_id = world.place(TWO_LINES, promo_codes=[TEN])

    world.await_event(order_id, "order.placed")

    held, order = world.in_erp(order_id), world.order(order_id)
    goods = {line["product_id"][1] for line in held["lines"]}
    assert held["state"] == "sale"
    assert goods >= {"[DRILL-18V] Cordless drill 18 V", "[SHIPPING] Freight"}
    owed, in_erp = world.totals(order_id)
    assert owed == in_erp == order.erp_total
    assert world.in_shop(order_id)["metadata"]["erp_number"] == held["name"]
    assert (order.state, order.erp_number) == ("confirmed", held["name"])


def test_shipments_invoice_and_payment_come_back_to_the_shop(world: World) -> None:
    order_id = world.place(TWO_LINES)
    world.await_event(order_id, "order.placed")

    world.erp.deliver(order_id, {"ANCHOR-6": 2}, tracking="TRACK-1", carrier="DHL")
    world.follow_erp()
    assert world.order(order_id).state == "partly_shipped"
    world.erp.deliver(order_id, tracking="TRACK-2", carrier="DHL")
    invoice = world.erp.invoice(order_id)
    world.follow_erp()
    assert world.order(order_id).state == "invoiced"
    world.erp.pay(invoice)
    world.follow_erp()

    order, shown = world.order(order_id), world.in_shop(order_id)
    number = world.in_erp(order_id)["invoices"][0]["name"]
    assert world.shipped(order_id) == {"TRACK-1": [2], "TRACK-2": [1, 1]}
    assert (shown["metadata"]["erp_invoices"], shown["metadata"]["erp_status"]) == (number, "paid")
    assert (order.state, order.invoices.get().number) == ("paid", number)


def test_portal_that_cannot_be_reached_finds_the_order_by_its_sweep(world: World) -> None:
    world.relay.stop()
    order_id = world.place(TWO_LINES, promo_codes=[TEN])
    assert not Order.objects.exists()

    world.sweep()

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert world.order(order_id).origin == "sweep"
    world.relay.start()
    world.admin.post("/admin/erp-portal/redeliver", {})
    world.await_event(order_id, "order.placed")
    assert world.in_erp(order_id)["state"] == "sale", "and the late event makes no second order"


def test_every_event_delivered_three_times_has_one_effect(world: World) -> None:
    world.relay.copies = 3
    order_id = world.place(TWO_LINES, promo_codes=[TEN])
    world.await_event(order_id, "order.placed", times=3)

    world.erp.deliver(order_id, tracking="TRACK-1")
    world.follow_erp()
    world.await_event(order_id, "shipment.created", times=3)

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert world.shipped(order_id) == {"TRACK-1": [1, 3]}
    assert len(world.in_erp(order_id)["deliveries"]) == 1


def test_events_in_reverse_order_end_where_the_shop_is(world: World) -> None:
    world.relay.hold()
    order_id = world.place(TWO_LINES)
    world.edit(order_id, {"ANCHOR-6": 5})
    world.relay.await_held(order_id, "order-edit.confirmed")

    world.relay.release()
    world.await_event(order_id, "order.placed")

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert world.order(order_id).state == "confirmed"


def test_an_order_of_a_stranger_waits_until_somebody_links_the_customer(world: World) -> None:
    order_id = world.place(TWO_LINES, guest="kim@unknown.test")
    world.await_event(order_id, "order.placed")
    held = world.order(order_id)
    assert (held.state, held.held_reason) == ("held", "customer_unlinked")
    assert "kim@unknown.test has no counterpart in ERP" in held.held_message

    partner = world.erp.add_partner("Kim Unknown")
    link_customer(world.portal, held.customer_id, partner, "Kim Unknown")
    [parked] = SyncJob.objects.filter(key=held.key, state=JobState.PARKED)
    verbs.requeue(parked, actor="olga.operator", reason="linked")
    world.until(lambda: world.order(order_id).is_in_erp)

    owed, in_erp = world.totals(order_id)
    assert owed == in_erp
    assert world.in_erp(order_id)["partner_id"][0] == partner
