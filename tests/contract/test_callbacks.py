"""An ERP that calls back does so twice, late, last first or not at all: the order ends right."""

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations import adapters
from integrations.models import Event
from integrations.ports.erp import PushesOrders, TracksOrders
from integrations.standin import OF_CALLBACKS
from tests.contract.office import CallsBack, Office
from tests.contract.orders import able
from tests.contract.world import World, opened_world
from tests.support.processes import wait_for

pytestmark = pytest.mark.slow
LONG_S = 60  # nothing held goes out by itself during a test


@pytest.fixture
def world(
    transactional_db: None, office: Office, live_server: LiveServer, settings: Settings
) -> Iterator[World]:
    """The ERP tells the portal of its orders."""
    able(office, PushesOrders, TracksOrders)
    if not isinstance(office, CallsBack):
        pytest.skip(f"{office.kind} tells nobody of changes")
    settings.ENGINE = {**settings.ENGINE, "backoff_base_s": 0.01, "backoff_cap_s": 0.02}
    settings.POLL_UNSETTLED_S = 0
    with opened_world(office) as made:
        erp = made.portal.erp
        address = urljoin(live_server.url, erp.hook_path)
        office.call_back_to(address, erp.subscription_secret)
        yield made
        office.standin.dials.clear()
        office.standin.callbacks.flush()
        _quiet()


def test_erps_that_call_back_have_the_dials_of_it(office: Office) -> None:
    is_heard = bool(adapters.spec(office.seed.kind).callbacks)

    assert isinstance(office, CallsBack) == is_heard
    assert set(OF_CALLBACKS) <= office.standin.vendor_dials or not is_heard


def deliveries(world: World) -> int:
    """How often the portal was told anything by the ERP."""
    events = Event.objects.filter(connection=world.portal.erp)
    return sum(1 + repeats for repeats in events.values_list("repeats", flat=True))


def _quiet() -> None:
    """Until whoever was sending is done."""
    wait_for(lambda: not Event.objects.filter(state=Event.State.STORED).exists(), timeout_s=5)


def tell(world: World) -> None:
    assert isinstance(world.office, CallsBack)
    world.office.tell()


def heard(world: World, before: int) -> None:
    tell(world)
    wait_for(lambda: deliveries(world) > before, timeout_s=5)
    world.settle()


def placed(world: World) -> str:
    """A confirmed order whose own events are over."""
    order_id = world.place(("DRILL-18V", 3), ("TAPE-5M", 10))
    world.settle()
    assert world.order(order_id).state == "confirmed"
    tell(world)
    world.settle()
    return order_id


def writes(world: World) -> list[str]:
    """All that was changed in the shop, and every order that was made in the ERP."""
    shop = [one.path for one in world.shop.log if one.did_work and one.method != "GET"]
    return [*shop, *(one.route for one in world.office.standin.worked(world.office.creating))]


def shipments(world: World, order_id: str) -> int:
    return len([one for one in world.in_shop(order_id)["fulfillments"] if one["shipped_at"]])


def test_message_that_comes_twice_is_acted_on_once(world: World) -> None:
    order_id = placed(world)
    before = deliveries(world)
    world.office.standin.dials.set("repeat_callbacks", size=2)

    world.office.ship(world.order(order_id).erp_ref, tracking="TRACK-1")
    tell(world)
    wait_for(lambda: deliveries(world) >= before + 3, timeout_s=5)
    world.settle()

    repeated = Event.objects.filter(connection=world.portal.erp, repeats__gte=2)
    assert repeated.exists()
    assert world.order(order_id).state == "shipped"
    assert shipments(world, order_id) == 1
    assert len(world.held(order_id)) == 1


def test_messages_last_first_end_in_the_state_that_is(world: World) -> None:
    order_id = placed(world)
    ref, before = world.order(order_id).erp_ref, deliveries(world)
    world.office.standin.dials.set("reorder_callbacks", seconds=LONG_S)

    world.office.ship(ref, tracking="TRACK-1")
    tell(world)
    world.office.pay(world.office.invoice(ref))
    tell(world)
    assert deliveries(world) == before
    world.office.standin.callbacks.flush()
    heard(world, before)

    order = world.order(order_id)
    assert order.state == "paid"
    assert shipments(world, order_id) == 1
    assert [one.payment_state for one in order.invoices.all()] == ["paid"]


def test_message_that_is_late_changes_nothing_more(world: World) -> None:
    """The poll was quicker: what arrives afterwards is old news."""
    order_id = placed(world)
    ref, before = world.order(order_id).erp_ref, deliveries(world)
    world.office.standin.dials.set("delay_callbacks", seconds=LONG_S)
    world.office.ship(ref, tracking="TRACK-1")
    tell(world)
    world.office.pay(world.office.invoice(ref))
    tell(world)
    world.read_progress()
    assert world.order(order_id).state == "paid"
    written = writes(world)

    world.office.standin.callbacks.flush()
    heard(world, before)

    assert world.order(order_id).state == "paid"
    assert writes(world) == written


def test_message_that_never_comes_is_made_up_for_by_the_poll(world: World) -> None:
    order_id = placed(world)
    before = deliveries(world)
    world.office.standin.dials.set("lose_callbacks")

    world.office.ship(world.order(order_id).erp_ref, tracking="TRACK-1")
    tell(world)
    world.read_progress()

    assert deliveries(world) == before
    assert world.order(order_id).state == "shipped"
    assert shipments(world, order_id) == 1


def test_order_that_was_cancelled_stays_so_whatever_is_told_of_it(world: World) -> None:
    order_id = placed(world)
    ref, before = world.order(order_id).erp_ref, deliveries(world)
    world.office.standin.dials.set("reorder_callbacks", seconds=LONG_S)
    world.office.cancel(ref)
    tell(world)

    world.office.standin.callbacks.flush()
    heard(world, before)

    assert world.order(order_id).state == "cancelled"
    assert world.held(order_id) == []
