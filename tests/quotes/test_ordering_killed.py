"""An acceptance becomes one order, wherever its worker is killed."""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine import runner
from integrations.engine.models import OPEN, SyncJob
from integrations.flows.totals.currency import round_half_up
from integrations.models import Connection, User
from quotes.models import Acceptance, Version
from quotes.services import approving, drafting, offering, ordering
from quotes.states import VersionState
from tests.quotes.selling import accepted, nordwind, offered
from tests.support import hasty_shop, postgres
from tests.support.processes import running_worker, wait_for
from tests.support.shop_and_erp import ShopAndErp, shop_and_erp

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

POINTS = [
    "checked/draft",
    "sent/draft",
    "recorded/draft",
    "sent/check",
    "checked/convert",
    "sent/convert",
    "recorded/convert",
    "intent/push",
    "sent/push",
]


@pytest.fixture(scope="module")
def template(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    name = f"test_quotes_template_{os.getpid()}"
    with django_db_blocker.unblock():
        postgres.create_migrated(name)
    yield name
    postgres.drop(name)


@pytest.fixture
def world(template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[ShopAndErp]:
    name = f"test_quotes_{os.getpid()}"
    with django_db_blocker.unblock(), shop_and_erp(name, template=template) as made:
        yield made


@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_while_placing_leaves_one_order(
    point: str, world: ShopAndErp, tmp_path: Path
) -> None:
    person = nordwind(world.shop_seed)
    version = offered(person, world.shop_seed)
    acceptance = accepted(version, person)
    # How long the real storefront has to settle is not what this is about.
    Connection.objects.filter(pk=world.portal.shop.pk).update(kind=hasty_shop.KIND)
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}

    with running_worker(
        {**world.environment, **hasty_shop.ENVIRONMENT, **fault}, tmp_path, "--lane", "orders"
    ) as worker:
        wait_for(all_is_quiet, f"jobs are still open:\n{worker.log}", timeout_s=90)

    assert mark.exists()
    acceptance = Acceptance.objects.get(pk=acceptance.pk)
    [order] = world.shop.orders.values()
    assert order["id"] == acceptance.order_ref
    assert round_half_up(Decimal(str(order["total"])), "EUR") == version.gross_total
    assert len(world.erp.orders_with(order["id"])) == 1
    assert world.shop.drafts == {}
    ordering.note_ordered()
    assert Version.objects.get(pk=version.pk).state == VersionState.ORDERED


@pytest.mark.parametrize("point", ["undo_sent/draft", "sent/draft", "sent/convert"])
def test_worker_killed_between_two_acceptances_leaves_the_one_order_of_the_second(
    point: str, world: ShopAndErp, tmp_path: Path
) -> None:
    person = nordwind(world.shop_seed)
    version = offered(person, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    first = accepted(Version.objects.get(pk=version.pk), person)
    while runner.drain("orders"):
        pass
    assert len(world.shop.drafts) == 1
    Connection.objects.filter(pk=world.portal.shop.pk).update(kind=hasty_shop.KIND)
    sam = User.objects.get(username="sam.sales")
    ordering.give_up_order(first, user=sam, reason="we could not deliver")
    second = accepted(offered_anew(version, sam), person)
    mark = tmp_path / "killed"
    fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}

    with running_worker(
        {**world.environment, **hasty_shop.ENVIRONMENT, **fault}, tmp_path, "--lane", "orders"
    ) as worker:
        wait_for(second_is_quiet, f"jobs are still open:\n{worker.log}", timeout_s=120)

    assert mark.exists()
    second = Acceptance.objects.get(pk=second.pk)
    assert list(world.shop.orders) == [second.order_ref]
    assert len(world.erp.orders_with(second.order_ref)) == 1
    assert world.shop.drafts == {}


def offered_anew(version: Version, sam: User) -> Version:
    again = drafting.requote(Version.objects.get(pk=version.pk), user=sam)
    with drafting.editing(again, user=sam) as edited:
        edited.valid_until = timezone.now() + timedelta(days=5)
    return offering.offer(approving.submit_version(again, user=sam), user=sam)


def second_is_quiet() -> bool:
    """Whether both quote jobs and the one push have ended."""
    kinds = ["place_quote_order", "push_order"]
    jobs = SyncJob.objects.filter(kind__in=kinds)
    return jobs.count() == 3 and not jobs.filter(state__in=OPEN).exists()


def all_is_quiet() -> bool:
    """Whether the quote's job and the push that it asked for have ended."""
    kinds = ["place_quote_order", "push_order"]
    jobs = SyncJob.objects.filter(kind__in=kinds)
    return jobs.count() == len(kinds) and not jobs.filter(state__in=OPEN).exists()
