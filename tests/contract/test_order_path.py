"""Shop → portal → ERP and back, for every ERP: each order once, whatever happens on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from integrations.models import Order
from integrations.ports.erp import PushesOrders, TracksOrders
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.world import World, opened_world

pytestmark = pytest.mark.slow


@pytest.fixture
def world(transactional_db: None, office: Office, settings: Settings) -> Iterator[World]:
    able(office, PushesOrders, TracksOrders)
    settings.ENGINE = {**settings.ENGINE, "backoff_base_s": 0.01, "backoff_cap_s": 0.02}
    settings.HTTP_READ_TIMEOUT_S = 0.25
    settings.POLL_UNSETTLED_S = 0
    with opened_world(office) as made:
        yield made


def confirmed(world: World, order_id: str) -> Order:
    order = world.order(order_id)
    assert order.state == "confirmed", (order.state, order.held_message, order.held_hint)
    return order


def test_order_is_in_the_erp_once_with_its_number_in_the_shop(world: World) -> None:
    order_id = world.place(("DRILL-18V", 3), ("TAPE-5M", 10))
    world.settle()

    order = confirmed(world, order_id)
    [held] = world.held(order_id)
    assert (held.ref, held.number) == (order.erp_ref, order.erp_number)
    assert held.gross_total == order.erp_total == world.buyer_pays(order_id)
    assert world.in_shop(order_id)["metadata"]["erp_number"] == held.number


def test_promotion_is_the_same_sum_in_both(world: World) -> None:
    order_id = world.place(("DRILL-18V", 3), ("TIES-200", 7), promo="TEN")
    world.settle()

    confirmed(world, order_id)
    assert [one.gross_total for one in world.held(order_id)] == [world.buyer_pays(order_id)]


@pytest.mark.parametrize("fault", ["lose_answer", "fail", "throttle"])
def test_one_order_whatever_happens_to_the_answer(world: World, fault: str) -> None:
    world.office.standin.dials.set(fault, seconds=1, times=1, only=world.office.creating)

    order_id = world.place(("TAPE-5M", 2))
    world.settle()

    confirmed(world, order_id)
    assert len(world.held(order_id)) == 1


def test_one_order_when_it_is_written_after_the_caller_has_gone(world: World) -> None:
    world.office.standin.dials.set("slow_commit", seconds=0.4, times=1, only=world.office.creating)

    order_id = world.place(("TAPE-5M", 2))
    world.run_until(lambda: world.held(order_id))
    world.settle()

    confirmed(world, order_id)
    assert len(world.held(order_id)) == 1


@pytest.mark.parametrize("point", ["checked/create", "sent/create", "sent/confirm"])
def test_worker_that_is_killed_leaves_one_order(world: World, tmp_path: Path, point: str) -> None:
    order_id = world.place(("TAPE-5M", 2))

    world.killed_worker(point, tmp_path / "worker.log")
    world.settle()

    confirmed(world, order_id)
    assert len(world.held(order_id)) == 1


def test_two_workers_at_once_send_each_order_once(world: World) -> None:
    placed = [world.place(("TAPE-5M", pieces)) for pieces in (1, 2, 3)]

    world.two_workers()
    world.settle()

    assert [len(world.held(one)) for one in placed] == [1, 1, 1]
    assert {world.order(one).state for one in placed} == {"confirmed"}


def test_orders_wait_while_the_erp_is_down(world: World) -> None:
    world.office.standin.stop()
    try:
        order_id = world.place(("TAPE-5M", 2))
        with pytest.raises(AssertionError, match="still open"):
            world.settle(rounds=2)
    finally:
        world.office.standin.start()

    world.settle()

    confirmed(world, order_id)
    assert len(world.held(order_id)) == 1


def test_progress_comes_back_to_the_shop(world: World) -> None:
    order_id = world.place(("DRILL-18V", 3))
    world.settle()
    ref = world.order(order_id).erp_ref
    line = world.order(order_id).lines.get(kind="item").line_id

    world.office.ship(ref, {line: 2}, tracking="TRACK-1")
    world.read_progress()
    partly = world.order(order_id).state
    world.office.ship(ref, {line: 1}, tracking="TRACK-2")
    world.office.pay(world.office.invoice(ref))
    world.read_progress()

    order, shown = world.order(order_id), world.in_shop(order_id)
    assert partly == "partly_shipped"
    tracking = {
        label["tracking_number"] for one in shown["fulfillments"] for label in one["labels"]
    }
    assert {"TRACK-1", "TRACK-2"} <= tracking
    assert order.invoices.get().payment_state == "paid"
    assert shown["metadata"]["erp_invoices"] == order.invoices.get().number
    assert {one.shipped for one in order.lines.filter(kind="item")} == {3}


def test_order_cancelled_in_the_shop_is_cancelled_in_the_erp(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    world.shop.cancel(order_id)
    world.read_progress()

    assert world.order(order_id).state == "cancelled"
    assert world.held(order_id) == []
    assert len(world.office.orders_with(order_id)) == 1


def test_edit_made_in_the_erp_is_shown(world: World) -> None:
    order_id = world.place(("TAPE-5M", 4))
    world.settle()
    order = world.order(order_id)
    line = order.lines.get(kind="item").line_id

    world.office.edit_line(order.erp_ref, line, quantity=6)
    world.read_progress()

    assert world.order(order_id).erp_total > order.erp_total
