"""Prices that the ERP stops telling of: few are taken out, many only when somebody says so."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.flows.prices.flow import PricePages
from integrations.flows.runs import Work, allow_removals
from integrations.flows.runs.batch import HandlePage
from integrations.models import Issue, PriceRow, Run
from integrations.records import ErpPrice
from tests.flows.erp_prices import PriceBook, price
from tests.flows.nights import Nights, nights_of
from tests.flows.pricing_desk import BATCH, DEALERS, prices_flow

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 30


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        server.add_product("BOLT", {"eur": "10.00"})
        yield server


@pytest.fixture
def erp(medusa: MedusaStandIn) -> Iterator[Nights]:
    def handler(work: Work, shop: Any, prices: Sequence[ErpPrice]) -> HandlePage:
        return PricePages(work, erp=PriceBook(*prices, page_size=500), shop=shop).handle

    with nights_of(prices_flow(medusa, "BOLT"), handler) as nights:
        yield nights


def dealers(steps: int = STEPS) -> list[ErpPrice]:
    return [price("BOLT", f"{9 - n * 0.1:.2f}", DEALERS, at=10 * n + 1) for n in range(steps)]


def unsold(count: int) -> list[ErpPrice]:
    """Prices of goods that the storefront does not sell: read each night, and never written."""
    return [price(f"OTHER-{n}", "5.00") for n in range(count)]


def held(medusa: MedusaStandIn) -> int:
    return len(medusa.price_lists.prices)


def test_all_prices_of_the_storefront_are_many_however_many_others_are_read(
    medusa: MedusaStandIn, erp: Nights
) -> None:
    erp.tell(*unsold(600), *dealers())
    assert held(medusa) == STEPS
    writes = len(medusa.worked(BATCH))

    run = erp.tell(*unsold(600))

    assert (run.state, held(medusa), len(medusa.worked(BATCH))) == ("failed", STEPS, writes)
    assert "the source may have answered incompletely" in run.note
    assert PriceRow.objects.filter(audience="price_list", is_active=True).count() == STEPS

    allow_removals(run, actor="olga", reason="the dealers' list has ended")
    runner.drain("batch")
    assert (Run.objects.get(pk=run.pk).state, held(medusa)) == ("done", 0)


def test_answer_without_a_single_price_takes_nothing_out(
    medusa: MedusaStandIn, erp: Nights
) -> None:
    erp.tell(price("BOLT", "9.90"), price("BOLT", "8.50", DEALERS))

    run = erp.tell()

    assert (run.state, run.removed, held(medusa)) == ("failed", 0, 1)
    assert "answered 0 records" in Issue.objects.get(state="open").hint


def test_few_prices_go_without_a_question(medusa: MedusaStandIn, erp: Nights) -> None:
    erp.tell(*dealers())

    run = erp.tell(*dealers(STEPS - 5))

    assert (run.state, run.removed, held(medusa)) == ("done", 5, STEPS - 5)
