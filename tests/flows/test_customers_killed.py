"""A customers run whose worker is killed in the middle of a write, with real processes."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.flows.runs import request_run
from integrations.models import Account, Buyer, CustomerCopy, Flow, Run
from integrations.sandbox.erp import API_KEY, seed_erp
from tests.factories import ConnectionFactory, FlowFactory
from tests.support import postgres
from tests.support.processes import running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def environment(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A database of this test alone, and what a worker needs for it."""
    name = f"test_customers_{os.getpid()}"
    with django_db_blocker.unblock():
        url = postgres.create_migrated(name)
        with postgres.as_default(url):
            yield {"DATABASE_URL": url}
    postgres.drop(name)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(environment: dict[str, str], medusa: MedusaStandIn) -> Iterator[Flow]:
    with OdooStandIn(api_key=API_KEY) as odoo:
        seed = seed_erp(odoo)
        erp = ConnectionFactory(
            erp=True,
            base_url=odoo.url,
            allow_private_addresses=True,
            credentials={"api_key": API_KEY},
            settings={
                "database": seed.database,
                "pricelists": f"EUR={seed.pricelists['EUR']}",
            },
        )
        shop = ConnectionFactory(
            base_url=medusa.url,
            allow_private_addresses=True,
            credentials={"secret_key": medusa.shop.secret_key},
        )
        yield FlowFactory(kind="customers", mode="live", source=erp, target=shop)


@pytest.mark.parametrize(
    ("route", "before"),
    [("customers.create", "customers.list"), ("customer_groups.create", "customer_groups.list")],
)
def test_worker_killed_while_writing_leaves_everything_once(
    environment: dict[str, str],
    medusa: MedusaStandIn,
    flow: Flow,
    tmp_path: Path,
    route: str,
    before: str,
) -> None:
    medusa.dials.set("slow_commit", seconds=1.5, only=route, times=1)
    request_run(flow, actor="olga", now=timezone.now() + timedelta(seconds=5))

    with running_worker(environment, tmp_path, "--lane", "batch") as worker:
        wait_for(lambda: medusa.worked(before), "nothing began", timeout_s=180)
        time.sleep(0.5)  # the write is on its way now
        worker.kill_tree()
    assert Run.objects.get().state == "running"

    with running_worker(environment, tmp_path, "--lane", "batch") as worker:
        wait_for(lambda: Run.objects.get().state == "done", "not done", timeout_s=180)

    assert not Account.objects.filter(is_active=False).exists()
    linked = CustomerCopy.objects.exclude(account=None)
    assert linked.count() == Account.objects.count() > 0
    mails = Counter(row["email"] for row in medusa.customers.rows.values())
    assert (set(mails.values()), set(mails)) == ({1}, {one.email for one in Buyer.objects.all()})
    names = Counter(group["metadata"]["erp_ref"] for group in medusa.customers.groups.values())
    assert set(names.values()) == {1}
    assert Run.objects.get().failed == 0
