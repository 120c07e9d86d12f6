"""The ERP refuses an order for good: it waits for a person, or is called off, as the flow says."""

from typing import Any

import pytest

from integrations.adapters.medusa.sandbox.payment_view import payment_status
from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.modes import set_mode
from integrations.flows.orders import refusals
from integrations.flows.orders.abandon import abandon_order
from integrations.flows.orders.doors import send_order
from integrations.flows.settings import change_settings
from integrations.models import Event, IdLink, Issue, Order, StateChange
from tests.journeys.conftest import World

pytestmark = pytest.mark.slow

CANCEL = "orders.cancel"
WORDS = "No matching record found for database id '999999'"


def refuse_orders(world: World) -> None:
    """From now on the ERP refuses every order: its pricelist is unknown there."""
    world.portal.erp.settings["pricelists"] = "EUR=999999"
    world.portal.erp.save()


def take_orders_again(world: World) -> None:
    world.portal.erp.settings["pricelists"] = f"EUR={world.erp_seed.pricelists['EUR']}"
    world.portal.erp.save()


def stopped_at_confirm(world: World) -> str:
    """An order that the ERP holds unconfirmed; its push goes on when time passes."""
    take_orders_again(world)
    world.erp.dials.set("fail", only="sale.order.action_confirm")
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    world.erp.dials.clear()
    SyncJob.objects.exclude(kind="push_order").delete()
    return order_id


@pytest.fixture
def refusing(world: World) -> World:
    """Refused orders are called off."""
    refuse_orders(world)
    change_settings(world.portal.orders, {"refused": "cancel"}, actor="iris.admin")
    return world


def status_in_shop(world: World, order_id: str) -> tuple[str, str]:
    order = world.shop.order(order_id)
    return order.status, payment_status(order)


def fulfil_by_hand(world: World, order_id: str) -> None:
    with world.shop.lock:
        order = world.shop.order(order_id)
        lines = [{"id": line.id, "quantity": line.quantity} for line in order.lines]
        order.fulfil(lines, world.shop_seed.location_id, None)


def cancellations(world: World) -> int:
    """How often the shop really cancelled an order."""
    return len(world.shop.worked(CANCEL))


def ends(order: Order) -> list[StateChange]:
    return list(StateChange.objects.filter(subject="order", subject_id=order.pk, after="cancelled"))


def test_refused_order_waits_for_a_person_and_stands_in_the_shop(world: World) -> None:
    refuse_orders(world)

    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    order = world.order(order_id)
    assert (order.state, order.held_reason) == ("held", "rejected")
    assert WORDS in order.held_message
    assert SyncJob.objects.get(kind="push_order").state == JobState.PARKED
    assert status_in_shop(world, order_id) == ("pending", "authorized")


def test_refused_order_is_called_off_and_its_payment_released(refusing: World) -> None:
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()

    order = refusing.order(order_id)
    assert status_in_shop(refusing, order_id) == ("canceled", "canceled")
    assert order.state == "cancelled"
    assert refusing.in_erp(order_id) == []
    [end] = ends(order)
    assert WORDS in end.reason
    assert "authorised was released" in end.reason
    assert SyncJob.objects.get(kind="push_order").state == JobState.COMPENSATED


def test_captured_payment_is_refunded_and_the_timeline_says_so(refusing: World) -> None:
    refusing.erp.stop()
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    refusing.shop.capture(order_id)
    refusing.erp.start()

    refusing.wait_until_idle()

    assert status_in_shop(refusing, order_id) == ("canceled", "refunded")
    [end] = ends(refusing.order(order_id))
    assert "captured was refunded" in end.reason
    payment = refusing.order(order_id).payments.get()
    assert payment.refunded_amount == payment.captured_amount > 0


def test_people_are_told_of_each_called_off_order_until_they_have_seen_to_it(
    refusing: World,
) -> None:
    orders = [refusing.place(("TAPE-5M", n)) for n in (1, 2)]
    refusing.settle()

    issue = Issue.objects.get(kind="called_off")
    assert (issue.state, issue.count) == ("open", 2)
    assert WORDS in issue.title
    assert set(issue.items.values_list("order__storefront_ref", flat=True)) == set(orders)
    assert not issue.items.filter(released_at=None).exists()


def test_own_cancellation_that_comes_back_as_an_event_starts_nothing(refusing: World) -> None:
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    refusing.sweep()

    assert Event.objects.filter(subject=order_id, type="order.canceled").exists()
    push = SyncJob.objects.get(kind="push_order")
    assert push.state == JobState.COMPENSATED
    assert not SyncJob.objects.filter(kind="record_payment").exists()
    assert cancellations(refusing) == 1
    assert len(ends(refusing.order(order_id))) == 1


@pytest.mark.parametrize("fault", ["lose_answer", "slow_commit", "fail", "maintenance", "throttle"])
def test_order_is_cancelled_once_whatever_happens_to_the_answer(
    refusing: World, fault: str
) -> None:
    refusing.shop.dials.set(fault, seconds=1.5, times=1, only=CANCEL)

    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    refusing.wait_until_idle()

    assert status_in_shop(refusing, order_id) == ("canceled", "canceled")
    assert cancellations(refusing) == 1
    assert len(ends(refusing.order(order_id))) == 1
    assert Issue.objects.get(kind="called_off").count == 1


def test_shop_that_is_down_is_asked_until_it_answers(refusing: World) -> None:
    refusing.shop.dials.set("fail", only=CANCEL, times=4)

    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    refusing.wait_until_idle()

    assert refusing.order(order_id).state == "cancelled"
    assert cancellations(refusing) == 1


def test_unconfirmed_order_of_an_earlier_push_is_cancelled_in_the_erp_too(
    refusing: World,
) -> None:
    order_id = stopped_at_confirm(refusing)
    verbs.cancel(SyncJob.objects.get(), actor="olga.operator", reason="start again")
    refusing.settle()
    [variant] = {item["variant_id"] for item in refusing.in_shop(order_id)["items"]}
    IdLink.objects.filter(target_ref=variant).update(source_ref="999999")  # unknown in the ERP

    send_order(refusing.order(order_id), actor="olga.operator")
    refusing.settle()
    refusing.wait_until_idle()

    assert [row["state"] for row in refusing.in_erp(order_id)] == ["cancel"]
    assert status_in_shop(refusing, order_id) == ("canceled", "canceled")
    assert refusing.order(order_id).state == "cancelled"


def test_missing_mapping_calls_nothing_off(refusing: World) -> None:
    order_id = refusing.place(("TAPE-5M", 1), customer="", email="stranger@nowhere.example")
    refusing.settle()

    assert refusing.order(order_id).state == "held"
    assert status_in_shop(refusing, order_id) == ("pending", "authorized")


def test_refusal_after_the_erp_took_the_order_calls_nothing_off(refusing: World) -> None:
    order_id = stopped_at_confirm(refusing)
    [held] = refusing.in_erp(order_id)
    store = refusing.erp.store
    refusing.erp.work(lambda: store.update("sale.order", held["id"], {"state": "to_approve"}))

    refusing.wait_until_parked()

    push = SyncJob.objects.get(kind="push_order")
    assert (push.state, push.error_kind) == (JobState.PARKED, "rejected")
    assert status_in_shop(refusing, order_id) == ("pending", "authorized")


def test_assisted_flow_calls_nothing_off(refusing: World) -> None:
    set_mode(refusing.portal.orders, "assisted", actor="iris.admin")
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()

    send_order(refusing.order(order_id), actor="olga.operator")
    refusing.settle()

    assert refusing.order(order_id).state == "held"
    assert status_in_shop(refusing, order_id) == ("pending", "authorized")


def test_row_of_refusals_stops_calling_off(refusing: World) -> None:
    orders = [refusing.place(("TAPE-5M", 1)) for _ in range(refusals.MOST_IN_A_ROW + 2)]
    refusing.settle()

    states = [refusing.order(one).state for one in orders]
    assert sorted(states) == ["cancelled"] * refusals.MOST_IN_A_ROW + ["held"] * 2
    assert SyncJob.objects.filter(state=JobState.PARKED).count() == 2


def test_order_that_the_shop_will_not_cancel_stands_held_and_can_be_sent(refusing: World) -> None:
    refusing.erp.stop()
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    fulfil_by_hand(refusing, order_id)  # the shop cancels it no more
    refusing.erp.start()
    refusing.wait_until_idle()

    order = refusing.order(order_id)
    assert (order.state, order.held_reason) == ("held", refusals.NOT_CANCELLED)
    assert WORDS in order.held_message
    assert status_in_shop(refusing, order_id)[0] != "canceled"
    assert Issue.objects.get(kind="refused_not_cancelled"[:20]).state == "open"

    take_orders_again(refusing)
    send_order(order, actor="olga.operator")
    refusing.settle()
    assert len(refusing.in_erp(order_id)) == 1


def test_order_on_its_way_back_takes_no_press(refusing: World) -> None:
    refusing.shop.dials.set("fail", only=CANCEL)
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    order = refusing.order(order_id)

    for press in (send_order, _abandon):
        with pytest.raises(NeedsOperator, match="being cancelled"):
            press(order, actor="olga.operator")


def _abandon(order: Order, **who: Any) -> None:
    abandon_order(order, reason="no", **who)


def test_undoing_that_was_given_up_goes_on_when_the_shop_cancels_by_hand(refusing: World) -> None:
    refusing.shop.dials.set("fail", only=CANCEL)
    order_id = refusing.place(("TAPE-5M", 1))
    refusing.settle()
    push = SyncJob.objects.get(kind="push_order")
    push.steps.update(failing_since="2026-01-01T00:00:00Z")
    refusing.wait_until_parked()
    push.refresh_from_db()
    assert (push.state, push.going_back) == (JobState.PARKED, True)

    refusing.shop.dials.clear()
    refusing.shop.cancel(order_id)
    refusing.settle()
    refusing.wait_until_idle()

    push.refresh_from_db()
    assert push.state == JobState.COMPENSATED
    assert refusing.order(order_id).state == "cancelled"
