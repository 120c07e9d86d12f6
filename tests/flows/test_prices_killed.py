"""A run whose worker is killed while prices are on their way, with real processes."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.flows.runs import request_run
from integrations.models import Flow, IdLink, PriceRow, Run
from tests.factories import ConnectionFactory, FlowFactory
from tests.support import postgres
from tests.support.processes import running_worker, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

PARTS = 60


@pytest.fixture
def environment(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A database of this test alone, and what a worker needs for it."""
    name = f"test_prices_{os.getpid()}"
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
    """Sixty parts, each with a list price and two steps for dealers."""
    with OdooStandIn(api_key="service-key") as odoo:
        odoo.set_company_currency("EUR")
        dealers = odoo.add_pricelist("Dealers", "EUR")
        parts = [odoo.add_product(f"PART-{n}", f"Part {n}", "9.90") for n in range(PARTS)]
        for part in parts:
            odoo.add_rule(dealers, product_id=part, fixed_price="8.50")
            odoo.add_rule(dealers, product_id=part, min_quantity=10, fixed_price="7.50")
        flow: Flow = FlowFactory(
            kind="prices",
            mode="live",
            source=ConnectionFactory(
                erp=True,
                base_url=odoo.url,
                allow_private_addresses=True,
                credentials={"api_key": "service-key"},
                settings={"database": "odoo", "pricelists": f"EUR={dealers}"},
            ),
            target=ConnectionFactory(
                base_url=medusa.url,
                allow_private_addresses=True,
                credentials={"secret_key": medusa.shop.secret_key},
            ),
        )
        for n, part in enumerate(parts):
            IdLink.objects.create(
                kind="variant",
                source=flow.source,
                source_ref=str(part),
                target=flow.target,
                target_ref=medusa.add_product(f"PART-{n}", {"eur": "10.00"}),
                label=f"PART-{n}",
            )
        yield flow


@pytest.mark.parametrize("at", ["price_lists.create", "price_lists.prices_batch", "variants.batch"])
def test_worker_killed_while_writing_leaves_every_price_once(
    environment: dict[str, str], medusa: MedusaStandIn, flow: Flow, tmp_path: Path, at: str
) -> None:
    medusa.dials.set("slow_commit", seconds=1.5, only=at, times=1)
    request_run(flow, actor="olga", now=timezone.now() + timedelta(seconds=5))

    with running_worker(environment, tmp_path, "--lane", "batch") as worker:
        wait_for(lambda: _is_under_way(medusa, at), f"nothing began:\n{worker.log}")
        time.sleep(0.3)  # it is on its way now
        worker.kill_tree()
    assert Run.objects.get().state == "running"
    wait_for(lambda: medusa.worked(at), "the shop should have got it all the same")

    with running_worker(environment, tmp_path, "--lane", "batch") as worker:
        wait_for(lambda: Run.objects.get().state == "done", f"not done:\n{worker.log}")

    assert Run.objects.get().failed == 0
    assert len(medusa.price_lists.rows) == len(medusa.customers.groups) == 1
    held = sorted(
        (one["variant_id"], one["min_quantity"] or 1, one["amount"])
        for one in medusa.price_lists.prices.values()
    )
    assert len(held) == len(set(held)) == 2 * PARTS
    assert {(low, amount) for _, low, amount in held} == {
        (1, Decimal("8.5")),
        (10, Decimal("7.5")),
    }
    assert not PriceRow.objects.filter(is_in_doubt=True).exists()
    own = [
        [(one["currency_code"], one["amount"]) for one in variant["prices"]]
        for product in medusa.products.values()
        for variant in product["variants"]
    ]
    assert own == PARTS * [[("eur", Decimal("9.9"))]]


def _is_under_way(medusa: MedusaStandIn, at: str) -> bool:
    """What comes right before it has been asked."""
    before = {
        "price_lists.create": "customer_groups.create",
        "price_lists.prices_batch": "price_lists.update",
        "variants.batch": "variants.list",
    }
    return bool(medusa.worked(before[at]))
