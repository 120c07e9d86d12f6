"""Prices that the ERP stops telling of: few are taken out, many only when somebody says so."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.errors import NeedsOperator
from integrations.flows.prices.flow import PricePages
from integrations.flows.runs import Work, allow_removals, apply_plan
from integrations.flows.runs.batch import HandlePage
from integrations.models import Flow, Issue, PriceRow, Run
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


# ---------------------------------------------------------------- under the same id, for others


def moved(rows: Sequence[ErpPrice]) -> list[ErpPrice]:
    return [replace(one, audience_ref="8") for one in rows]


def test_many_prices_that_become_others_ask_first(medusa: MedusaStandIn, erp: Nights) -> None:
    erp.tell(*dealers())

    run = erp.tell(*moved(dealers()), complete=False)
    assert (run.state, run.removed, held(medusa)) == ("failed", 0, STEPS)
    assert "the source may have answered incompletely" in run.note

    allow_removals(run, actor="olga", reason="the dealers have another list")
    runner.drain("batch")
    run.refresh_from_db()
    assert (run.state, run.created, run.removed, held(medusa)) == ("done", STEPS, STEPS, STEPS)
    assert PriceRow.objects.count() == STEPS


def test_few_prices_that_become_others_do_not(medusa: MedusaStandIn, erp: Nights) -> None:
    book = dealers()
    erp.tell(*book)

    run = erp.tell(*moved(book[:5]), complete=False)

    assert (run.state, run.created, run.removed, held(medusa)) == ("done", 5, 5, STEPS)


def test_plan_of_many_that_become_others_asks_before_it_is_applied(erp: Nights) -> None:
    erp.tell(*dealers())
    mode(erp, "assisted")

    plan = erp.tell(*moved(dealers()), complete=False)

    assert (plan.created, plan.removed) == (STEPS, STEPS)
    with pytest.raises(NeedsOperator, match="removes 30 records"):
        apply_plan(plan, actor="olga")


# ---------------------------------------------------------------- what only looks


def mode(erp: Nights, to: str) -> None:
    Flow.objects.filter(pk=erp.flow.pk).update(mode=to)
    erp.flow.refresh_from_db()


@pytest.mark.parametrize("looks", ["shadow", "assisted"])
def test_plan_of_an_incomplete_answer_leaves_the_copy_to_later_runs(
    medusa: MedusaStandIn, erp: Nights, looks: str
) -> None:
    first, *others = dealers()
    erp.tell(first, *others)
    mode(erp, looks)
    run = erp.tell()
    assert (run.state, run.removed) == ("done", STEPS)

    mode(erp, "live")
    cheaper = replace(first, net_unit_price=Decimal("8.50"))
    run = erp.tell(cheaper, complete=False)

    assert (run.state, run.changed, run.removed, held(medusa)) == ("done", 1, 0, STEPS)
    assert PriceRow.objects.filter(is_active=True).count() == STEPS


def test_applied_plan_takes_out_what_was_planned_and_nothing_else(
    medusa: MedusaStandIn, erp: Nights
) -> None:
    book = dealers()
    erp.tell(*book)
    mode(erp, "assisted")
    plan = erp.tell(*book[:-2])
    assert plan.removed == 2

    erp.rows = book[:1]  # and then the source answers incompletely
    apply_plan(plan, actor="olga", now=erp.now)
    runner.drain("batch")
    mode(erp, "live")
    erp.tell(book[0], complete=False)

    assert PriceRow.objects.filter(is_active=True).count() == held(medusa) == STEPS - 2


def test_plan_tells_of_each_missing_price_once_whatever_its_page(
    medusa: MedusaStandIn, erp: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.flows.prices.flow.AT_ONCE", 4)
    everyone = [price("BOLT", 20 - n, at=10 * n + 1) for n in range(10)]
    erp.tell(*everyone, *dealers(10))
    mode(erp, "assisted")

    plan = erp.tell(price("BOLT", "9.00", "customer:42"))

    assert (plan.created, plan.changed, plan.removed) == (1, 0, 11)
    apply_plan(plan, actor="olga", now=erp.now)
    runner.drain("batch")
    assert (Run.objects.latest("id").removed, held(medusa)) == (11, 1)
