"""One price of a hundred is bad: the others arrive, each bad one says why and what to do."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.models import PriceRow
from integrations.records import ErpPrice
from tests.flows.erp_prices import price
from tests.flows.pricing_desk import DEALERS, Desk, prices_flow

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = 100
STEPS = 4
TEXT = "the price 'call us' is not a number"


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        for n in range(PARTS):
            server.add_product(f"PART-{n}", {"eur": "10.00"})
        yield server


@pytest.fixture
def desk(medusa: MedusaStandIn) -> Desk:
    return Desk(medusa, prices_flow(medusa, *(f"PART-{n}" for n in range(PARTS))))


def good() -> list[ErpPrice]:
    return [
        price(f"PART-{n}", f"{9 - step * 0.5:.2f}", DEALERS, at=10 * step + 1)
        for n in range(PARTS)
        for step in range(STEPS)
    ]


def unreadable(one: ErpPrice) -> ErpPrice:
    return replace(one, net_unit_price=Decimal(0), currency="", problem=TEXT)


def poisoned() -> list[tuple[ErpPrice, str, str]]:
    """(price, a word of the cause, a word of the fix)"""
    bad = price("PART-0", "5.00", DEALERS, at=900)
    return [
        (unreadable(replace(bad, ref="text")), TEXT, "correct it in the ERP"),
        (replace(bad, ref="unknown", currency="XTS"), "does not sell in XTS", "add XTS"),
        (replace(bad, ref="no code", currency="EURO"), "'EURO' is none of three letters",
         "correct it in the ERP"),
        (replace(bad, ref="endless", net_unit_price=Decimal("1e15")), "its price 1E+15 is none",
         "correct it in the ERP"),
    ]  # fmt: skip


def test_good_prices_arrive_and_each_bad_one_says_why_and_what_to_do(desk: Desk) -> None:
    bad = poisoned()

    items = desk.sync(*good(), *(one for one, _, _ in bad))

    told = {item.ref: (item.action, item.reason) for item in items}
    for one, cause, fix in bad:
        action, reason = told[one.ref]
        assert action == "skip"
        assert cause in reason
        assert fix in reason
    assert len([one for one in told.values() if one[0] == "create"]) == PARTS * STEPS
    assert len(desk.listed()) == PARTS * STEPS
    assert {currency for currency, *_ in desk.listed()} == {"eur"}


def test_price_that_became_unreadable_is_not_gone_and_healed_it_goes_on(desk: Desk) -> None:
    first, second = price("PART-0", "9.00", DEALERS), price("PART-1", "8.00", DEALERS)
    desk.sync(first, second)

    items = desk.sync(unreadable(first), second)

    assert [(item.action, item.ref) for item in items] == [("skip", first.ref)]
    assert len(desk.listed()) == 2
    assert PriceRow.objects.get(ref=first.ref).problem.startswith(TEXT)
    desk.sync(replace(first, net_unit_price=Decimal("8.50")), second)
    assert sorted(amount for _, amount, *_ in desk.listed()) == [8, Decimal("8.5")]
    assert PriceRow.objects.get(ref=first.ref).problem == ""
