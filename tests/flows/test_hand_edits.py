"""A hand's edit of what the ERP owns: told with both values, put back if the flow says so."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.ownership import leave_edit, put_back_edit
from integrations.flows.ownership.looking import told_of_change
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Event, Flow, HandEdit, IdLink, Issue, WrittenCopy
from integrations.records import ErpProduct, Window
from tests.factories import ConnectionFactory, EventFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt, shirt

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
Change = Callable[..., None]


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings={"sales_channel_id": medusa.shop.sales_channel_id},
    )
    made: Flow = FlowFactory(
        kind="products", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    sync(made, bolt(), shirt("S", "M"))
    return made


def sync(flow: Flow, *products: ErpProduct) -> PageOutcome:
    run = RunFactory(flow=flow, mode=flow.mode, finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    with open_storefront(flow.target) as shop:
        return ProductPages(work, erp=Shelf(*products), shop=shop).handle(WINDOW, None)


def id_of(ref: str) -> str:
    return IdLink.objects.get(kind="product", source_ref=ref).target_ref


def edit(medusa: MedusaStandIn, ref: str = "58", **fields: object) -> None:
    """Somebody changes a product in the shop's admin."""
    medusa.catalogue.update(id_of(ref), fields)


def tell(flow: Flow, ref: str = "58") -> Event:
    """The shop's event of a change, and the look that it asks for, at once."""
    event: Event = EventFactory(
        connection=flow.target, type="product.updated", subject=id_of(ref), state="stored"
    )
    told_of_change(event)
    SyncJob.objects.filter(kind="look_for_edits").update(due_at=Now() - timedelta(seconds=1))
    runner.drain("batch")
    assert not WrittenCopy.objects.filter(suspect_at__isnull=False).exists()
    return event


def title_there(medusa: MedusaStandIn, ref: str = "58") -> str:
    return str(medusa.products[id_of(ref)]["title"])


def test_our_own_write_that_comes_back_is_an_echo(medusa: MedusaStandIn, flow: Flow) -> None:
    tell(flow)
    tell(flow, "70")

    assert not HandEdit.objects.exists()
    assert not Issue.objects.exists()


def test_hand_edit_is_told_with_both_values_and_stays(medusa: MedusaStandIn, flow: Flow) -> None:
    edit(medusa, title="Finest bolt", description="Buy it")

    tell(flow)

    found = HandEdit.objects.get()
    assert (found.state, found.changes) == (
        "open",
        [["title", "Bolt", "Finest bolt"], ["description", "All about Bolt", "Buy it"]],
    )
    assert "1 record was edited by hand" in Issue.objects.get(state="open").title
    assert title_there(medusa) == "Finest bolt"


def test_flow_may_put_back_by_itself(medusa: MedusaStandIn, flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(settings={"hand_edits": "put_back"})
    edit(medusa, title="Finest bolt")

    tell(flow)

    assert title_there(medusa) == "Bolt"
    found = HandEdit.objects.get()
    assert (found.state, found.ended_by) == ("put_back", "portal")
    assert not Issue.objects.filter(state="open").exists()
    tell(flow)
    assert HandEdit.objects.count() == 1


def test_price_and_sku_of_one_size_are_compared(medusa: MedusaStandIn, flow: Flow) -> None:
    product = medusa.products[id_of("70")]
    rows = [
        {"id": one["id"], "prices": [{"currency_code": "eur", "amount": Decimal(1)}]}
        if one["sku"] == "SHIRT-M"
        else {"id": one["id"]}
        for one in product["variants"]
    ]
    edit(medusa, "70", variants=rows)

    tell(flow, "70")

    assert HandEdit.objects.get().changes == [["SHIRT-M price EUR", "19.99", "1"]]


def test_person_puts_back(medusa: MedusaStandIn, flow: Flow) -> None:
    edit(medusa, status="draft")
    tell(flow)

    put_back_edit(HandEdit.objects.get(), actor="olga", reason="it is sold")

    assert medusa.products[id_of("58")]["status"] == "published"
    found = HandEdit.objects.get()
    assert (found.state, found.ended_by) == ("put_back", "olga")
    assert not Issue.objects.filter(state="open").exists()
    with pytest.raises(NeedsOperator, match="is over: put back"):
        put_back_edit(found, actor="olga", reason="again")


def test_edit_that_is_left_is_not_told_again_but_another_one_is(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    edit(medusa, title="Finest bolt")
    tell(flow)
    leave_edit(HandEdit.objects.get(), actor="olga", reason="marketing")

    tell(flow)
    assert [one.state for one in HandEdit.objects.all()] == ["left"]

    edit(medusa, title="Cheapest bolt")
    tell(flow)
    assert [one.state for one in HandEdit.objects.order_by("id")] == ["left", "open"]


def test_edit_that_was_taken_back_by_hand_is_gone(medusa: MedusaStandIn, flow: Flow) -> None:
    edit(medusa, title="Finest bolt")
    tell(flow)
    edit(medusa, title="Bolt")

    tell(flow)

    assert HandEdit.objects.get().state == "gone"
    assert not Issue.objects.filter(state="open").exists()


def test_complete_reading_finds_what_no_event_told(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "report"}
    edit(medusa, title="Finest bolt")

    outcome = sync(flow, bolt(), shirt("S", "M"))

    assert outcome.unchanged == 2
    assert HandEdit.objects.get().changes == [["title", "Bolt", "Finest bolt"]]


def test_product_deleted_by_hand_is_found_too(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "report"}
    medusa.catalogue.batch({"delete": [id_of("58")]})

    sync(flow, bolt(), shirt("S", "M"))

    assert HandEdit.objects.get().changes == [["product", "in the storefront", "deleted"]]


def test_deleted_product_that_is_put_back_is_made_anew(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "put_back"}
    gone = id_of("58")
    medusa.catalogue.batch({"delete": [gone]})
    sync(flow, bolt(), shirt("S", "M"))

    sync(flow, bolt(), shirt("S", "M"))

    assert id_of("58") != gone
    assert title_there(medusa) == "Bolt"


def test_change_of_the_erp_over_a_hand_edit_tells_what_was_lost(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    edit(medusa, title="Finest bolt")

    sync(flow, bolt(price="25"), shirt("S", "M"))

    assert title_there(medusa) == "Bolt"
    lost = HandEdit.objects.get()
    assert (lost.state, lost.changes) == ("put_back", [["title", "Bolt", "Finest bolt"]])
    assert "written over it" in lost.reason


def test_product_of_nobody_is_nobodys_edit(medusa: MedusaStandIn, flow: Flow) -> None:
    event = EventFactory(connection=flow.target, type="product.updated", subject="prod_other")

    outcome = told_of_change(event)

    assert (outcome.state, outcome.job) == ("ignored", None)


def test_many_events_are_one_look(medusa: MedusaStandIn, flow: Flow) -> None:
    for ref in ("58", "70", "58"):
        told_of_change(
            EventFactory(connection=flow.target, type="product.updated", subject=id_of(ref))
        )
    calls = len(medusa.log)

    SyncJob.objects.filter(kind="look_for_edits").update(due_at=timezone.now())
    runner.drain("batch")

    assert SyncJob.objects.filter(kind="look_for_edits").count() == 1
    assert len(medusa.log) == calls + 1
