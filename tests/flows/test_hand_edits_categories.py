"""A category that a hand renamed, moved, hid or deleted: found by complete runs, told, repaired."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.ownership import leave_edit, put_back_edit
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PlanItem, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, HandEdit, IdLink, Issue, WrittenCopy
from integrations.records import ErpCategory, ErpProduct, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt
from tests.flows.shops import connected

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOOLS = ErpCategory(ref="1", name="Tools")
DRILLS = ErpCategory(ref="2", name="Drills", parent_ref="1")
DRILL = replace(bolt(ref="58", sku="DRILL", title="Drill"), category_chain=(DRILLS, TOOLS))


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = connected(medusa, sales_channel_id=medusa.shop.sales_channel_id)
    made: Flow = FlowFactory(
        kind="products",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=shop,
        settings={"hand_edits": "report"},
    )
    sync(made, DRILL)
    return made


def sync(flow: Flow, *products: ErpProduct, complete: bool = True) -> tuple[PlanItem, ...]:
    """The first page of a run."""
    run = RunFactory(flow=flow, mode=flow.mode, finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    window = Window(start=None if complete else NOW - timedelta(hours=1), end=NOW)
    with open_storefront(flow.target) as shop:
        return ProductPages(work, erp=Shelf(*products), shop=shop).handle(window, None).items


def row_of(medusa: MedusaStandIn, ref: str = "2") -> dict[str, Any]:
    link = IdLink.objects.get(kind="category", source_ref=ref)
    row: dict[str, Any] = medusa.catalogue.categories[link.target_ref]
    return row


def test_our_own_categories_are_no_edits(flow: Flow) -> None:
    assert sync(flow, DRILL) == ()

    assert not HandEdit.objects.exists()
    assert WrittenCopy.objects.filter(link__kind="category").count() == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "Drilling"}, ["name", "Drills", "Drilling"]),
        ({"parent_category_id": None}, ["lies below", "Tools", "at the top"]),
        ({"is_active": False}, ["shown to buyers", "yes", "no"]),
    ],
)
def test_edit_is_told_with_both_values_and_put_back_by_a_person(
    medusa: MedusaStandIn, flow: Flow, change: dict[str, Any], told: list[str]
) -> None:
    before = dict(row_of(medusa))
    row_of(medusa).update(change)

    sync(flow, DRILL)

    edit = HandEdit.objects.get()
    assert (edit.state, edit.label, edit.changes) == ("open", "Drills", [told])
    assert "1 record was edited by hand" in Issue.objects.get(state="open").title
    put_back_edit(edit, actor="olga", reason="not ours to rename")
    (name,) = change
    assert row_of(medusa)[name] == before[name]
    sync(flow, DRILL)
    assert [one.state for one in HandEdit.objects.all()] == ["put_back"]
    assert not Issue.objects.filter(state="open").exists()


def test_flow_may_put_back_by_itself(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "put_back"}
    row_of(medusa).update(name="Drilling", is_active=False)

    sync(flow, DRILL)

    assert (row_of(medusa)["name"], row_of(medusa)["is_active"]) == ("Drills", True)
    assert HandEdit.objects.get().ended_by == "portal"


@pytest.mark.parametrize(
    ("settings", "complete"),
    [
        ({}, True),
        ({"hand_edits": "report"}, False),
        ({"hand_edits": "report", "categories": "no"}, True),
    ],
)
def test_nothing_is_looked_for_unless_told_or_in_a_run_of_changes(
    medusa: MedusaStandIn, flow: Flow, settings: dict[str, str], complete: bool
) -> None:
    flow.settings = settings
    row_of(medusa).update(name="Drilling")
    before = len(medusa.log)

    sync(flow, DRILL, complete=complete)

    assert not HandEdit.objects.exists()
    assert "product_categories.list" not in [one.route for one in medusa.log[before:]]


def test_edit_that_is_left_is_not_told_again(medusa: MedusaStandIn, flow: Flow) -> None:
    row_of(medusa).update(name="Drilling")
    sync(flow, DRILL)
    leave_edit(HandEdit.objects.get(), actor="olga", reason="better so")

    sync(flow, DRILL)

    assert [one.state for one in HandEdit.objects.all()] == ["left"]
    assert row_of(medusa)["name"] == "Drilling"


def test_name_that_the_erp_changes_is_written_over_a_hands_and_told(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    flow.settings = {}
    row_of(medusa).update(name="Drilling", is_active=False)

    sync(flow, replace(DRILL, category_chain=(replace(DRILLS, name="Power drills"), TOOLS)))

    assert row_of(medusa)["name"] == "Power drills"
    assert row_of(medusa)["is_active"] is False
    edit = HandEdit.objects.get(label="Drills")
    assert (edit.state, edit.changes[0]) == ("put_back", ["name", "Drills", "Drilling"])
    flow.settings = {"hand_edits": "report"}
    sync(flow, replace(DRILL, category_chain=(replace(DRILLS, name="Power drills"), TOOLS)))
    assert HandEdit.objects.get(state="open").changes == [["shown to buyers", "yes", "no"]]


def test_hidden_category_is_not_taken_for_ours_when_a_new_product_comes(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    row_of(medusa).update(is_active=False)
    saw = replace(bolt(ref="59", sku="SAW", title="Saw"), category_chain=(DRILLS, TOOLS))

    sync(flow, DRILL, saw)
    sync(flow, DRILL, saw)

    assert HandEdit.objects.get().changes == [["shown to buyers", "yes", "no"]]


def test_deleted_category_is_made_anew_with_its_products(medusa: MedusaStandIn, flow: Flow) -> None:
    gone = row_of(medusa)["id"]
    del medusa.catalogue.categories[gone]
    for product in medusa.products.values():
        product["categories"] = []

    items = sync(flow, DRILL)

    assert [(one.action, one.ref) for one in items] == [("change", "58")]
    assert row_of(medusa)["name"] == "Drills"
    assert row_of(medusa)["id"] != gone
    (there,) = medusa.products.values()
    assert [one["name"] for one in there["categories"]] == ["Drills"]
    deleted = HandEdit.objects.get(link=None)
    assert (deleted.label, deleted.changes) == (
        "Drills",
        [["category", "in the storefront", "deleted"]],
    )


def test_categories_of_an_older_flow_are_kept_as_they_are_found(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    WrittenCopy.objects.filter(link__kind="category").delete()
    sync(flow, DRILL)
    assert not HandEdit.objects.exists()

    sync(flow, replace(DRILL, title="Drill 18 V"))

    assert WrittenCopy.objects.filter(link__kind="category").count() == 2
