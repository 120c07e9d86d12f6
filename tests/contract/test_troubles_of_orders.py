"""What a trouble in the ERP stops: the connection for credentials, else the one order it met."""

from collections.abc import Iterator, Mapping

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations.engine import limits, runner
from integrations.engine.models import JobState, SyncJob
from integrations.flows import field_check, issues
from integrations.flows.order_status import poll
from integrations.gateways import connections
from integrations.models import IdLink, Issue
from integrations.ports.erp import PushesOrders, TracksOrders
from integrations.records import TestReport
from integrations.sandbox.company import ATELIER
from integrations.sandbox.connecting import link_customer
from tests.contract.conftest import KINDS, opened
from tests.contract.orders import able
from tests.contract.world import World, opened_world

pytestmark = pytest.mark.slow


@pytest.fixture(params=KINDS)
def world(
    request: pytest.FixtureRequest, transactional_db: None, settings: Settings
) -> Iterator[World]:
    """An office of its own: what happens to it is not undone."""
    with opened(request.param) as office:
        able(office, PushesOrders, TracksOrders)
        settings.ENGINE = {**settings.ENGINE, "backoff_base_s": 0.01, "backoff_cap_s": 0.02}
        settings.POLL_UNSETTLED_S = 0
        with opened_world(office) as made:
            yield made


def parked(world: World, order_id: str) -> str:
    """The cause in the only issue that holds this order."""
    order = world.order(order_id)
    assert order.state == "held", (order.state, order.held_message)
    assert order.held_message
    assert order.held_hint
    assert world.held(order_id) == []
    return order.held_reason


def assert_goes_on(world: World) -> None:
    """The connection is open, and the next order finds its way."""
    world.portal.erp.resource.refresh_from_db()
    assert not world.portal.erp.resource.paused
    other = world.place(("TAPE-5M", 1))
    world.settle()
    assert world.order(other).state == "confirmed"


def test_expired_credentials_pause_the_connection_and_lose_nothing(world: World) -> None:
    world.office.expire_secrets()

    order_id = world.place(("DRILL-18V", 1))
    world.run_until(lambda: _is_paused(world))

    resource = world.portal.erp.resource
    assert resource.pause_reason == limits.CREDENTIALS_REFUSED
    job = SyncJob.objects.exclude(state__in=[JobState.DONE]).filter(kind="push_order").get()
    assert job.state != JobState.PARKED, "it waits for the connection"
    assert not world.portal.shop.resource.paused
    assert world.held(order_id) == []


def _is_paused(world: World) -> bool:
    world.portal.erp.resource.refresh_from_db()
    return world.portal.erp.resource.paused


def test_product_that_is_gone_parks_its_order_alone(world: World) -> None:
    world.sell("GHOST", "5.00", as_sku="SAW-65")
    _unlink(world, "GHOST")

    order_id = world.place(("GHOST", 1), ("DRILL-18V", 1))
    world.settle()

    assert parked(world, order_id) == "unknown_product"
    assert_goes_on(world)


def _unlink(world: World, sku: str) -> None:
    """As if somebody had linked it to what the ERP has no more."""
    IdLink.objects.filter(label=sku).update(source_ref=world.office.no_product())


def test_closed_period_parks_its_order_alone(world: World) -> None:
    if not world.office.close_period():
        pytest.skip("an order is no entry in the books of this ERP")

    order_id = world.place(("DRILL-18V", 1))
    world.settle()

    assert parked(world, order_id) == "closed_period"
    assert not _is_paused(world)


def test_missing_permission_is_one_issue_for_all_orders(world: World) -> None:
    world.office.forbid_orders()

    orders = [world.place(("TAPE-5M", 1)) for _ in range(2)]
    world.settle()

    assert {parked(world, one) for one in orders} == {"erp_access_denied"}
    assert Issue.objects.filter(cause__contains=":erp_access_denied").count() == 1
    assert not _is_paused(world)


# ---------------------------------------------------------------- and goes on when it is mended


def test_mended_credentials_take_up_all_that_waited(world: World) -> None:
    """What was under way, what came meanwhile and what changed in the ERP: each once."""
    known = world.place(("TAPE-5M", 2))
    world.settle()
    world.office.ship(world.order(known).erp_ref)
    world.office.expire_secrets()
    early = world.place(("DRILL-18V", 1))
    world.run_until(lambda: _is_paused(world))
    late = world.place(("TAPE-5M", 1))
    poll.start_polls(timezone.now())
    runner.drain()

    assert mend(world).is_ok
    world.settle()
    world.read_progress()

    assert not _is_paused(world)
    assert [world.order(one).state for one in (early, late)] == ["confirmed"] * 2
    assert [len(world.held(one)) for one in (known, early, late)] == [1, 1, 1]
    assert world.order(known).state == "shipped"
    assert not SyncJob.objects.filter(state=JobState.PARKED).exists()
    assert not Issue.objects.filter(state="open").exists()


def mend(world: World) -> TestReport:
    """As an operator does: the new credentials are entered, the connection is tested."""
    settings, secrets = world.office.renew_secrets()
    enter(world, settings, secrets)
    return field_check.test_connection(world.portal.erp, actor="olga.operator")


def enter(world: World, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    erp = world.portal.erp
    connections.change_connection(
        erp, settings={**erp.settings, **settings}, credentials=secrets, actor="olga.operator"
    )


def test_what_else_the_test_finds_does_not_keep_mended_credentials_waiting(world: World) -> None:
    world.office.expire_secrets()
    order_id = world.place(("TAPE-5M", 1))
    world.run_until(lambda: _is_paused(world))
    world.office.standin.dials.set("skew", seconds=900)  # a clock that has been wrong for long

    report = mend(world)
    world.settle()

    assert not report.is_ok
    assert world.order(order_id).state == "confirmed"


def test_paused_connection_is_left_alone_until_its_credentials_are_good(world: World) -> None:
    """Users are locked after a few wrong sign-ins: nobody tries on, and a bad mend changes
    nothing."""
    world.office.expire_secrets()
    order_id = world.place(("DRILL-18V", 1))
    world.run_until(lambda: _is_paused(world))
    tried = len(world.office.standin.log)

    world.place(("TAPE-5M", 1))
    for _ in range(5):
        world.wake()
        runner.drain()
    assert len(world.office.standin.log) == tried
    enter(world, {}, world.office.wrong_secrets())
    report = field_check.test_connection(world.portal.erp, actor="olga.operator")

    assert not report.is_ok
    assert _is_paused(world)
    assert not world.portal.shop.resource.paused
    assert world.held(order_id) == []


def test_blocked_customer_parks_their_orders_and_nobody_elses(world: World) -> None:
    if not world.office.refuses_blocked_customers():
        pytest.skip("the ERP takes orders of anybody; the portal's checks are before it")
    world.office.block_customer("usual")
    atelier = next(
        one for one in world.shop.customers.rows.values() if one["email"] == ATELIER.email
    )
    link_customer(world.portal, atelier["id"], world.office.customer("contract"), ATELIER.company)

    orders = [world.place(("TAPE-5M", pieces)) for pieces in (1, 2)]
    other = world.place(("TAPE-5M", 1), customer=ATELIER.email)
    world.settle()

    assert {parked(world, one) for one in orders} == {"customer_blocked"}
    assert Issue.objects.filter(cause__contains=":customer_blocked").count() == 1
    assert world.order(other).state == "confirmed"
    assert not _is_paused(world)


def test_orders_that_a_missing_right_parked_go_on_with_their_issue(world: World) -> None:
    """The right is given, the one issue is requeued: all of them, each once."""
    world.office.forbid_orders()
    orders = [world.place(("TAPE-5M", pieces)) for pieces in (1, 2, 3)]
    world.settle()
    (issue,) = Issue.objects.filter(cause__contains=":erp_access_denied")

    world.office.permit_orders()
    issues.requeue_blocked(issue, actor="olga.operator", reason="the right was given")
    world.settle()

    assert [world.order(one).state for one in orders] == ["confirmed"] * 3
    assert [len(world.held(one)) for one in orders] == [1, 1, 1]
