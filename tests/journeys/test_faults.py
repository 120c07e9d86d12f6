"""The same order while the remotes misbehave: nothing lost, nothing doubled."""

import logging
import time
from collections.abc import Iterator

import pytest

from integrations.engine.models import SyncJob
from integrations.logs import ContextFilter, PlainFormatter
from integrations.models import Exchange
from tests.journeys.conftest import World

pytestmark = pytest.mark.slow

CREATE = "sale.order.load"
SLOW_COMMIT = pytest.param("slow_commit", marks=pytest.mark.slow)  # waits in real time


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """Every line as it is written, with what is bound to it."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keeper = Keeper(level=logging.DEBUG)
    keeper.addFilter(ContextFilter())
    keeper.setFormatter(PlainFormatter())
    logging.getLogger().addHandler(keeper)
    yield lines
    logging.getLogger().removeHandler(keeper)


@pytest.mark.parametrize("fault", ["lose_answer", SLOW_COMMIT, "fail", "maintenance", "throttle"])
def test_one_order_whatever_happens_to_the_answer_of_its_creation(world: World, fault: str) -> None:
    world.erp.dials.set(fault, seconds=1.5, times=1, only=CREATE)
    world.settles_at_once = fault != "slow_commit"

    order_id = world.place(("ANCHOR-6", 3))
    world.settle()
    world.wait_until_idle()

    assert len(world.in_erp(order_id)) == 1
    assert world.order(order_id).state == "confirmed"


@pytest.mark.parametrize("fault", ["lose_answer", SLOW_COMMIT])
@pytest.mark.parametrize("call", ["sale.order.action_confirm", "sale.order.search_read"])
def test_one_confirmed_order_whatever_happens_to_the_calls_around_it(
    world: World, fault: str, call: str
) -> None:
    world.erp.dials.set(fault, seconds=1.5, times=1, only=call)
    world.settles_at_once = fault != "slow_commit"

    order_id = world.place(("TAPE-5M", 1))
    world.settle()
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert held["state"] == "sale"
    assert len(held["name"]) > 0


def test_orders_wait_while_the_erp_is_down_and_drain_by_themselves(world: World) -> None:
    world.erp.stop()
    orders = [world.place(("TAPE-5M", n)) for n in (1, 2, 3)]
    world.settle()
    assert {world.order(one).state for one in orders} <= {"received", "pushing"}

    world.erp.start()
    world.wait_until_idle()

    assert [len(world.in_erp(one)) for one in orders] == [1, 1, 1]
    assert {world.order(one).state for one in orders} == {"confirmed"}


def test_orders_wait_while_the_shop_is_down_and_get_their_number_later(world: World) -> None:
    order_id = world.place(("TAPE-5M", 1))
    world.shop.hooks.wait()
    world.shop.dials.set("fail", times=3)
    world.settle()

    world.shop.dials.clear()
    world.wait_until_idle()

    assert world.in_shop(order_id)["metadata"]["erp_number"] == world.order(order_id).erp_number


def test_a_shipment_becomes_one_fulfilment_when_the_shops_answer_is_lost(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    world.erp.deliver(world.order(order_id).erp_number, tracking="TRACK-1")
    world.shop.dials.set("lose_answer", times=1, only="*fulfil*")

    world.sweep()
    world.wait_until_idle()

    [fulfilment] = world.in_shop(order_id)["fulfillments"]
    assert fulfilment["labels"][0]["tracking_number"] == "TRACK-1"


@pytest.mark.parametrize("fault", ["lose_answer", SLOW_COMMIT])
def test_a_captured_payment_is_told_once_whatever_happens_to_the_answer(
    world: World, fault: str
) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    world.erp.dials.set(fault, seconds=1.5, times=1, only="sale.order.message_post")

    world.shop.capture(order_id)
    world.settle()
    world.wait_until_idle()
    time.sleep(1)  # until a slow commit has come, whatever was sent meanwhile

    [held] = world.in_erp(order_id)
    assert sum("Payment captured" in message for message in held["log"]) == 1


def test_an_order_that_is_changed_while_it_is_being_sent_ends_up_changed(world: World) -> None:
    world.erp.dials.set("lose_answer", times=1, only=CREATE)
    order_id = world.place(("TAPE-5M", 2))
    world.settle()  # it was read and sent; what became of it is in doubt

    world.shop.edit(order_id, {"TAPE-5M": 3})
    world.settle()
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert round(held["amount_total"], 2) == world.shop_total(order_id)


def test_a_change_that_comes_while_another_is_being_made_is_made_too(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    world.erp.dials.set("lose_answer", times=1, only=CREATE)
    world.shop.edit(order_id, {"TAPE-5M": 3})
    world.settle()

    world.shop.edit(order_id, {"TAPE-5M": 4})
    world.settle()
    world.wait_until_idle()

    [held] = world.in_erp(order_id)
    assert round(held["amount_total"], 2) == world.shop_total(order_id)


def test_a_change_that_is_committed_late_does_not_undo_a_newer_one(world: World) -> None:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    world.erp.dials.set("slow_commit", seconds=2.5, times=1, only=CREATE)

    world.shop.edit(order_id, {"TAPE-5M": 3})
    world.settle()
    world.shop.edit(order_id, {"TAPE-5M": 4})
    world.settle()
    world.wait_until_idle()
    time.sleep(2.5)  # until the first change has come

    [held] = world.in_erp(order_id)
    assert round(held["amount_total"], 2) == world.shop_total(order_id)


def test_refused_credentials_pause_the_connection_once_and_burn_no_attempt(world: World) -> None:
    from integrations.gateways.connections import change_credentials, test_connection
    from integrations.sandbox.erp import API_KEY

    change_credentials(world.portal.erp, {"api_key": "expired-or-mistyped"}, actor="test")
    orders = [world.place(("TAPE-5M", 1)) for _ in range(3)]
    world.settle()

    world.portal.erp.resource.refresh_from_db()
    assert world.portal.erp.resource.paused
    assert not SyncJob.objects.filter(state="parked").exists()

    world.portal.erp.refresh_from_db()
    change_credentials(world.portal.erp, {"api_key": API_KEY}, actor="test")
    assert test_connection(world.portal.erp, actor="test").is_ok
    world.wait_until_idle()
    assert [len(world.in_erp(one)) for one in orders] == [1, 1, 1]


def test_the_log_of_a_refused_push_names_everything_and_no_secret(
    world: World, log_lines: list[str]
) -> None:
    world.portal.erp.settings["pricelists"] = "EUR=999999"
    world.portal.erp.save()

    order_id = world.place(("TAPE-5M", 1))
    world.settle()

    job = SyncJob.objects.get(kind="push_order")
    text = next(line for line in log_lines if "step_failed" in line)
    assert job.state == "parked"
    assert f"job={job.pk}" in text
    assert f"about=order:{order_id}" in text
    assert f"connection={world.portal.erp.name}" in text
    assert "endpoint=POST:/json/2/sale.order/load" in text
    assert "No matching record found for database id '999999'" in text
    for secret in (*world.portal.erp.credentials.values(), *world.portal.shop.credentials.values()):
        assert not any(secret in line for line in log_lines)
        assert not any(secret in repr(one) for one in Exchange.objects.values())
