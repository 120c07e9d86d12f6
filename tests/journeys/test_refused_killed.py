"""A refused order is called off while the worker that does it is killed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from integrations.adapters.medusa.sandbox.payment_view import payment_status
from integrations.engine.models import JobState, SyncJob
from integrations.flows.settings import change_settings
from integrations.models import Issue, StateChange
from tests.support import postgres
from tests.support.processes import running_worker, wait_for
from tests.support.shop_and_erp import ShopAndErp, shop_and_erp

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def template(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    name = f"test_refused_template_{os.getpid()}"
    with django_db_blocker.unblock():
        postgres.create_migrated(name)
    yield name
    postgres.drop(name)


@pytest.fixture
def world(template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[ShopAndErp]:
    name = f"test_refused_{os.getpid()}"
    with django_db_blocker.unblock(), shop_and_erp(name, template=template) as made:
        made.refuse_orders()
        change_settings(made.portal.orders, {"refused": "cancel"}, actor="iris.admin")
        yield made


@pytest.mark.parametrize(
    "point",
    [
        "undo_intent/plan",
        "undo_sent/plan",
        "undone/plan",
        "undo_intent/read",
        "undo_sent/read",
        "undone/read",
    ],
)
def test_worker_killed_while_calling_off_leaves_one_cancelled_order(
    point: str, world: ShopAndErp, tmp_path: Path
) -> None:
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}
    order_id = world.place()

    with running_worker({**world.environment, **fault}, tmp_path, "--lane", "orders") as worker:
        wait_for(world.has_pushed, f"jobs are still open:\n{worker.log}")

    assert mark.exists()
    assert SyncJob.objects.get(kind="push_order").state == JobState.COMPENSATED
    order = world.order(order_id)
    assert order.state == "cancelled"
    assert (
        StateChange.objects.filter(subject="order", subject_id=order.pk, after="cancelled").count()
        == 1
    )
    assert Issue.objects.get(kind="called_off").count == 1
    in_shop = world.shop.order(order_id)
    assert (in_shop.status, payment_status(in_shop)) == ("canceled", "canceled")
    assert len(world.shop.worked("orders.cancel")) == 1
    assert world.erp.orders_with(order_id) == []
