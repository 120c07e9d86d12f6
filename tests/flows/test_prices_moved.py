"""Prices that become others under the same id of the ERP: the old one does not stay on sale."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import OutcomeUnknown
from integrations.models import Flow, PriceRow
from integrations.records import ErpPrice
from tests.flows.erp_prices import price
from tests.flows.pricing_desk import BATCH, DEALERS, OWN, VARIANTS, Desk, prices_flow, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        server.add_product("BOLT", {"eur": "10.00"})
        server.add_product("NUT", {"eur": "10.00"})
        yield server


@pytest.fixture
def desk(medusa: MedusaStandIn) -> Desk:
    return Desk(medusa, prices_flow(medusa, "BOLT", "NUT"))


def row(sku: str, amount: int, whom: str = "everyone", **changed: Any) -> ErpPrice:
    return price(sku, amount, whom, ref="r1", **changed)


MOVES = [
    pytest.param(row("BOLT", 5), row("BOLT", 5, DEALERS), id="to dealers"),
    pytest.param(row("BOLT", 5), row("BOLT", 5, currency="USD"), id="to dollars"),
    pytest.param(row("BOLT", 5), row("NUT", 5), id="to another variant"),
    pytest.param(row("BOLT", 5, DEALERS), row("BOLT", 9), id="to everyone"),
    pytest.param(row("BOLT", 5, DEALERS), row("BOLT", 6, OWN), id="to one customer"),
    pytest.param(row("BOLT", 5, DEALERS), row("BOLT", 6, DEALERS, currency="USD"), id="in dollars"),
]
# Keeps the list of the dealers in use.
OTHER = price("NUT", 3, DEALERS, currency="JPY")


def held(desk: Desk) -> list[Any]:
    """All prices of the shop, by where they are."""
    own = [(sku, one[0], f"{one[1]:.2f}") for sku in ("BOLT", "NUT") for one in desk.own(sku)]
    titles = {one["id"]: one["title"].split(" [")[0] for one in desk.lists()}
    listed = [
        (titles[one["list_id"]], one["variant_id"], one["currency_code"], f"{one['amount']:.2f}")
        for one in desk.medusa.price_lists.prices.values()
    ]
    return sorted(map(str, [*own, *listed]))


def fresh(before: ErpPrice, after: ErpPrice) -> list[Any]:
    """As a shop is that never knew the old price, but that the flow owns."""
    with MedusaStandIn() as server:
        for sku in ("BOLT", "NUT"):
            server.add_product(sku, {"eur": "10.00"})
        desk = Desk(server, prices_flow(server, "BOLT", "NUT"))
        desk.sync(before, OTHER)
        desk.sync(OTHER)
        desk.sync(after, OTHER)
        names = {server.catalogue.variant_id_of(sku): sku for sku in ("BOLT", "NUT")}
        return named(held(desk), names)


def named(texts: list[str], names: dict[str, str]) -> list[str]:
    for variant_id, sku in names.items():
        texts = [text.replace(variant_id, sku) for text in texts]
    return sorted(texts)


def skus(desk: Desk) -> dict[str, str]:
    return {desk.medusa.catalogue.variant_id_of(sku): sku for sku in ("BOLT", "NUT")}


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize(("before", "after"), MOVES)
def test_old_price_goes_and_the_new_one_comes(
    desk: Desk, before: ErpPrice, after: ErpPrice, is_complete: bool
) -> None:
    desk.sync(before, OTHER)

    items = desk.sync(after, OTHER, changes_only=not is_complete)

    assert sorted(item.action for item in items) == ["create", "remove"]
    assert named(held(desk), skus(desk)) == fresh(before, after)
    assert PriceRow.objects.filter(is_active=False).count() == 0


def test_dealers_pay_what_everyone_pays_once_their_price_became_everyones(desk: Desk) -> None:
    desk.sync(row("BOLT", 5, DEALERS), OTHER)
    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    assert desk.pays(dealer, "BOLT", 1) == 5

    desk.sync(row("BOLT", 9), OTHER, changes_only=True)

    assert desk.pays(dealer, "BOLT", 1) == desk.pays("", "BOLT", 1) == 9


@pytest.mark.parametrize("lost", [VARIANTS, BATCH])
@pytest.mark.parametrize(("before", "after"), MOVES)
def test_lost_answer_between_the_two_is_made_good_by_the_next_run(
    desk: Desk, before: ErpPrice, after: ErpPrice, lost: str
) -> None:
    desk.sync(before, OTHER)
    desk.medusa.dials.set("lose_answer", times=1, only=lost)
    try:
        desk.sync(after, OTHER, changes_only=True)
    except OutcomeUnknown:
        desk.sync(after, OTHER, changes_only=True)

    assert named(held(desk), skus(desk)) == fresh(before, after)
    assert PriceRow.objects.filter(source=desk.flow.source).count() == 2


def test_price_that_goes_to_and_fro_ends_where_it_is(desk: Desk) -> None:
    for _ in range(2):
        desk.sync(row("BOLT", 5, DEALERS), OTHER, changes_only=True)
        desk.sync(row("BOLT", 9, OWN), OTHER, changes_only=True)

    assert sorted(amount for _, amount, *_ in desk.listed()) == [3, 9]
    assert PriceRow.objects.count() == 2


def test_one_price_takes_the_place_of_another(desk: Desk) -> None:
    desk.sync(row("BOLT", 5, DEALERS), price("BOLT", 7, OWN, ref="r2"))

    desk.sync(row("BOLT", 6, OWN), price("BOLT", 4, DEALERS, ref="r2"), changes_only=True)

    assert sorted(amount for _, amount, *_ in desk.listed()) == [4, 6]
    assert desk.pays(desk.buyer("dealer@buyer.test", DEALERS), "BOLT", 1) == 4
    assert PriceRow.objects.count() == 2


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize(("before", "after"), MOVES)
def test_plan_tells_of_both_once_and_is_applied(
    desk: Desk, before: ErpPrice, after: ErpPrice, is_complete: bool
) -> None:
    desk.sync(before, OTHER)
    was = held(desk)
    Flow.objects.update(mode="assisted")
    desk.flow.refresh_from_db()

    for _ in range(2):  # a plan that nobody applies leaves the next one the same
        items = desk.sync(after, OTHER, changes_only=not is_complete)
        assert sorted(item.action for item in items) == ["create", "remove"]
    assert held(desk) == was

    planned = {item.ref: item.fingerprint for item in items}
    desk.sync(after, OTHER, changes_only=not is_complete, planned=planned)
    assert named(held(desk), skus(desk)) == fresh(before, after)


def test_old_price_that_the_storefront_never_had_leaves_nothing(desk: Desk) -> None:
    desk.sync(price("GHOST", 5, ref="r1"))

    items = desk.sync(row("BOLT", 5), changes_only=True)

    assert told(items) == [("create", "BOLT for everyone")]
    assert PriceRow.objects.count() == 1
    assert desk.own("BOLT") == [("eur", Decimal(5), None, None)]
