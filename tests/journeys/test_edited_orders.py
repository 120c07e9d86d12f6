"""What people decide for one order reaches the ERP, and holds for that order as it was then."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from integrations.engine import edits, limits, verbs
from integrations.engine.models import JobState, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.flows.orders.doors import send_order
from integrations.models import IdLink, Order
from integrations.sandbox.company import NEWCOMER
from tests.journeys.conftest import World

pytestmark = pytest.mark.slow

LOAD = "sale.order.load"


def stopped(world: World) -> tuple[str, SyncJob]:
    """An order of somebody whom no link names; its push is parked before anything was sent."""
    order_id = world.place(("TAPE-5M", 2), customer=NEWCOMER.email)
    world.settle()
    return order_id, SyncJob.objects.get(kind="push_order", state=JobState.PARKED)


def known_customer() -> str:
    return IdLink.objects.filter(kind=IdLink.Kind.CUSTOMER).values_list("target_ref", flat=True)[0]


def decide(job: SyncJob, **values: str) -> None:
    """Ann edits; where money is touched, Bob approves."""
    made = edits.edit(job, values, actor="ann", reason="agreed by phone")
    if made.needs_second:
        edits.approve(made, actor="bob", reason="so it was")


def held_before_the_erp(world: World, kind: str, ask: Callable[[], object]) -> SyncJob:
    """What `ask` starts while the ERP is paused, put aside before it could be worked on."""
    erp = world.portal.erp.resource_id
    limits.pause(erp, reason="stock count", actor="ann")
    ask()
    world.settle()
    job = SyncJob.objects.get(kind=kind, state=JobState.QUEUED)
    verbs.hold(job, actor="ann", reason="look at it first")
    limits.resume(erp, reason="counted", actor="ann")
    return SyncJob.objects.get(pk=job.pk)


def test_customer_number_and_note_of_one_order_reach_the_erp(world: World) -> None:
    order_id, job = stopped(world)

    decide(job, customer_ref=known_customer(), po_number="PO-4711", note="Ring twice")
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert held["partner_id"][0] == int(known_customer())
    assert held["client_order_ref"] == "PO-4711"
    assert "Ring twice" in held["note"]
    assert not IdLink.objects.filter(source_ref=world.order(order_id).customer_id).exists()


def test_plan_shows_what_was_decided_before_it_is_sent(world: World) -> None:
    order_id, job = stopped(world)
    world.erp.dials.set("fail", only=LOAD)

    decide(job, customer_ref=known_customer(), po_number="PO-4711")
    world.settle()

    assert "PO-4711" in str(world.order(order_id).plan["payload"])
    assert world.in_erp(order_id) == []


def test_customer_that_no_link_names_is_refused(world: World) -> None:
    _, job = stopped(world)

    with pytest.raises(MoveRefused, match="No customer or account link leads to 999"):
        decide(job, customer_ref="999")


@pytest.mark.parametrize("by", ["-12.50", "7.35"])
def test_agreed_total_is_what_the_erp_charges(world: World, by: str) -> None:
    order_id, job = stopped(world)
    agreed = world.shop_total(order_id) + Decimal(by)

    decide(job, customer_ref=known_customer(), agreed_total=str(agreed))
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    order = world.order(order_id)
    assert (held["state"], Decimal(str(held["amount_total"]))) == ("sale", agreed)
    assert (order.erp_total, order.predicted_total) == (agreed, agreed)
    assert order.plan["totals"]["agreed_gross"] == str(agreed)


def test_order_that_changed_since_is_not_charged_the_agreed_total(world: World) -> None:
    order_id, job = stopped(world)
    total = world.shop_total(order_id)
    decide(job, customer_ref=known_customer(), agreed_total=str(total - 1))
    world.wait_until_idle()

    world.shop.edit(order_id, {"TAPE-5M": 5})
    world.settle()
    world.wait_until_parked()
    held = world.order(order_id)
    change = SyncJob.objects.get(kind="change_order", state=JobState.PARKED)
    decide(change, customer_ref=known_customer())  # without the agreed total
    world.wait_until_idle()

    assert held.held_reason == "agreed_total_outdated"
    [now] = world.in_erp(order_id)
    assert Decimal(str(now["amount_total"])) == world.shop_total(order_id) != total


def test_order_that_is_sent_anew_keeps_what_was_decided(world: World) -> None:
    placed: list[str] = []
    job = held_before_the_erp(
        world, "push_order", lambda: placed.append(world.place(("TAPE-5M", 2)))
    )
    [order_id] = placed
    decide(job, po_number="PO-4711")

    send_order(Order.objects.get(storefront_ref=order_id), actor="ann")
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert held["client_order_ref"] == "PO-4711"


def test_part_of_a_payment_is_booked_when_two_people_agree(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    paid: list[str] = []
    job = held_before_the_erp(
        world, "record_payment", lambda: paid.append(world.shop.capture(order_id))
    )
    [payment] = paid
    captured = world.shop_total(order_id)

    with pytest.raises(MoveRefused, match="only a part of it can be booked"):
        decide(job, amount=str(captured + 1))
    decide(job, amount=str(captured - 2))
    world.wait_until_idle()

    notes = [n for n in world.erp.order(world.in_erp(order_id)[0]["name"])["log"] if payment in n]
    assert len(notes) == 1
    assert f"{captured - 2}" in notes[0]
    assert world.order(order_id).payments.get().told_amount == captured
