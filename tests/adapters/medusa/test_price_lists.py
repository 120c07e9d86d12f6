"""Price lists and list prices, and that the stand-in says what a real server said."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import Conflict, Rejected
from integrations.records import ListPrices, PriceListWrite, PriceWrite, StorefrontPriceList

KEY = "price_list:7|2026-01-01|"


@pytest.fixture
def group(standin: MedusaStandIn) -> str:
    return str(standin.customers.create_group({"name": "Dealers"})["id"])


def wanted_list(group: str, **changed: Any) -> PriceListWrite:
    usual = PriceListWrite(
        key=KEY,
        title=f"Dealers [{KEY}]",
        group_id=group,
        starts_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_at=None,
    )
    return replace(usual, **changed)


@pytest.fixture
def dealers(adapter: MedusaAdapter, group: str) -> StorefrontPriceList:
    return adapter.create_price_list(wanted_list(group))


def wanted(standin: MedusaStandIn, sku: str = "BOLT", **changed: Any) -> PriceWrite:
    usual = PriceWrite(
        price_id=None,
        variant_id=standin.catalogue.variant_id_of(sku),
        currency="EUR",
        net_amount=Decimal("8.50"),
        min_quantity=None,
        max_quantity=9,
    )
    return replace(usual, **changed)


# ---------------------------------------------------------------- lists


def test_list_begins_as_a_draft_for_its_group_alone(
    standin: MedusaStandIn, dealers: StorefrontPriceList, group: str
) -> None:
    assert (dealers.is_active, dealers.key, dealers.is_for(group)) == (False, KEY, True)
    assert dealers.starts_at == datetime(2026, 1, 1, tzinfo=UTC)
    (held,) = standin.price_lists.rows.values()
    assert (held["type"], held["rules"]) == ("override", {"customer.groups.id": [group]})


def test_list_is_found_by_its_key_and_by_its_id(
    adapter: MedusaAdapter, dealers: StorefrontPriceList, group: str
) -> None:
    longer = f"{KEY}2026-12-31"
    other = adapter.create_price_list(wanted_list(group, key=longer, title=f"x [{longer}]"))

    assert list(adapter.find_price_lists(KEY)) == [dealers]
    assert [one.list_id for one in adapter.price_lists([other.list_id, "plist_gone"])] == [
        other.list_id
    ]
    assert adapter.find_price_lists("price_list:8||") == []


@pytest.mark.parametrize(
    "rules", [{}, {"customer_group_id": ["{group}"]}, {"customer.groups.id": ["a", "b"]}]
)
def test_list_for_others_is_seen_to_be(
    standin: MedusaStandIn,
    adapter: MedusaAdapter,
    dealers: StorefrontPriceList,
    group: str,
    rules: dict[str, list[str]],
) -> None:
    standin.price_lists.rows[dealers.list_id]["rules"] = rules

    (held,) = adapter.price_lists([dealers.list_id])

    assert not held.is_for(group)


def test_list_is_switched_dated_ranked_and_removed(
    adapter: MedusaAdapter, dealers: StorefrontPriceList, group: str
) -> None:
    active = adapter.set_price_list_active(dealers.list_id, is_active=True)
    first = adapter.rank_price_list(dealers.list_id, group, goes_first=True)
    dated = adapter.date_price_list(dealers.list_id, wanted_list(group, starts_at=None))
    beside = adapter.rank_price_list(dealers.list_id, group, goes_first=False)
    adapter.remove_price_list(dealers.list_id)
    adapter.remove_price_list(dealers.list_id)

    assert (active.is_active, dated.starts_at, dated.is_active) == (True, None, True)
    assert (first.goes_first, first.is_for(group)) == (True, True)
    assert (beside.goes_first, beside.is_for(group)) == (False, True)
    assert adapter.price_lists([dealers.list_id]) == []


# ---------------------------------------------------------------- prices of lists


def test_prices_come_change_and_go_in_one_batch(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealers: StorefrontPriceList
) -> None:
    writes = [wanted(standin, min_quantity=None), wanted(standin, "NUT", currency="JPY")]
    bolt, nut = adapter.write_prices(dealers.list_id, writes, [])

    changed = wanted(standin, price_id=bolt, net_amount=Decimal("8.125"), max_quantity=None)
    added = wanted(standin, min_quantity=10, max_quantity=None)
    ids = adapter.write_prices(dealers.list_id, [added, changed], [nut])

    assert ids[1] == bolt
    held = adapter.prices_of(dealers.list_id, [changed.variant_id])
    assert [(one.net_amount, one.min_quantity, one.max_quantity) for one in held] == [
        (Decimal("8.125"), None, None),
        (Decimal("8.50"), 10, None),
    ]
    assert len(standin.price_lists.prices) == 2


def test_prices_of_other_variants_are_left_out(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealers: StorefrontPriceList
) -> None:
    adapter.write_prices(dealers.list_id, [wanted(standin), wanted(standin, "NUT")], [])

    (held,) = adapter.prices_of(dealers.list_id, [standin.catalogue.variant_id_of("NUT")])

    assert (held.currency, held.variant_id) == ("EUR", standin.catalogue.variant_id_of("NUT"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"currency": "CHF"}, "does not sell in CHF"),
        ({"net_amount": Decimal(0)}, "0 is no price"),
        ({"net_amount": Decimal(-1)}, "-1 is no price"),
        ({"min_quantity": 10, "max_quantity": 9}, "begins at 10 and ends at 9"),
    ],
)
def test_what_medusa_would_take_is_refused_before(
    standin: MedusaStandIn,
    adapter: MedusaAdapter,
    dealers: StorefrontPriceList,
    change: dict[str, Any],
    words: str,
) -> None:
    bad = wanted(standin, **change)
    with pytest.raises(Rejected, match=words):
        adapter.write_prices(dealers.list_id, [bad], [])
    with pytest.raises(Rejected, match=words):
        adapter.write_list_prices([_offer(bad)])

    assert standin.worked("price_lists.prices_batch") == standin.worked("variants.batch") == []


def test_price_or_list_that_is_gone_is_a_conflict(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealers: StorefrontPriceList
) -> None:
    with pytest.raises(Conflict):
        adapter.write_prices(dealers.list_id, [wanted(standin, price_id="price_gone")], [])
    with pytest.raises(Conflict):
        adapter.write_prices("plist_gone", [wanted(standin)], [])


# What a Medusa 2.21.2 answered to the same bodies.
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"create": [{"variant_id": "variant_x", "currency_code": "eur", "amount": 1}]},
            "No price set exist for variants: variant_x",
        ),
        (
            {"create": [{"variant_id": "{bolt}", "currency_code": "eur", "amount": "5.00"}]},
            "Invalid request: Field 'create, 0, amount' is required",
        ),
        (
            {"update": [{"id": "price_x", "amount": 5}]},
            "Invalid request: Field 'update, 0, variant_id' is required",
        ),
        (
            {"update": [{"id": "price_x", "variant_id": "{bolt}", "amount": 5}]},
            "Cannot set field 'currency_code' of Price to null",
        ),
    ],
)
def test_standin_refuses_in_the_words_of_the_real_server(
    standin: MedusaStandIn, dealers: StorefrontPriceList, body: dict[str, Any], message: str
) -> None:
    answer = _batch(standin, dealers.list_id, body)

    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_standin_takes_what_the_real_server_takes(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealers: StorefrontPriceList, group: str
) -> None:
    other = adapter.create_price_list(wanted_list(group, key="k", title="k"))
    same = {"variant_id": "{bolt}", "currency_code": "ZZZ", "amount": -1}
    made = _batch(standin, dealers.list_id, {"create": [same, same]}).json()["created"]

    # The id of a price of one list, in a batch of another: it moves there.
    moved = {"id": made[0]["id"], "variant_id": "{bolt}", "amount": 3}
    _batch(standin, other.list_id, {"update": [moved]})
    gone = _batch(standin, dealers.list_id, {"delete": [made[1]["id"], "price_x"]})

    assert len({one["id"] for one in made}) == 2
    assert gone.status_code == 200
    assert [one["list_id"] for one in standin.price_lists.prices.values()] == [other.list_id]


# ---------------------------------------------------------------- prices on variants


def test_list_prices_replace_theirs_and_leave_the_others(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    before = {one["currency_code"]: one for one in _own(standin, "BOLT")}
    offer = _offer(
        wanted(standin, net_amount=Decimal("19.50")),
        wanted(standin, net_amount=Decimal("18.25"), min_quantity=10, max_quantity=None),
    )
    nut = _offer(wanted(standin, "NUT", net_amount=Decimal("0.00125"), max_quantity=None))

    held, small = adapter.write_list_prices([offer, nut])

    assert [one.net_amount for one in small] == [Decimal("0.00125")]
    assert [(one.net_amount, one.min_quantity) for one in held] == [
        (Decimal("19.50"), None),
        (Decimal("18.25"), 10),
    ]
    assert held[0].price_id == before["eur"]["id"]
    after = {one["currency_code"]: one for one in _own(standin, "BOLT")}
    assert (after["usd"]["amount"], after["jpy"]["amount"]) == (21, 1999)
    assert len(standin.worked("variants.batch")) == 1


def test_currency_without_a_price_is_taken_off(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    variant = standin.catalogue.variant_id_of("BOLT")

    adapter.write_list_prices([ListPrices(variant_id=variant, currencies=("EUR",), prices=())])

    assert {one["currency_code"] for one in _own(standin, "BOLT")} == {"usd", "jpy"}


def test_variant_that_is_gone_is_a_conflict(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    with pytest.raises(Conflict, match="variant_gone"):
        adapter.write_list_prices([_offer(wanted(standin, variant_id="variant_gone"))])


# ---------------------------------------------------------------- parts


def _offer(*prices: PriceWrite) -> ListPrices:
    currencies = tuple({one.currency for one in prices})
    return ListPrices(variant_id=prices[0].variant_id, currencies=currencies, prices=prices)


def _own(standin: MedusaStandIn, sku: str) -> list[dict[str, Any]]:
    found = standin.catalogue.variant(standin.catalogue.variant_id_of(sku))
    assert found is not None
    rows: list[dict[str, Any]] = found[1]["prices"]
    return rows


def _batch(standin: MedusaStandIn, list_id: str, body: dict[str, Any]) -> requests.Response:
    bolt = standin.catalogue.variant_id_of("BOLT")
    for rows in body.values():
        for row in rows:
            if isinstance(row, dict) and row.get("variant_id") == "{bolt}":
                row["variant_id"] = bolt
    url = f"{standin.url}/admin/price-lists/{list_id}/prices/batch"
    return requests.post(url, json=body, auth=(standin.shop.secret_key, ""), timeout=5)
