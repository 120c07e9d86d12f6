"""Modes of the order flow: nothing is sent that nobody asked for."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.engine import verbs
from integrations.engine.models import OPEN, SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.modes import set_mode
from integrations.flows.orders.doors import choose_order, hold_order, release_order, send_order
from integrations.models import Exchange, Order
from integrations.sandbox.company import NEWCOMER
from tests.journeys.conftest import World

pytestmark = pytest.mark.slow


def sent_payload() -> Any:
    created = Exchange.objects.filter(endpoint__endswith="sale.order/load").latest("id")
    return json.loads(created.request_body, parse_float=Decimal)


def test_a_shop_with_500_old_orders_goes_live_and_none_of_them_is_pushed(world: World) -> None:
    set_mode(world.portal.orders, "off", actor="test")
    world.shop.hooks.configure(drop=True)
    old = [world.place(("TAPE-5M", 1), has_shipping=False) for _ in range(500)]

    set_mode(world.portal.orders, "live", actor="test", live_from=timezone.now())
    world.sweep()
    world.shop.hooks.configure(drop=False)
    fresh = world.place(("TAPE-5M", 1))
    world.settle()

    assert sum(len(world.in_erp(one)) for one in old) == 0
    assert len(world.in_erp(fresh)) == 1
    assert not Order.objects.filter(storefront_ref__in=old).exists()


def test_an_event_of_an_old_order_does_not_send_it(world: World) -> None:
    set_mode(world.portal.orders, "off", actor="test")
    old = world.place(("TAPE-5M", 1))
    world.settle()
    set_mode(world.portal.orders, "live", actor="test", live_from=timezone.now())

    world.shop.capture(old)
    world.settle()

    assert world.in_erp(old) == []
    assert world.order(old).held_reason == "before_start"


def test_an_old_order_is_sent_when_it_is_chosen_by_hand(world: World) -> None:
    set_mode(world.portal.orders, "off", actor="test")
    old = world.place(("TAPE-5M", 1))
    world.settle()
    set_mode(world.portal.orders, "live", actor="test", live_from=timezone.now())
    world.sweep()
    assert world.in_erp(old) == []

    choose_order(storefront=world.portal.shop, order_ref=old, actor="olga.operator")
    world.settle()

    assert len(world.in_erp(old)) == 1


def test_shadow_shows_exactly_what_live_then_sends(world: World) -> None:
    set_mode(world.portal.orders, "shadow", actor="test")
    order_id = world.place(("ANCHOR-6", 3), ("TAPE-5M", 2), promo="TEN")
    world.settle()
    shown = world.order(order_id)
    assert world.in_erp(order_id) == []

    set_mode(world.portal.orders, "live", actor="test", live_from=shown.placed_at)
    send_order(shown, actor="olga.operator")
    world.settle()

    [held] = world.in_erp(order_id)
    assert sent_payload() == json.loads(json.dumps(shown.plan["payload"]), parse_float=Decimal)
    assert Decimal(str(held["amount_total"])) == shown.predicted_total


def test_assisted_waits_for_a_press(world: World) -> None:
    set_mode(world.portal.orders, "assisted", actor="test")
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    assert world.in_erp(order_id) == []
    assert world.order(order_id).plan["payload"]

    send_order(world.order(order_id), actor="olga.operator")
    world.settle()

    assert len(world.in_erp(order_id)) == 1


def test_pressing_send_twice_sends_once(world: World) -> None:
    set_mode(world.portal.orders, "assisted", actor="test")
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    send_order(world.order(order_id), actor="olga.operator")
    send_order(world.order(order_id), actor="sam.support")
    world.settle()

    assert len(world.in_erp(order_id)) == 1
    with pytest.raises(NeedsOperator, match="is in the ERP as"):
        send_order(world.order(order_id), actor="olga.operator")


def test_off_and_shadow_send_nothing_even_when_pressed(world: World) -> None:
    set_mode(world.portal.orders, "shadow", actor="test")
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    with pytest.raises(NeedsOperator, match="off or in shadow mode"):
        send_order(world.order(order_id), actor="olga.operator")


def test_a_held_order_goes_on_when_it_is_released(world: World) -> None:
    world.erp.stop()
    order_id = world.place(("TAPE-5M", 1))
    world.shop.hooks.wait()
    hold_order(world.order(order_id), actor="olga.operator", reason="buyer called")
    world.erp.start()
    world.settle()
    assert world.in_erp(order_id) == []
    assert world.order(order_id).held_message == "buyer called"

    release_order(world.order(order_id), actor="olga.operator", reason="all clear")
    world.wait_until_idle()

    assert len(world.in_erp(order_id)) == 1


def test_orders_that_waited_for_a_press_are_sent_when_the_flow_goes_live(world: World) -> None:
    set_mode(world.portal.orders, "assisted", actor="test")
    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    assert world.in_erp(order_id) == []

    set_mode(world.portal.orders, "live", actor="test")
    world.sweep()

    assert len(world.in_erp(order_id)) == 1


def test_a_cancelled_push_leaves_the_order_held_until_somebody_sends_it(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1), customer=NEWCOMER.email)
    world.settle()

    verbs.cancel(SyncJob.objects.get(state="parked"), actor="olga.operator", reason="test order")
    world.sweep()

    order = world.order(order_id)
    assert (order.state, order.held_reason) == ("held", "held_by_operator")
    assert "olga.operator: test order" in order.held_message
    assert not SyncJob.objects.filter(key=order.key, state__in=OPEN).exists()
