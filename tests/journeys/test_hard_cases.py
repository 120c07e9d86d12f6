"""Odd moments: an order changes, is cancelled or switched off while its job stands still."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.adding import add_flow
from integrations.flows.links import bind
from integrations.flows.modes import set_mode
from integrations.flows.orders import sweep
from integrations.flows.orders.abandon import abandon_order
from integrations.flows.orders.doors import hold_order, send_order
from integrations.models import Order
from integrations.sandbox.company import NEWCOMER
from integrations.sandbox.connecting import link_customer
from tests.factories import ConnectionFactory
from tests.journeys.conftest import World

pytestmark = pytest.mark.slow

CONFIRM = "sale.order.action_confirm"
HOUR = timedelta(hours=1)


def stopped_at_confirm(world: World, **more: Any) -> tuple[str, SyncJob]:
    """An order that the ERP holds unconfirmed, its push parked."""
    order_id = world.place(("TAPE-5M", 2), **more)
    world.shop.hooks.wait()
    world.erp.dials.set("fail", only=CONFIRM)
    world.settle()
    world.erp.dials.clear()
    job = SyncJob.objects.get(kind="push_order")
    assert world.in_erp(order_id)[0]["state"] == "draft"
    return order_id, job


def age(job: SyncJob) -> None:
    """As if the finished steps of this job were days old."""
    for step in job.steps.exclude(output={}):
        if step.output and "at" in step.output:
            step.output["at"] = (timezone.now() - timedelta(days=2)).isoformat()
            step.save(update_fields=["output"])


def erp_total(world: World, order_id: str) -> Decimal:
    return Decimal(str(world.in_erp(order_id)[0]["amount_total"]))


def test_an_order_that_grew_in_the_erp_is_not_confirmed_at_the_new_total(world: World) -> None:
    order_id, _ = stopped_at_confirm(world)
    world.erp.change_line(world.in_erp(order_id)[0]["name"], "TAPE-5M", quantity=20)

    world.wait_until_parked()

    assert world.in_erp(order_id)[0]["state"] == "draft"
    assert world.order(order_id).held_reason == "erp_total_differs"


def test_a_total_that_was_corrected_in_the_erp_is_confirmed_after_a_requeue(
    world: World,
) -> None:
    order_id, _ = stopped_at_confirm(world)
    number = world.in_erp(order_id)[0]["name"]
    world.erp.change_line(number, "TAPE-5M", quantity=20)
    world.wait_until_parked()

    world.erp.change_line(number, "TAPE-5M", quantity=2)
    verbs.requeue(SyncJob.objects.get(kind="push_order"), actor="olga.operator")
    world.wait_until_idle()

    assert world.order(order_id).state == "confirmed"
    assert erp_total(world, order_id) == world.shop_total(order_id)


def test_an_order_cancelled_while_it_waits_for_the_erp_is_not_confirmed_there(
    world: World,
) -> None:
    world.erp.stop()
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    world.shop.cancel(order_id)
    world.settle()

    world.erp.start()
    world.wait_until_idle()

    assert world.in_erp(order_id) == []
    assert world.order(order_id).state == "cancelled"


def test_an_order_cancelled_while_it_stood_at_confirm_is_cancelled_in_the_erp(
    world: World,
) -> None:
    order_id, _ = stopped_at_confirm(world)

    world.shop.cancel(order_id)
    world.wait_until_idle()

    assert world.in_erp(order_id)[0]["state"] == "cancel"
    assert world.order(order_id).state == "cancelled"


def test_a_lost_cancellation_is_noticed_before_a_stopped_push_goes_on(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1), customer=NEWCOMER.email)
    world.settle()
    world.shop.hooks.configure(drop=True)
    world.shop.cancel(order_id)

    job = SyncJob.objects.get(kind="push_order")
    age(job)
    partner = world.erp.add_partner(NEWCOMER.company)
    link_customer(world.portal, world.order(order_id).customer_id, partner, NEWCOMER.company)
    verbs.requeue(job, actor="olga.operator")
    world.wait_until_idle()

    assert world.in_erp(order_id) == []
    assert world.order(order_id).state == "cancelled"


def test_the_sweep_sees_a_cancellation_behind_a_parked_push(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1), customer=NEWCOMER.email)
    world.settle()
    world.shop.hooks.configure(drop=True)
    world.shop.cancel(order_id)

    world.sweep()
    world.wait_until_idle()

    assert world.order(order_id).state == "cancelled"
    assert not SyncJob.objects.filter(state="parked").exists()


def test_an_older_draft_in_the_erp_is_brought_to_the_order_as_it_is_now(world: World) -> None:
    order_id, job = stopped_at_confirm(world)
    verbs.cancel(job, actor="olga.operator", reason="look at it first")
    world.settle()
    assert "holds the unconfirmed order" in world.order(order_id).held_message
    world.shop.hooks.configure(drop=True)
    world.shop.edit(order_id, {"TAPE-5M": 5})

    send_order(world.order(order_id), actor="olga.operator")
    world.wait_until_idle()

    assert len(world.in_erp(order_id)) == 1
    assert erp_total(world, order_id) == world.shop_total(order_id)


def test_an_order_that_may_be_in_the_erp_is_not_just_abandoned(world: World) -> None:
    order_id, _ = stopped_at_confirm(world)

    with pytest.raises(NeedsOperator, match="may hold an unconfirmed order"):
        abandon_order(world.order(order_id), actor="olga.operator", reason="test order")


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_nothing_is_written_to_the_erp_while_the_flow_does_not_write(
    world: World, mode: str
) -> None:
    kept = world.place(("ANCHOR-6", 3))
    dropped = world.place(("TAPE-5M", 1))
    paid = world.place(("TAPE-5M", 3))
    world.settle()
    before = erp_total(world, kept)

    set_mode(world.portal.orders, mode, actor="test")
    world.shop.edit(kept, {"ANCHOR-6": 5})
    world.shop.cancel(dropped)
    payment = world.shop.capture(paid)
    world.settle()
    world.sweep()
    assert erp_total(world, kept) == before
    assert world.in_erp(dropped)[0]["state"] == "sale"
    assert payment not in str(world.erp.order(world.order(paid).erp_number)["log"])

    set_mode(world.portal.orders, "live", actor="test", live_from=timezone.now() - HOUR)
    world.sweep()
    world.wait_until_idle()
    assert erp_total(world, kept) == world.shop_total(kept)
    assert world.in_erp(dropped)[0]["state"] == "cancel"
    assert payment in str(world.erp.order(world.order(paid).erp_number)["log"])


def test_a_push_that_was_queued_when_the_flow_went_to_shadow_is_not_sent(world: World) -> None:
    world.erp.stop()
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    set_mode(world.portal.orders, "shadow", actor="test")
    world.erp.start()
    world.settles_at_once = True
    world.wait_until_parked()
    assert world.in_erp(order_id) == []

    set_mode(world.portal.orders, "live", actor="test", live_from=timezone.now() - HOUR)
    world.wait_until_idle()

    assert len(world.in_erp(order_id)) == 1


def test_in_assisted_mode_a_change_waits_for_a_press(world: World) -> None:
    set_mode(world.portal.orders, "assisted", actor="test")
    order_id = world.place(("ANCHOR-6", 3))
    world.settle()
    send_order(world.order(order_id), actor="olga.operator")
    world.settle()
    before = erp_total(world, order_id)

    world.shop.edit(order_id, {"ANCHOR-6": 5})
    world.settle()
    assert erp_total(world, order_id) == before
    waiting = SyncJob.objects.get(kind="change_order", state=JobState.WAITING)
    assert "assisted" in waiting.wait_reason

    verbs.release(waiting, actor="olga.operator", reason="right")
    world.settle()
    assert erp_total(world, order_id) == world.shop_total(order_id)


def test_a_shop_that_moved_to_another_erp_uses_the_flow_that_writes(world: World) -> None:
    set_mode(world.portal.orders, "off", actor="test")
    newer = add_flow(
        kind="orders",
        source=world.portal.shop,
        actor="test",
        target=ConnectionFactory(erp=True, base_url="http://127.0.0.1:9"),
    )
    set_mode(newer, "live", actor="test", live_from=timezone.now() - HOUR)

    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    assert world.order(order_id).erp == newer.target


def test_orders_between_an_earlier_start_and_the_last_sweep_are_found(world: World) -> None:
    set_mode(world.portal.orders, "off", actor="test")
    world.shop.hooks.configure(drop=True)
    order_id = world.place(("TAPE-5M", 1))
    set_mode(world.portal.orders, "shadow", actor="test")
    world.sweep()
    Order.objects.all().delete()

    set_mode(world.portal.orders, "live", actor="test", live_from=timezone.now() - HOUR)
    world.sweep()

    assert len(world.in_erp(order_id)) == 1


def test_captures_and_refunds_that_come_back_to_the_same_sum_are_all_told(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    for change in (("capture", 5), ("refund", 2), ("capture", 2)):
        getattr(world.shop, change[0])(order_id, change[1])
        world.settle()

    number = world.in_erp(order_id)[0]["name"]
    told = [note for note in world.erp.order(number)["log"] if "[payment" in note]

    assert len(told) == 3


def test_a_sweep_that_stopped_goes_on_by_itself(world: World) -> None:
    world.sweep()
    stopped = SyncJob.objects.filter(kind="sweep_orders").latest("pk")
    SyncJob.objects.filter(pk=stopped.pk).update(
        state=JobState.PARKED,
        finished_at=None,
        dedupe_key=f"sweep:{world.portal.orders.pk}",
        failed_at=timezone.now() - timedelta(minutes=6),
    )
    stopped.steps.update(state="open", finished_at=None)
    world.shop.hooks.configure(drop=True)
    order_id = world.place(("TAPE-5M", 1))

    sweep.start_sweeps(timezone.now())
    world.settle()

    assert len(world.in_erp(order_id)) == 1


def test_progress_made_before_the_portal_knew_the_number_is_fetched(world: World) -> None:
    order_id, _ = stopped_at_confirm(world)
    number = world.in_erp(order_id)[0]["name"]
    world.erp.confirm(number)
    world.erp.deliver(number, tracking="TRACK-1")

    world.wait_until_idle()

    assert world.order(order_id).state == "shipped"
    assert len(world.in_shop(order_id)["fulfillments"]) == 1


def test_a_held_change_does_not_keep_progress_from_the_shop(world: World) -> None:
    world.portal.orders.settings = {"changes": "hold"}
    world.portal.orders.save()
    order_id = world.place(("ANCHOR-6", 3), ("TAPE-5M", 2))
    world.settle()
    world.shop.edit(order_id, {"TAPE-5M": 1})
    world.settle()
    assert world.order(order_id).state == "held"

    world.erp.deliver(world.order(order_id).erp_number, {"ANCHOR-6": 3}, tracking="TRACK-1")
    world.sweep()

    shown = world.in_shop(order_id)
    assert len(shown["fulfillments"]) == 1
    assert shown["metadata"]["erp_status"] == "partly_shipped"


def test_an_order_cancelled_in_the_erp_while_its_change_is_held_shows_as_cancelled(
    world: World,
) -> None:
    world.portal.orders.settings = {"changes": "hold"}
    world.portal.orders.save()
    order_id = world.place(("ANCHOR-6", 3))
    world.settle()
    world.erp.cancel(world.order(order_id).erp_number)
    world.shop.edit(order_id, {"ANCHOR-6": 5})
    world.settle()

    world.sweep()

    assert world.order(order_id).state == "cancelled"
    fresh = world.place(("TAPE-5M", 1))
    world.settle()
    assert len(world.in_erp(fresh)) == 1


def test_a_persons_hold_outlives_a_new_plan_and_a_failing_look(world: World) -> None:
    set_mode(world.portal.orders, "assisted", actor="test")
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    hold_order(world.order(order_id), actor="olga.operator", reason="buyer called")

    set_mode(world.portal.orders, "live", actor="test")
    world.shop.capture(order_id)
    world.settle()
    world.sweep()

    assert world.in_erp(order_id) == []
    assert world.order(order_id).held_message == "buyer called"


def test_a_fulfilment_that_the_shop_commits_late_is_not_made_twice(world: World) -> None:
    order_id = world.place(("ANCHOR-6", 5))
    world.settle()
    world.erp.deliver(world.order(order_id).erp_number, {"ANCHOR-6": 2}, tracking="TRACK-1")
    world.shop.dials.set("slow_commit", seconds=2.5, times=1, only="*fulfillments")

    world.sweep()
    world.wait_until_idle()

    assert len(world.in_shop(order_id)["fulfillments"]) == 1


def test_a_link_made_by_hand_for_a_sku_releases_the_order(world: World) -> None:
    world.shop.add_product("HAND-MADE", {"eur": "12.00"})
    variant = next(
        one["id"]
        for product in world.shop.products.values()
        for one in product["variants"]
        if one["sku"] == "HAND-MADE"
    )
    order_id = world.place(("HAND-MADE", 1))
    world.settle()
    assert world.order(order_id).held_reason == "sku_unlinked"

    product = world.erp.add_product("HAND-MADE", "Made by hand", 12)
    bind("variant", world.portal.erp, str(product), world.portal.shop, variant, actor="olga")
    send_order(world.order(order_id), actor="olga.operator")
    world.settle()

    assert len(world.in_erp(order_id)) == 1


def test_an_order_that_waits_for_the_erp_can_be_abandoned(world: World) -> None:
    world.erp.stop()
    order_id = world.place(("TAPE-5M", 1))
    world.shop.hooks.wait()

    abandon_order(world.order(order_id), actor="olga.operator", reason="test order")
    world.erp.start()
    world.wait_until_idle()

    assert world.order(order_id).state == "cancelled"
    assert world.in_erp(order_id) == []


def test_an_order_sent_again_is_held_for_its_new_reason_and_not_the_old(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1), customer=NEWCOMER.email)
    world.settle()

    send_order(world.order(order_id), actor="olga.operator")
    world.settle()

    assert world.order(order_id).held_reason == "customer_unlinked"
