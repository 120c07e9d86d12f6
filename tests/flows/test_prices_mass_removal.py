"""Prices that the ERP stops telling of: few are taken out, many only when somebody says so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.flows.prices.flow import PricePages
from integrations.flows.runs import Work, allow_removals, register_batch, request_run
from integrations.flows.runs import batch as batches
from integrations.flows.runs.batch import HandlePage
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, Issue, PriceRow, Run
from integrations.records import ErpPrice
from tests.flows.erp_prices import PriceBook, price
from tests.flows.pricing_desk import BATCH, DEALERS, prices_flow

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 30


class Erp:
    """An ERP behind real runs; `prices` are what it tells of now."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.nights = flow, 0
        self.prices: Sequence[ErpPrice] = ()

    def tell(self, *prices: ErpPrice) -> Run:
        """A complete run, some days after the last one."""
        self.prices = prices
        self.nights += 1
        now = datetime.now(UTC) + timedelta(days=self.nights)
        request_run(self.flow, actor="olga", complete=True, now=now)
        runner.drain("batch")
        return Run.objects.latest("id")

    @contextmanager
    def open(self, work: Work) -> Iterator[HandlePage]:
        with open_storefront(work.flow.target) as shop:
            book = PriceBook(*self.prices, page_size=500)
            yield PricePages(work, erp=book, shop=shop).handle


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        server.add_product("BOLT", {"eur": "10.00"})
        yield server


@pytest.fixture
def erp(medusa: MedusaStandIn) -> Iterator[Erp]:
    usual = batches.batch_of("prices")
    erp = Erp(prices_flow(medusa, "BOLT"))
    register_batch("prices", erp.open)
    yield erp
    register_batch("prices", usual)


def dealers(steps: int = STEPS) -> list[ErpPrice]:
    return [price("BOLT", f"{9 - n * 0.1:.2f}", DEALERS, at=10 * n + 1) for n in range(steps)]


def unsold(count: int) -> list[ErpPrice]:
    """Prices of goods that the storefront does not sell: read each night, and never written."""
    return [price(f"OTHER-{n}", "5.00") for n in range(count)]


def held(medusa: MedusaStandIn) -> int:
    return len(medusa.price_lists.prices)


def test_all_prices_of_the_storefront_are_many_however_many_others_are_read(
    medusa: MedusaStandIn, erp: Erp
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


def test_answer_without_a_single_price_takes_nothing_out(medusa: MedusaStandIn, erp: Erp) -> None:
    erp.tell(price("BOLT", "9.90"), price("BOLT", "8.50", DEALERS))

    run = erp.tell()

    assert (run.state, run.removed, held(medusa)) == ("failed", 0, 1)
    assert "answered 0 records" in Issue.objects.get(state="open").hint


def test_few_prices_go_without_a_question(medusa: MedusaStandIn, erp: Erp) -> None:
    erp.tell(*dealers())

    run = erp.tell(*dealers(STEPS - 5))

    assert (run.state, run.removed, held(medusa)) == ("done", 5, STEPS - 5)
