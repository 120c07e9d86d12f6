"""Fields that change in the ERP stop what needs them, and nothing else, until somebody decides."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows import field_check
from integrations.gateways import connections, field_shapes, open_erp
from integrations.gateways.field_shapes import compare
from integrations.models import Connection, Issue, Order, StateChange
from integrations.ports import PullsProducts, PushesOrders
from integrations.records import UsedField
from tests.contract.conftest import opened
from tests.contract.office import Office
from tests.contract.world import World, opened_world

NAME = UsedField(entity="order", name="ref", type="char(64)", needed_by=("PushesOrders",))
GONE = UsedField(entity="order", name="ref", type="", needed_by=("PushesOrders",))
SHORT = UsedField(entity="order", name="ref", type="char(8)", needed_by=("PushesOrders",))


def test_what_is_there_at_first_is_accepted() -> None:
    compared = compare({}, [NAME])

    assert compared.accepted == {"order": {"ref": "char(64)"}}
    assert compared.changes == ()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (GONE, "order.ref is not there (any more)"),
        (SHORT, "order.ref was char(64) and is char(8)"),
    ],
)
def test_removed_or_retyped_field_is_a_change_until_it_is_back(now: UsedField, words: str) -> None:
    accepted = compare({}, [NAME]).accepted

    compared = compare(accepted, [now])

    assert [str(change) for change in compared.changes] == [words]
    assert compared.accepted == accepted
    assert compare(compared.accepted, [NAME]).changes == ()


def test_field_that_was_never_there_is_told() -> None:
    assert len(compare({}, [GONE]).changes) == 1


def test_field_that_the_adapter_came_to_use_is_no_change() -> None:
    assert compare({"order": {"old": "char"}}, [NAME]).changes == ()


# ---------------------------------------------------------------- with an ERP


@pytest.fixture
def office(transactional_db: None) -> Iterator[Office]:
    with opened("odoo") as made:
        yield made


@pytest.fixture
def world(office: Office) -> Iterator[World]:
    with opened_world(office) as made:
        assert field_check.test_connection(made.portal.erp, actor="olga.operator").is_ok
        yield made


def erp() -> Connection:
    return Connection.objects.get(role="erp")


def test_first_test_accepts_and_finds_nothing(world: World) -> None:
    shapes = erp().field_shapes

    assert shapes["accepted"]["sale.order"]["client_order_ref"] == "char"
    assert shapes["changes"] == []
    assert not Issue.objects.exists()


def test_removed_field_stops_only_what_needs_it(world: World) -> None:
    entity, name = world.office.change_field("PushesOrders", "drop_field")

    field_check.check_fields(erp(), actor="test")

    with pytest.raises(NeedsOperator) as caught, open_erp(erp(), PushesOrders):
        pass
    assert f"{entity}.{name}" in caught.value.message
    with open_erp(erp(), PullsProducts):
        pass
    issue = Issue.objects.get()
    assert f"{entity}.{name}" in issue.title
    assert issue.connection == erp()


def test_order_waits_and_goes_on_when_the_shape_is_accepted(world: World) -> None:
    world.office.standin.retype_field("sale.order", "origin", type="text")
    field_check.check_fields(erp(), actor="test")
    order_id = world.place(("TAPE-5M", 2))
    runner.drain()
    assert world.order(order_id).state == "held"
    assert world.order(order_id).held_reason == field_shapes.REASON
    assert world.held(order_id) == []

    accepted = field_check.accept_fields(erp(), actor="olga.operator", reason="a longer field")
    world.settle()

    assert accepted == 1
    assert len(world.held(order_id)) == 1
    assert set(Issue.objects.values_list("state", flat=True)) == {"resolved"}
    noted = StateChange.objects.get(subject="connection", after="fields accepted")
    assert noted.actor == "olga.operator"
    assert "sale.order.origin was char and is text" in noted.reason


def test_field_that_is_back_lets_everything_go_on(world: World) -> None:
    models = world.office.standin.store.models
    world.office.change_field("PushesOrders", "drop_field")
    field_check.check_fields(erp(), actor="test")
    order_id = world.place(("TAPE-5M", 2))
    runner.drain()
    assert Order.objects.get(storefront_ref=order_id).state == "held"

    world.office.standin.store.models = models
    field_check.test_connection(erp(), actor="olga.operator")
    world.settle()

    assert len(world.held(order_id)) == 1
    assert not Issue.objects.filter(state="open").exists()


def test_check_runs_once_a_day_by_the_clock(world: World) -> None:
    now = timezone.now()
    assert field_check.start_checks(now) == []
    world.office.change_field("TracksOrders", "drop_field")

    [job] = field_check.start_checks(now + timedelta(hours=25))
    assert field_check.start_checks(now + timedelta(hours=25)) == [job]
    runner.drain()

    assert SyncJob.objects.get(pk=job.pk).state == "done"
    assert [change.stops for change in field_shapes.changes_of(erp())] == [("TracksOrders",)]


def test_erp_that_describes_no_fields_is_asked_once_a_day_too(world: World) -> None:
    """The shop's adapter describes none: it stands for such an ERP."""
    shop = world.portal.shop
    assert connections.test_connection(shop, actor="test").checks

    assert field_check.check_fields(shop, actor="test") == []

    assert shop.field_shapes["checked_at"]
