"""An order from the shop to the ERP, and its progress back."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.engine import verbs
from integrations.engine.models import SyncJob
from integrations.flows.links import bind
from integrations.models import Order
from integrations.sandbox.company import NEWCOMER
from integrations.sandbox.connecting import link_customer
from tests.journeys.conftest import World
from tests.support.hook_receiver import wait_until


def test_a_placed_order_is_in_the_erp_once_with_its_number_on_the_shops_order(
    world: World,
) -> None:
    order_id = world.place(("ANCHOR-6", 3), ("DRILL-18V", 1), promo="TEN")
    world.settle()

    [held] = world.in_erp(order_id)
    assert held["state"] == "sale"
    assert Decimal(str(held["amount_total"])) == world.shop_total(order_id)
    assert world.in_shop(order_id)["metadata"]["erp_number"] == held["name"]
    order = world.order(order_id)
    assert (order.state, order.erp_number) == ("confirmed", held["name"])


def test_every_event_delivered_three_times_changes_nothing(world: World) -> None:
    world.shop.hooks.configure(copies=3)

    order_id = world.place(("TAPE-5M", 2))
    world.settle()

    assert len(world.in_erp(order_id)) == 1
    assert len(world.erp.worked("sale.order.load")) == 1


def test_an_order_whose_event_was_lost_is_found_by_the_sweep(world: World) -> None:
    world.shop.hooks.configure(drop=True)
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    assert not Order.objects.exists()

    world.sweep()

    assert len(world.in_erp(order_id)) == 1
    assert world.order(order_id).origin == "sweep"


def test_progress_comes_back_in_two_shipments_an_invoice_and_a_payment(world: World) -> None:
    order_id = world.place(("ANCHOR-6", 3), ("TAPE-5M", 2))
    world.settle()
    number = world.order(order_id).erp_number

    world.erp.deliver(number, {"ANCHOR-6": 2}, tracking="TRACK-1")
    world.sweep()
    assert world.order(order_id).state == "partly_shipped"

    world.erp.deliver(number, tracking="TRACK-2")
    world.sweep()
    assert world.order(order_id).state == "shipped"

    invoice = world.erp.invoice(number)
    world.sweep()
    world.erp.pay(invoice)
    world.sweep()

    order, shown = world.order(order_id), world.in_shop(order_id)
    assert order.state == "paid"
    tracking = [
        label["tracking_number"] for one in shown["fulfillments"] for label in one["labels"]
    ]
    assert sorted(tracking) == ["TRACK-1", "TRACK-2"]
    assert shown["metadata"]["erp_invoices"] == order.invoices.get().number
    assert shown["metadata"]["erp_status"] == "paid"
    shipped = {line.sku: line.shipped for line in order.lines.filter(kind="item")}
    assert shipped == {"ANCHOR-6": 3, "TAPE-5M": 2}


def test_reading_progress_again_writes_nothing_again(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    world.erp.deliver(world.order(order_id).erp_number, tracking="TRACK-1")
    world.sweep()
    before = len(world.shop.worked("orders.*")), len(world.in_shop(order_id)["fulfillments"])

    world.sweep()
    world.sweep()

    writes = [one for one in world.shop.log if one.method == "POST" and "orders" in one.path]
    assert len(world.in_shop(order_id)["fulfillments"]) == before[1] == 1
    assert len([one for one in writes if one.path.endswith("fulfillments")]) == 1


def test_an_order_of_an_unknown_customer_is_held_until_somebody_links_it(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1), customer=NEWCOMER.email)
    world.settle()
    order = world.order(order_id)
    assert order.state == "held"
    assert order.held_reason == "customer_unlinked"
    assert NEWCOMER.email in order.held_message
    assert "customer link" in order.held_hint
    assert world.in_erp(order_id) == []

    partner = world.erp.add_partner(NEWCOMER.company)
    link_customer(world.portal, order.customer_id, partner, NEWCOMER.company)
    verbs.requeue(SyncJob.objects.get(state="parked"), actor="olga.operator", reason="linked")
    world.settle()

    assert world.order(order_id).state == "confirmed"
    assert len(world.in_erp(order_id)) == 1


def test_a_cancelled_order_is_cancelled_in_the_erp(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    world.shop.cancel(order_id)
    world.settle()

    assert world.in_erp(order_id)[0]["state"] == "cancel"
    assert world.order(order_id).state == "cancelled"


def test_an_order_cancelled_before_it_could_be_sent_never_reaches_the_erp(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1), customer=NEWCOMER.email)
    world.settle()
    assert world.order(order_id).state == "held"

    world.shop.cancel(order_id)
    world.settle()

    assert world.order(order_id).state == "cancelled"
    assert world.in_erp(order_id) == []


def test_a_changed_order_is_changed_in_the_erp(world: World) -> None:
    order_id = world.place(("ANCHOR-6", 3), ("TAPE-5M", 1))
    world.settle()

    world.shop.edit(order_id, {"ANCHOR-6": 5})
    world.settle()

    [held] = world.in_erp(order_id)
    assert Decimal(str(held["amount_total"])) == world.shop_total(order_id)
    assert world.order(order_id).state == "confirmed"


def test_a_change_is_held_with_the_difference_where_the_flow_says_so(world: World) -> None:
    world.portal.orders.settings = {"changes": "hold"}
    world.portal.orders.save()
    order_id = world.place(("ANCHOR-6", 3))
    world.settle()

    world.shop.edit(order_id, {"ANCHOR-6": 5})
    world.settle()

    order = world.order(order_id)
    assert (order.state, order.held_reason) == ("held", "changed_after_push")
    assert "quantity 3 → 5" in order.difference[0]["text"]
    [held] = world.in_erp(order_id)
    assert Decimal(str(held["amount_total"])) != world.shop_total(order_id)


def test_a_held_change_that_was_made_by_hand_is_skipped_and_not_asked_again(
    world: World,
) -> None:
    world.portal.orders.settings = {"changes": "hold"}
    world.portal.orders.save()
    order_id = world.place(("ANCHOR-6", 3))
    world.settle()
    world.shop.edit(order_id, {"ANCHOR-6": 5})
    world.settle()
    parked = SyncJob.objects.get(state="parked")

    verbs.skip_step(parked, "apply", actor="olga.operator", reason="changed it in the ERP")
    world.settle()
    world.sweep()

    order = world.order(order_id)
    assert (order.state, order.difference) == ("confirmed", [])
    assert not SyncJob.objects.filter(state="parked").exists()


def test_a_captured_payment_reaches_the_erp_once(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    payment = world.shop.capture(order_id)
    world.settle()
    world.sweep()

    [held] = world.in_erp(order_id)
    notes = [note for note in world.erp.order(held["name"])["log"] if payment in note]
    assert len(notes) == 1
    assert f" {world.shop_total(order_id)} EUR " in notes[0]


def test_cancelling_a_paid_order_tells_the_erp_of_the_refund(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    world.shop.capture(order_id)
    world.settle()
    paid = world.order(order_id).payments.get().told_amount

    world.shop.cancel(order_id)
    world.settle()

    [held] = world.in_erp(order_id)
    assert held["state"] == "cancel"
    refunds = [note for note in held["log"] if "refunded" in note]
    assert len(refunds) == 1
    assert f" {paid.normalize():f} EUR " in refunds[0]


def test_a_lost_capture_event_is_found_among_the_open_payments(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    world.shop.hooks.configure(drop=True)

    payment = world.shop.capture(order_id)
    world.sweep()

    [held] = world.in_erp(order_id)
    assert any(payment in note for note in world.erp.order(held["name"])["log"])


FORTY = [
    ("ANCHOR-6", 3),
    ("ANCHOR-8", 7),
    ("ANCHOR-10", 11),
    ("TAPE-5M", 13),
    ("SOCKET-DBL", 17),
    ("BREAKER-B16", 19),
    ("GLOVE-M", 23),
    ("GLOVE-L", 29),
    ("GLOVE-XL", 31),
    ("LEAD-10", 37),
] * 4


@pytest.mark.parametrize(
    ("lines", "more", "digits"),
    [
        ([("ANCHOR-6", 3)], {"promo": "TEN"}, 2),
        ([("ANCHOR-6", 3)], {"promo": "TEN", "has_shipping": False}, 2),
        ([("ANCHOR-6", 7), ("TAPE-5M", 3)], {"promo": "TEN", "country": "fr"}, 2),
        (FORTY, {}, 2),
        (FORTY, {"promo": "TEN", "country": "nl"}, 2),
    ],
    ids=[
        "3 × 19.99, 10 % off, freight",
        "3 × 19.99, 10 % off",
        "two lines, 20 %",
        "40 lines",
        "40 lines, 10 % off, 21 %",
    ],
)
def test_the_buyers_money_is_right_to_the_cent(
    world: World, lines: list[tuple[str, int]], more: dict[str, Any], digits: int
) -> None:
    order_id = world.place(*lines, **more)
    world.settle()

    [held] = world.in_erp(order_id)
    assert Decimal(str(held["amount_total"])) == world.shop_total(order_id, digits)
    assert world.order(order_id).predicted_total == world.shop_total(order_id, digits)


def test_a_yen_order_has_no_cents_in_either_system(world: World) -> None:
    world.shop.add_product("YEN-PART", {"jpy": 1234}, title="Part for Japan")
    product = world.erp.add_product("YEN-PART", "Part for Japan", 1234)
    variant = next(
        one["id"]
        for product in world.shop.products.values()
        for one in product["variants"]
        if one["sku"] == "YEN-PART"
    )
    bind("variant", world.portal.erp, str(product), world.portal.shop, variant, actor="test")

    order_id = world.place(("YEN-PART", 7), country="jp", promo="TEN")
    world.settle()

    [held] = world.in_erp(order_id)
    assert held["currency_id"][1] == "JPY"
    assert Decimal(str(held["amount_total"])) == world.shop_total(order_id, 0)


def test_a_wake_up_from_the_erp_brings_progress_without_a_poll(world: World) -> None:
    world.erp.webhook_url = f"{world.portal_url}{world.portal.erp.hook_path}"
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    world.erp.deliver(world.order(order_id).erp_number, tracking="TRACK-1")

    def is_shipped() -> bool:
        world.settle()
        return world.order(order_id).state == "shipped"

    wait_until(is_shipped)
    assert len(world.in_shop(order_id)["fulfillments"]) == 1
