"""A shop that has sold for a while is connected: what was before stays before."""

import json
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations.flows.modes import set_mode
from integrations.flows.orders.doors import send_order
from integrations.models import Flow, Order
from integrations.sandbox.storefront import place_order
from tests.medusa.merchant import captured_payment
from tests.medusa.world import TEN, World

OLD_ORDERS = 15


@pytest.fixture
def old_orders(world: World) -> list[str]:
    """Orders from before the flow goes live: those of earlier tests, and new ones at the end."""
    set_mode(world.portal.orders, Flow.Mode.OFF, actor="test")
    variant = world.variants(["TAPE-5M"])["TAPE-5M"]["id"]
    there = world.admin.get("/admin/orders", fields="id", limit=OLD_ORDERS - 1)["orders"]
    placed = [place_order(world.shop, {variant: 1}) for _ in range(len(there), OLD_ORDERS)]
    return [row["id"] for row in (*there, *placed)]


def test_orders_from_before_the_start_are_never_sent(
    world: World, old_orders: list[str], settings: Settings
) -> None:
    settings.SWEEP_OVERLAP_S = 24 * 3600
    before = len(world.erp.orders())

    set_mode(world.portal.orders, Flow.Mode.LIVE, actor="test", live_from=timezone.now())
    world.sweep()
    captured_payment(world.admin, old_orders[-1])
    world.await_event(old_orders[-1], "payment.captured")

    assert len(old_orders) == OLD_ORDERS
    assert len(world.erp.orders()) == before
    [noted] = Order.objects.all()
    assert (noted.storefront_ref, noted.held_reason) == (old_orders[-1], "before_start")


def test_shadow_shows_what_live_then_sends(world: World) -> None:
    set_mode(world.portal.orders, Flow.Mode.SHADOW, actor="test")
    order_id = world.place({"ANCHOR-6": 3, "DRILL-18V": 1}, promo_codes=[TEN])
    world.await_event(order_id, "order.placed")
    shown = world.order(order_id)
    assert world.erp.orders_with(order_id) == []
    assert "erp_number" not in (world.in_shop(order_id)["metadata"] or {})

    set_mode(world.portal.orders, Flow.Mode.LIVE, actor="test")
    send_order(shown, actor="olga.operator")
    world.until(lambda: world.order(order_id).is_in_erp)

    assert sent_order(world, order_id) == shown.plan["payload"]
    assert world.totals(order_id) == (shown.predicted_total, shown.predicted_total)


def sent_order(world: World, order_id: str) -> dict[str, Any]:
    """The body of the call that created it in the ERP."""
    [entry] = [one for one in world.erp.worked("sale.order.load") if order_id in one.body]
    body: dict[str, Any] = json.loads(entry.body)
    return body
