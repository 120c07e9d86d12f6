"""Products from the ERP's server to the shop's, through the engine."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.adapter import OdooAdapter
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.engine.models import CLAIMABLE, SyncJob
from integrations.flows.links import target_of
from integrations.flows.modes import set_mode
from integrations.flows.runs import apply_plan, request_run
from integrations.models import Exchange, Flow, Run
from tests.factories import ConnectionFactory, FlowFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def odoo() -> Iterator[OdooStandIn]:
    with OdooStandIn(api_key="service-key") as server:
        server.set_company_currency("EUR")
        server.add_product("BOLT", "Bolt", "19.99")
        server.add_template(
            "Shirt",
            "25",
            [{"sku": "SHIRT-S", "value": "S"}, {"sku": "SHIRT-XL", "value": "XL", "extra": "2.50"}],
            attribute="Size",
        )
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn, odoo: OdooStandIn) -> Flow:
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
        settings={"sales_channel_id": medusa.shop.sales_channel_id},
    )
    made: Flow = FlowFactory(kind="products", source=erp, target=shop, settings={"currency": "EUR"})
    return set_mode(made, "live", actor="olga", despite_plan=True)


def ask(flow: Flow) -> None:
    """A run of what is there by now: a window ends two seconds before it is asked for."""
    request_run(flow, actor="olga", now=timezone.now() + timedelta(seconds=5))


def run(flow: Flow) -> Run:
    ask(flow)
    runner.drain("batch")
    made = Run.objects.latest("id")
    assert made.state == "done", made.note
    return made


def drain_at_once() -> None:
    """Runs what is due, without waiting for backoffs."""
    SyncJob.objects.filter(state__in=CLAIMABLE).update(due_at=Now() - timedelta(seconds=1))
    runner.drain("batch")


def bolt_id(odoo: OdooStandIn) -> int:
    rows = odoo.store.table("product.product").values()
    return next(int(row["id"]) for row in rows if row["default_code"] == "BOLT")


def prices(medusa: MedusaStandIn) -> dict[str, Decimal]:
    return {
        variant["sku"]: Decimal(variant["prices"][0]["amount"])
        for product in medusa.products.values()
        for variant in product["variants"]
    }


def test_catalogue_of_the_erp_is_for_sale_in_the_shop(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    made = run(flow)

    assert (made.read, made.created) == (2, 2)
    assert prices(medusa) == {
        "BOLT": Decimal("19.99"),
        "SHIRT-S": Decimal(25),
        "SHIRT-XL": Decimal("27.50"),
    }


def test_second_run_reads_only_what_changed_and_asks_the_shop_nothing(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    run(flow)
    calls = len(medusa.log)

    made = run(flow)

    assert (made.created, made.changed, made.unchanged) == (0, 0, 2)  # within the overlap
    assert made.window_start is not None
    assert len(medusa.log) == calls


def test_new_price_reaches_the_shop(medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow) -> None:
    run(flow)
    odoo.set_price(bolt_id(odoo), "21.50")

    made = run(flow)

    assert (made.changed, made.unchanged) == (1, 1)
    assert prices(medusa)["BOLT"] == Decimal("21.50")


def test_archived_product_is_taken_off_sale(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    run(flow)
    odoo.archive_product(bolt_id(odoo))

    run(flow)

    by_title = {one["title"]: one["status"] for one in medusa.products.values()}
    assert by_title == {"Bolt": "draft", "Shirt": "published"}


def test_lost_answer_of_a_batch_leaves_no_double(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    medusa.dials.set("lose_answer", only="products.batch", times=1)
    ask(flow)
    runner.drain("batch", until_idle=False)  # the jitter of a retry may be next to nothing
    assert Run.objects.get().state == "running"

    drain_at_once()

    assert Run.objects.get().state == "done"
    assert len(medusa.products) == 2
    for product in medusa.products.values():
        linked = target_of("product", flow.source, product["external_id"], flow.target)
        assert linked == product["id"]


def test_erp_that_comes_back_is_read_to_the_end(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    odoo.dials.set("maintenance", times=1)
    ask(flow)
    runner.drain("batch")

    drain_at_once()

    assert Run.objects.get().state == "done"
    assert len(medusa.products) == 2


def test_many_pages_are_one_run(medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow) -> None:
    for n in range(OdooAdapter.page_size):
        odoo.add_product(f"PART-{n}", f"Part {n}", 10 + n)

    made = run(flow)

    assert (made.created, made.failed) == (OdooAdapter.page_size + 2, 0)
    assert len(medusa.products) == OdooAdapter.page_size + 2


def test_assisted_flow_writes_on_a_press(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    set_mode(flow, "assisted", actor="olga")
    planned = run(flow)
    assert medusa.products == {}
    assert [row.action for row in planned.planned.all()] == ["create", "create"]

    apply_plan(planned, actor="olga")
    runner.drain("batch")

    assert len(medusa.products) == 2


def test_calls_of_a_run_are_kept_with_it(
    medusa: MedusaStandIn, odoo: OdooStandIn, flow: Flow
) -> None:
    made = run(flow)

    endpoints = set(Exchange.objects.filter(run=made).values_list("endpoint", flat=True))
    assert "POST:/admin/products/batch" in endpoints
    assert any(one.startswith("POST:/json/2/product.product") for one in endpoints)
