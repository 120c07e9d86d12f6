"""Levels that the ERP stops telling of: many of them at once ask a person first."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.flows.runs import Work, allow_removals
from integrations.flows.runs.batch import HandlePage
from integrations.flows.stock.flow import StockPages
from integrations.models import Flow, IdLink, Run, StockLevel
from integrations.records import ErpStock
from tests.factories import ConnectionFactory, FlowFactory
from tests.flows.erp_stock import Racks, level
from tests.flows.nights import Nights, nights_of
from tests.flows.pricing_desk import link_variant

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = 30


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        for n in range(PARTS):
            server.add_product(f"PART-{n}", {"eur": "10.00"}, stock=0)
        yield server


@pytest.fixture
def erp(medusa: MedusaStandIn) -> Iterator[Nights]:
    shop = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings={"location_id": medusa.shop.location_id},
    )
    flow = FlowFactory(kind="stock", mode="live", source=ConnectionFactory(erp=True), target=shop)
    for n in range(PARTS):
        link_variant(flow, f"PART-{n}", medusa.catalogue.variant_id_of(f"PART-{n}"))

    def handler(work: Work, shop: Any, levels: Sequence[ErpStock]) -> HandlePage:
        return StockPages(work, erp=Racks(*levels), shop=shop).handle

    with nights_of(flow, handler) as nights:
        yield nights


def full(count: int = PARTS) -> list[ErpStock]:
    return [level(f"PART-{n}", 5) for n in range(count)]


def stocked(medusa: MedusaStandIn) -> int:
    return sum(one["stocked"] > 0 for one in medusa.catalogue.stock.values())


def test_many_levels_that_vanish_stay_until_somebody_says_so(
    medusa: MedusaStandIn, erp: Nights
) -> None:
    erp.tell(*full())

    run = erp.tell(*full(3))

    assert (run.state, stocked(medusa)) == ("failed", PARTS)
    assert "the source may have answered incompletely" in run.note
    assert StockLevel.objects.filter(available=Decimal(5)).count() == PARTS
    allow_removals(run, actor="olga", reason="the depot was closed")
    runner.drain("batch")
    assert (Run.objects.get(pk=run.pk).state, stocked(medusa)) == ("done", 3)


def test_few_levels_go_without_a_question_and_none_at_an_empty_answer(
    medusa: MedusaStandIn, erp: Nights
) -> None:
    erp.tell(*full())

    assert (erp.tell(*full(PARTS - 4)).removed, stocked(medusa)) == (4, PARTS - 4)
    assert (erp.tell().state, stocked(medusa)) == ("failed", PARTS - 4)


@pytest.mark.parametrize("mode", ["shadow", "assisted"])
def test_plan_of_an_incomplete_answer_leaves_the_copy(
    medusa: MedusaStandIn, erp: Nights, mode: str
) -> None:
    erp.tell(*full())
    Flow.objects.update(mode=mode)
    erp.flow.refresh_from_db()

    first, second = erp.tell(*full(3)), erp.tell(*full(3))

    assert (first.removed, second.removed) == (PARTS - 3, PARTS - 3)
    assert StockLevel.objects.filter(available=Decimal(5)).count() == PARTS
    assert stocked(medusa) == PARTS


def test_many_levels_that_are_left_behind_ask_a_person_before_anything_moves(
    medusa: MedusaStandIn, erp: Nights
) -> None:
    levels = [level(f"PART-{n}", 5, at="WH") for n in range(PARTS)]
    places = {"source": erp.flow.source, "target": erp.flow.target}
    mapping = IdLink.objects.create(
        kind="warehouse", source_ref="WH", target_ref=medusa.shop.location_id, **places
    )
    erp.tell(*levels)
    mapping.target_ref = north = medusa.add_location("North")
    mapping.save()

    run = erp.tell(*levels)

    assert (run.state, stocked(medusa)) == ("failed", PARTS)
    assert "would remove 30 records or more" in run.note
    allow_removals(run, actor="olga", reason="the depot moved")
    runner.drain("batch")
    run.refresh_from_db()
    assert (run.state, run.removed, run.created, stocked(medusa)) == ("done", PARTS, PARTS, 0)
    moved = [one["elsewhere"][north] for one in medusa.catalogue.stock.values()]
    assert {one["available_quantity"] for one in moved} == {5}
