"""Prices on their way into a real shop server: what a buyer pays in the end."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator, OutcomeUnknown
from integrations.flows.prices.flow import open_prices
from integrations.flows.runs import Work
from integrations.models import Flow, IdLink, Issue, PriceRow
from integrations.records import ErpPrice
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_prices import PriceBook, price
from tests.flows.pricing_desk import (
    BATCH,
    DEALERS,
    OWN,
    VARIANTS,
    Desk,
    link_variant,
    prices_flow,
    told,
)

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        server.add_product("BOLT", {"eur": "10.00"})
        server.add_product("NUT", {"eur": "1.00"})
        yield server


@pytest.fixture
def desk(medusa: MedusaStandIn) -> Desk:
    return Desk(medusa, prices_flow(medusa, "BOLT", "NUT"))


# ---------------------------------------------------------------- what buyers pay


def test_dealers_pay_the_price_of_their_list_and_others_do_not(desk: Desk) -> None:
    items = desk.sync(price("BOLT", "8.50", DEALERS))

    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    assert told(items) == [("create", "BOLT for List 7")]
    assert items[0].changes == (("price", "", "8.5 EUR"),)
    assert desk.pays(dealer, "BOLT", 1) == Decimal("8.50")
    assert desk.pays("", "BOLT", 1) == 10


def test_quantity_steps_end_where_the_next_begins(desk: Desk) -> None:
    desk.sync(
        price("BOLT", "8.50", DEALERS),
        price("BOLT", "9.00", DEALERS, at=10),  # dearer: without an end the first would hold
        price("BOLT", "7.00", DEALERS, at="99.5"),
    )

    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    assert [desk.pays(dealer, "BOLT", n) for n in (9, 10, 99, 100)] == [
        Decimal("8.50"),
        Decimal("9.00"),
        Decimal("9.00"),
        Decimal("7.00"),
    ]


def test_everyone_pays_the_list_price_with_its_steps(desk: Desk) -> None:
    items = desk.sync(price("BOLT", "9.90"), price("BOLT", "8.80", at=10))

    assert told(items) == [("create", "BOLT for everyone")]
    assert desk.own("BOLT") == [
        ("eur", Decimal("9.9"), None, 9),
        ("eur", Decimal("8.8"), 10, None),
    ]
    assert [desk.pays("", "BOLT", n) for n in (9, 10)] == [Decimal("9.90"), Decimal("8.80")]


def test_prices_that_are_not_ours_stay_on_the_variant(medusa: MedusaStandIn, desk: Desk) -> None:
    variant_id = medusa.catalogue.variant_id_of("BOLT")
    region = medusa.shop.region_ids["eur"]
    rows = [
        {"currency_code": "eur", "amount": Decimal(10)},
        {"currency_code": "eur", "amount": Decimal(12), "rules": {"region_id": region}},
        {"currency_code": "usd", "amount": Decimal(11)},
    ]
    medusa.catalogue.update_variants([{"id": variant_id, "prices": rows}])

    desk.sync(price("BOLT", "9.90"))

    _, variant = medusa.catalogue.variant(variant_id) or ({}, {})
    held = {(one["currency_code"], one["amount"], bool(one["rules"])) for one in variant["prices"]}
    assert held == {("eur", Decimal("9.9"), False), ("eur", 12, True), ("usd", 11, False)}


@pytest.mark.parametrize(
    ("currency", "amount", "country"), [("JPY", "1500", "jp"), ("USD", "0.00125", "us")]
)
def test_amounts_are_whole_units_whatever_the_currency(
    desk: Desk, currency: str, amount: str, country: str
) -> None:
    desk.sync(price("BOLT", amount, currency=currency))

    assert desk.pays("", "BOLT", 1, country=country) == Decimal(amount)


def test_price_holds_on_its_days_in_the_sellers_zone(medusa: MedusaStandIn) -> None:
    desk = Desk(medusa, prices_flow(medusa, "BOLT", zone="Europe/Berlin"))

    desk.sync(price("BOLT", "8.00", DEALERS, days=(date(2030, 7, 1), date(2030, 12, 31))))

    (only,) = desk.lists()
    assert only["starts_at"] == "2030-06-30T22:00:00.000Z"
    assert only["ends_at"] == "2030-12-31T22:59:59.999Z"


def test_days_of_one_audience_are_lists_of_their_own(desk: Desk) -> None:
    desk.sync(
        price("BOLT", "8.50", DEALERS),
        price("BOLT", "8.00", DEALERS, days=(TODAY, TODAY)),
        price("BOLT", "7.00", DEALERS, days=(TODAY + DAY, None)),
        price("NUT", "0.90", DEALERS),
    )

    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    assert len(desk.lists()) == 3
    assert len(medusa_groups(desk)) == 1
    assert desk.pays(dealer, "BOLT", 1) == 8


def medusa_groups(desk: Desk) -> list[str]:
    return list(desk.medusa.customers.groups)


def test_everyones_price_of_some_days_is_written_when_they_come(desk: Desk) -> None:
    tomorrow = TODAY + DAY
    usual = price("BOLT", "9.90")
    desk.sync(
        usual,
        price("BOLT", "9.00", days=(TODAY, TODAY)),
        price("NUT", "0.50", days=(tomorrow, None)),
    )
    assert desk.own("BOLT") == [("eur", Decimal(9), None, None)]
    assert desk.own("NUT") == [("eur", Decimal("1.00"), None, None)]  # untouched

    PriceRow.objects.filter(sku="BOLT", starts_on=TODAY).update(
        starts_on=TODAY - DAY, ends_on=TODAY - DAY
    )
    desk.sync(changes_only=True)

    assert desk.own("BOLT") == [("eur", Decimal("9.9"), None, None)]


def test_promotion_holds_for_more_pieces_too(desk: Desk) -> None:
    book = (
        price("BOLT", 100, at=1),
        price("BOLT", 95, at=10),
        price("BOLT", 90, days=(TODAY, TODAY)),
    )

    desk.sync(*book)

    assert [desk.pays("", "BOLT", n) for n in (1, 10)] == [90, 90]
    assert desk.sync(*book) == []


def test_usual_price_holds_on_both_sides_of_a_promotion(desk: Desk) -> None:
    days = (TODAY, TODAY)
    book = (
        price("BOLT", 95),
        price("BOLT", 90, at=10, days=days),
        price("BOLT", 99, at=20, days=days),
    )

    (item,) = desk.sync(*book)

    assert [desk.pays("", "BOLT", n) for n in (1, 10, 20)] == [95, 90, 95]
    assert ("price", "", "95 EUR from 1 to 9 and 95 EUR from 20") in item.changes
    assert desk.sync(*book) == []


def test_step_without_a_whole_piece_is_told_of(desk: Desk) -> None:
    items = desk.sync(price("BOLT", 9, at="2.2"), price("BOLT", 8, at="2.8"))

    assert sorted(item.action for item in items) == ["create", "skip"]
    assert "no whole piece" in PriceRow.objects.exclude(problem="").get().problem


# ---------------------------------------------------------------- what costs nothing


def test_unchanged_prices_cost_no_call_to_the_storefront(desk: Desk) -> None:
    book = (price("BOLT", "9.90"), price("BOLT", "8.50", DEALERS), price("NUT", "0.90", DEALERS))
    desk.sync(*book)
    writes = len(desk.medusa.worked(BATCH)), len(desk.medusa.worked(VARIANTS))
    calls = len(desk.medusa.log)

    outcomes = desk.pages(PriceBook(*book), changes_only=True)

    assert sum(one.unchanged for one in outcomes) == 3
    assert [item for one in outcomes for item in one.items] == []
    assert (len(desk.medusa.worked(BATCH)), len(desk.medusa.worked(VARIANTS))) == writes
    # Per pass: its currencies and how they are taxed.
    assert len(desk.medusa.log) == calls + 2


def test_changed_price_keeps_its_id(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))
    (before,) = desk.medusa.price_lists.prices

    items = desk.sync(price("BOLT", "8.75", DEALERS), changes_only=True)

    assert [(item.action, item.changes) for item in items] == [
        ("change", (("price", "8.5 EUR", "8.75 EUR"),))
    ]
    assert list(desk.medusa.price_lists.prices) == [before]
    assert desk.listed() == [("eur", Decimal("8.75"), None, None)]


def test_new_step_shortens_the_one_before(desk: Desk) -> None:
    first = price("BOLT", "8.50", DEALERS)
    desk.sync(first)

    items = desk.sync(price("BOLT", "8.00", DEALERS, at=10), changes_only=True)

    assert sorted(told(items)) == [
        ("change", "BOLT for List 7"),
        ("create", "BOLT for List 7 from 10"),
    ]
    assert sorted(desk.listed(), key=lambda row: row[1]) == [
        ("eur", 8, 10, None),
        ("eur", Decimal("8.5"), None, 9),
    ]


# ---------------------------------------------------------------- what goes


def test_price_that_a_complete_read_misses_is_removed(desk: Desk) -> None:
    kept, gone = price("BOLT", "8.50", DEALERS), price("NUT", "0.90", DEALERS)
    desk.sync(kept, gone)

    assert desk.sync(kept, changes_only=True) == []
    items = desk.sync(kept)

    assert told(items) == [("remove", "NUT for List 7")]
    assert desk.listed() == [("eur", Decimal("8.5"), None, None)]
    assert PriceRow.objects.count() == 1


def test_price_that_the_erp_calls_inactive_is_removed_at_once(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))

    items = desk.sync(price("BOLT", "8.50", DEALERS, is_active=False), changes_only=True)

    assert told(items) == [("remove", "BOLT for List 7")]
    assert desk.listed() == []


def test_last_list_price_that_goes_leaves_no_price_of_zero(desk: Desk) -> None:
    desk.sync(price("BOLT", "9.90"))

    items = desk.sync()

    assert told(items) == [("remove", "BOLT for everyone")]
    assert desk.own("BOLT") == []
    assert not PriceRow.objects.exists()


def test_list_without_prices_is_removed_after_a_complete_read(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS), price("BOLT", "8.00", OWN))

    items = desk.sync(price("BOLT", "8.50", DEALERS))

    assert told(items) == [("remove", "BOLT for List 42"), ("remove", items[1].label)]
    assert [one["title"].split(" [")[0] for one in desk.lists()] == ["List 7"]


def test_price_whose_days_change_moves_to_another_list(desk: Desk) -> None:
    first = price("BOLT", "8.50", DEALERS, ref="r1")
    desk.sync(first)

    desk.sync(price("BOLT", "8.50", DEALERS, ref="r1", days=(TODAY, None)))

    (only,) = desk.lists()
    (held,) = desk.medusa.price_lists.prices.values()
    assert held["list_id"] == only["id"]
    assert only["starts_at"] is not None


# ---------------------------------------------------------------- what is not written


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (price("BOLT", 0, DEALERS), "no price"),
        (price("GHOST", 5, DEALERS), "is not in the storefront"),
        (price("GHOST", 5), "is not in the storefront"),
        (price("BOLT", 5, DEALERS, currency="CHF"), "does not sell in CHF"),
        (price("BOLT", 5, currency="CHF"), "add CHF to the currencies"),
        (
            price("BOLT", 5, DEALERS, days=(date(2031, 2, 1), date(2031, 1, 1))),
            "before it begins",
        ),
    ],
)
def test_price_that_cannot_be_sold_at_says_why(desk: Desk, bad: ErpPrice, words: str) -> None:
    items = desk.sync(bad, price("NUT", "0.90", DEALERS))

    assert [item.action for item in items] == ["skip", "create"]
    assert words in items[0].reason
    assert words in PriceRow.objects.exclude(problem="").get().problem
    assert [amount for _, amount, *_ in desk.listed()] == [Decimal("0.9")]


def test_price_that_includes_tax_there_is_not_written(medusa: MedusaStandIn, desk: Desk) -> None:
    medusa.shop.tax_inclusive.add("eur")

    (item,) = desk.sync(price("BOLT", "8.50", DEALERS))

    assert "include tax" in item.reason
    assert desk.lists() == []


def test_two_prices_for_one_thing_are_both_left_alone(desk: Desk) -> None:
    items = desk.sync(
        price("BOLT", "8.00", DEALERS, ref="a"),
        price("BOLT", "7.00", DEALERS, ref="b"),
        price("BOLT", "6.00", DEALERS, at=10),
    )

    assert sorted(item.action for item in items) == ["create", "skip", "skip"]
    assert "price b of the ERP is for the same quantity" in items[0].reason
    assert desk.listed() == [("eur", 6, 10, None)]


def test_unclear_list_price_leaves_what_is_there(desk: Desk) -> None:
    desk.sync(price("BOLT", "9.90"), price("BOLT", "9.00", at=10))

    desk.sync(
        price("BOLT", "9.90"),
        price("BOLT", "9.00", at=10),
        price("BOLT", "8.00", at=10, ref="rival"),
    )

    assert [amount for _, amount, *_ in desk.own("BOLT")] == [Decimal("9.9"), 9]


def test_price_waits_for_its_sku_and_comes_with_it(medusa: MedusaStandIn, desk: Desk) -> None:
    desk.sync(price("NEW", "5.00", DEALERS))
    link_variant(desk.flow, "NEW", medusa.add_product("NEW", {"eur": "6.00"}))

    items = desk.sync(changes_only=True)

    assert [item.action for item in items] == ["create"]
    assert PriceRow.objects.get().problem == ""


def test_settings_choose_whose_prices_and_which_currencies(medusa: MedusaStandIn) -> None:
    flow = prices_flow(medusa, "BOLT", list_prices="no", audiences="price_list", currencies="EUR")
    desk = Desk(medusa, flow)

    items = desk.sync(
        price("BOLT", "9.90"),
        price("BOLT", "8.50", DEALERS),
        price("BOLT", "9.50", DEALERS, currency="USD"),
        price("BOLT", "8.00", OWN),
    )

    assert told(items) == [("create", "BOLT for List 7")]
    assert desk.own("BOLT") == [("eur", 10, None, None)]


# ---------------------------------------------------------------- lists are never for everyone


def test_list_is_a_draft_until_its_rule_was_read_back(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))

    created = desk.medusa.worked("price_lists.create")
    (body,) = [json.loads(one.body) for one in created]
    (only,) = desk.lists()
    assert body["status"] == "draft"
    assert (only["status"], only["type"]) == ("active", "override")
    assert only["rules"] == {"customer.groups.id": [desk.group(DEALERS)]}


@pytest.mark.parametrize("rules", [{}, {"customer_group_id": ["cusgroup_x"]}])
def test_list_that_lost_its_group_is_taken_off_at_once(
    desk: Desk, rules: dict[str, list[str]]
) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))
    (only,) = desk.lists()
    only["rules"] = rules

    desk.sync(price("BOLT", "8.75", DEALERS), changes_only=True)

    assert only["status"] == "draft"
    issue = Issue.objects.get(cause=f"price_list:{only['id']}:rules")
    assert only["title"] in issue.title


def test_list_in_order_again_closes_its_issue(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))
    (only,) = desk.lists()
    rules, only["rules"] = only["rules"], {}
    desk.sync(price("BOLT", "8.75", DEALERS))
    only |= {"rules": rules, "status": "active"}

    desk.sync(price("BOLT", "8.75", DEALERS))

    assert {issue.state for issue in Issue.objects.all()} == {"resolved"}
    assert desk.listed() == [("eur", Decimal("8.75"), None, None)]


def test_list_that_nobody_wrote_to_is_watched_by_the_complete_read(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))
    (only,) = desk.lists()
    only["rules"] = {}

    desk.sync(price("BOLT", "8.50", DEALERS))

    assert only["status"] == "draft"


def test_list_that_somebody_set_to_draft_stays_one(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))
    (only,) = desk.lists()
    only["status"] = "draft"

    desk.sync(price("BOLT", "8.75", DEALERS), changes_only=True)

    assert only["status"] == "draft"
    assert "is a draft" in Issue.objects.get().title


# ---------------------------------------------------------------- mishaps


@pytest.mark.parametrize(
    "lost", ["price_lists.create", "customer_groups.create", "price_lists.update", BATCH, VARIANTS]
)
def test_lost_answer_is_repeated_without_harm(desk: Desk, lost: str) -> None:
    book = (price("BOLT", "9.90"), price("BOLT", "8.50", DEALERS), price("NUT", "0.90", DEALERS))
    desk.medusa.dials.set("lose_answer", times=1, only=lost)
    with pytest.raises(OutcomeUnknown):
        desk.sync(*book)

    desk.sync(*book)

    assert len(desk.lists()) == len(medusa_groups(desk)) == 1
    assert sorted(amount for _, amount, *_ in desk.listed()) == [Decimal("0.9"), Decimal("8.5")]
    assert desk.own("BOLT") == [("eur", Decimal("9.9"), None, None)]
    assert not PriceRow.objects.filter(is_in_doubt=True).exists()
    assert desk.lists()[0]["status"] == "active"


def test_price_in_doubt_that_was_withdrawn_meanwhile_is_removed(desk: Desk) -> None:
    desk.medusa.dials.set("lose_answer", times=1, only=BATCH)
    with pytest.raises(OutcomeUnknown):
        desk.sync(price("BOLT", "8.50", DEALERS))

    desk.sync()

    assert desk.listed() == []


def test_bad_record_stands_alone_and_the_others_arrive(medusa: MedusaStandIn, desk: Desk) -> None:
    link_variant(desk.flow, "GONE", "variant_gone")

    items = desk.sync(price("BOLT", "8.50", DEALERS), price("GONE", "1.00", DEALERS))

    assert sorted(told(items)) == [("create", "BOLT for List 7"), ("failed", "GONE for List 7")]
    assert "No price set exist" in next(one.reason for one in items if one.action == "failed")
    assert len(desk.listed()) == 1


def test_variant_that_is_gone_fails_alone(desk: Desk) -> None:
    link_variant(desk.flow, "GONE", "variant_gone")

    items = desk.sync(price("BOLT", "9.50"), price("GONE", "1.00"))

    assert sorted(told(items)) == [("create", "BOLT for everyone"), ("failed", "GONE for everyone")]


def test_price_that_was_deleted_in_the_shop_comes_back_when_it_changes(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS), price("NUT", "0.90", DEALERS))
    desk.medusa.price_lists.batch(
        desk.lists()[0]["id"], {"delete": list(desk.medusa.price_lists.prices)}
    )

    items = desk.sync(price("BOLT", "8.75", DEALERS), changes_only=True)

    assert [item.action for item in items] == ["change"]
    assert desk.listed() == [("eur", Decimal("8.75"), None, None)]


def test_list_that_was_deleted_in_the_shop_is_made_anew(desk: Desk) -> None:
    book = price("BOLT", "8.50", DEALERS), price("NUT", "0.90", DEALERS)
    desk.sync(*book)
    desk.medusa.price_lists.delete(desk.lists()[0]["id"])

    desk.sync(*book)  # sees that it is gone
    desk.sync(*book)

    assert len(desk.lists()) == 1
    assert len(desk.listed()) == 2


def test_small_pages_end_as_one_large_one(desk: Desk) -> None:
    book = [
        price(sku, amount, whom, at=at)
        for sku in ("BOLT", "NUT")
        for whom in ("everyone", DEALERS, OWN)
        for at, amount in ((0, "9.90"), (10, "8.80"), (100, "7.70"))
    ]

    desk.sync(*book, page_size=1)

    assert len(desk.lists()) == 2
    assert sorted(desk.listed(), key=lambda row: row[1]) == sorted(
        4 * [("eur", Decimal("9.9"), None, 9)]
        + 4 * [("eur", Decimal("8.8"), 10, 99)]
        + 4 * [("eur", Decimal("7.7"), 100, None)],
        key=lambda row: row[1],
    )
    assert len(desk.own("BOLT")) == 3


# ---------------------------------------------------------------- modes and ownership


def test_shadow_writes_nothing(desk: Desk) -> None:
    desk.flow.mode = Flow.Mode.SHADOW
    desk.flow.save()

    items = desk.sync(price("BOLT", "9.90"), price("BOLT", "8.50", DEALERS))

    assert sorted(told(items)) == [("create", "BOLT for List 7"), ("create", "BOLT for everyone")]
    assert desk.lists() == medusa_groups(desk) == []
    assert desk.own("BOLT") == [("eur", 10, None, None)]


def test_plan_is_applied_only_to_what_was_looked_at(desk: Desk) -> None:
    desk.flow.mode = Flow.Mode.ASSISTED
    desk.flow.save()
    book = price("BOLT", "9.90"), price("BOLT", "8.50", DEALERS)
    planned = {item.ref: item.fingerprint for item in desk.sync(*book)}

    changed = desk.sync(price("BOLT", "9.91"), price("BOLT", "8.51", DEALERS), planned=planned)
    assert {item.reason for item in changed} == {"changed since the plan; the next run shows it"}
    assert desk.listed() == []

    desk.sync(*book, planned=planned)
    assert desk.own("BOLT") == [("eur", Decimal("9.9"), None, None)]
    assert desk.listed() == [("eur", Decimal("8.5"), None, None)]


def test_no_price_is_written_without_its_flow(desk: Desk) -> None:
    Flow.objects.filter(pk=desk.flow.pk).update(mode="off")

    with pytest.raises(NeedsOperator) as caught:
        desk.sync(price("BOLT", "9.90"))

    assert caught.value.reason == "not_owned"


def test_prices_of_one_erp_go_to_one_storefront(desk: Desk) -> None:
    other = FlowFactory(
        kind="prices", mode="live", source=desk.flow.source, target=ConnectionFactory()
    )
    work = Work(flow=other, run=RunFactory(flow=other), actor="test", checkpoint=lambda: None)

    with pytest.raises(NeedsOperator) as caught, open_prices(work):
        pass

    assert caught.value.reason == "prices_elsewhere"


def test_prices_of_another_storefront_are_not_taken_for_ours(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS))
    Flow.objects.filter(pk=desk.flow.pk).update(mode="off")
    with MedusaStandIn() as second:
        second.add_product("BOLT", {"eur": "10.00"})
        moved = Desk(second, prices_flow(second))
        moved.flow.source = desk.flow.source
        moved.flow.save()
        link_variant(moved.flow, "BOLT", second.catalogue.variant_id_of("BOLT"))

        moved.sync(price("BOLT", "8.50", DEALERS))

        assert moved.listed() == [("eur", Decimal("8.5"), None, None)]
    assert IdLink.objects.filter(kind="price_list").count() == 2


# ---------------------------------------------------------------- several prices fit


def test_lowest_of_all_prices_that_fit_is_charged(desk: Desk) -> None:
    desk.sync(price("BOLT", "8.50", DEALERS), price("BOLT", "9.00", OWN))

    assert desk.pays(desk.buyer("both@buyer.test", DEALERS, OWN), "BOLT", 1) == Decimal("8.50")


def test_own_price_goes_before_that_of_the_group_if_so_set(medusa: MedusaStandIn) -> None:
    desk = Desk(medusa, prices_flow(medusa, "BOLT", precedence="customer"))

    desk.sync(price("BOLT", "8.50", DEALERS), price("BOLT", "9.00", OWN))

    both = desk.buyer("both@buyer.test", DEALERS, OWN)
    assert [desk.pays(both, "BOLT", 1), desk.pays("", "BOLT", 1)] == [9, 10]


def test_precedence_that_is_set_later_reaches_lists_that_are_there(desk: Desk) -> None:
    book = price("BOLT", "8.50", DEALERS), price("BOLT", "9.00", OWN)
    desk.sync(*book)
    both = desk.buyer("both@buyer.test", DEALERS, OWN)

    desk.flow.settings = {"precedence": "customer"}
    desk.sync(*book)
    assert desk.pays(both, "BOLT", 1) == 9

    desk.flow.settings = {}
    desk.sync(*book)
    assert desk.pays(both, "BOLT", 1) == Decimal("8.50")
