"""An order that the ERP refuses, in the real shop: it stands and waits, or it is called off."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.engine.models import JobState, SyncJob
from integrations.flows.settings import change_settings
from integrations.models import Issue, StateChange
from integrations.sandbox.storefront.shop_api import ShopApi
from tests.medusa.merchant import captured_payment
from tests.medusa.world import World

PAYMENT = "*payment_collections.payments,*payment_collections.payments.captures"
PAYMENT += ",*payment_collections.payments.refunds"


@pytest.fixture
def refusing(world: World) -> World:
    """The ERP refuses every order: its pricelist is unknown there."""
    world.portal.erp.settings["pricelists"] = "EUR=999999"
    world.portal.erp.save()
    return world


@pytest.fixture
def calling_off(refusing: World) -> World:
    """As `refusing`, and the flow says what becomes of refused orders."""
    change_settings(refusing.portal.orders, {"refused": "cancel"}, actor="iris.admin")
    return refusing


def status_in_shop(world: World, order_id: str) -> tuple[str, str]:
    order = world.in_shop(order_id)
    return order["status"], order["payment_status"]


def payment_of(admin: ShopApi, order_id: str) -> dict[str, Any]:
    order = admin.get(f"/admin/orders/{order_id}", fields=f"id,{PAYMENT}")["order"]
    [payment] = order["payment_collections"][0]["payments"]
    return dict(payment)


def amount(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(str(row["amount"])) for row in rows), Decimal(0))


def said_of(world: World, order_id: str) -> str:
    """How the order's history tells its end."""
    [end] = StateChange.objects.filter(
        subject="order", subject_id=world.order(order_id).pk, after="cancelled"
    )
    return end.reason


def test_refused_order_waits_and_stands_with_its_payment_authorised(refusing: World) -> None:
    order_id = refusing.place({"ANCHOR-6": 1})

    refusing.await_event(order_id, "order.placed")

    assert refusing.order(order_id).state == "held"
    assert SyncJob.objects.get(kind="push_order").state == JobState.PARKED
    assert status_in_shop(refusing, order_id) == ("pending", "authorized")
    assert refusing.erp.orders_with(order_id) == []


def test_refused_order_is_cancelled_and_its_payment_released(
    calling_off: World, admin: ShopApi
) -> None:
    order_id = calling_off.place({"ANCHOR-6": 1})

    calling_off.await_event(order_id, "order.placed")

    assert calling_off.order(order_id).state == "cancelled"
    assert status_in_shop(calling_off, order_id) == ("canceled", "canceled")
    payment = payment_of(admin, order_id)
    assert payment["canceled_at"] is not None
    assert payment["captures"] == []
    assert "authorised was released" in said_of(calling_off, order_id)
    calling_off.await_event(order_id, "order.canceled")  # our own, coming back
    push = SyncJob.objects.get(kind="push_order")
    assert push.state == JobState.COMPENSATED
    assert calling_off.order(order_id).state == "cancelled"


def test_captured_payment_of_a_refused_order_is_refunded_in_full(
    calling_off: World, admin: ShopApi
) -> None:
    order_id = calling_off.place({"ANCHOR-6": 2})
    captured_payment(admin, order_id)

    calling_off.await_event(order_id, "order.placed")

    assert calling_off.order(order_id).state == "cancelled"
    assert status_in_shop(calling_off, order_id) == ("canceled", "refunded")
    payment = payment_of(admin, order_id)
    assert amount(payment["refunds"]) == amount(payment["captures"]) > 0
    assert "captured was refunded" in said_of(calling_off, order_id)
    assert not Issue.objects.filter(kind="money_kept").exists()


def test_part_that_was_captured_is_refunded_and_the_history_tells_it(
    calling_off: World, admin: ShopApi
) -> None:
    order_id = calling_off.place({"ANCHOR-6": 2})
    payment = payment_of(admin, order_id)
    admin.post(f"/admin/payments/{payment['id']}/capture", {"amount": 5})

    calling_off.await_event(order_id, "order.placed")

    assert calling_off.order(order_id).state == "cancelled"
    payment = payment_of(admin, order_id)
    assert amount(payment["refunds"]) == amount(payment["captures"]) == Decimal(5)
    assert "5.00 EUR captured was refunded" in said_of(calling_off, order_id)
