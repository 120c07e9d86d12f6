"""A run whose worker is killed in the middle of a write, with real processes."""

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
from integrations.models import Flow, IdLink, Run
from tests.factories import ConnectionFactory, FlowFactory
from tests.support import postgres
from tests.support.processes import running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

PARTS = 150  # one page of the ERP, two batches of the shop


@pytest.fixture
def environment(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A database of this test alone, and what a worker needs for it."""
    name = f"test_products_{os.getpid()}"
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
    with OdooStandIn(api_key="service-key") as odoo:
        odoo.set_company_currency("EUR")
        for n in range(PARTS):
            odoo.add_product(f"PART-{n}", f"Part {n}", "9.90")
        erp = ConnectionFactory(
            erp=True,
            base_url=odoo.url,
            allow_private_addresses=True,
            credentials={"api_key": "service-key"},
            settings={"database": "odoo", "pricelists": "EUR=1"},
        )
        shop = ConnectionFactory(
            base_url=medusa.url,
            allow_private_addresses=True,
            credentials={"secret_key": medusa.shop.secret_key},
        )
        yield FlowFactory(kind="products", mode="live", source=erp, target=shop)


def test_worker_killed_while_writing_leaves_every_product_once(
    environment: dict[str, str], medusa: MedusaStandIn, flow: Flow, tmp_path: Path
) -> None:
    medusa.dials.set("slow_commit", seconds=1.5, only="products.batch", times=1)
    request_run(flow, actor="olga", now=timezone.now() + timedelta(seconds=5))

    with running_worker(environment, tmp_path, "--lane", "batch") as worker:
        wait_for(lambda: medusa.worked("products.list"), f"nothing began:\n{worker.log}")
        time.sleep(0.5)  # the batch is on its way now
        worker.kill_tree()
    assert Run.objects.get().state == "running"
    assert not IdLink.objects.exists()
    wait_for(lambda: medusa.products, "the shop should have got the first batch all the same")

    with running_worker(environment, tmp_path, "--lane", "batch") as worker:
        wait_for(lambda: Run.objects.get().state == "done", f"not done:\n{worker.log}")

    carried = Counter(product["external_id"] for product in medusa.products.values())
    assert (len(carried), set(carried.values())) == (PARTS, {1})
    assert IdLink.objects.filter(kind="product").count() == PARTS
    assert Run.objects.get().failed == 0
