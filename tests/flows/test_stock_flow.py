"""Stock on its way into a real shop server: what a buyer can have in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.medusa.sandbox.refusals import Refusal
from integrations.errors import NeedsOperator, OutcomeUnknown
from integrations.flows.runs import PageOutcome, PlanItem, Work
from integrations.flows.stock.flow import StockPages
from integrations.gateways.storefront import open_storefront
from integrations.models import Connection, Flow, IdLink, StockLevel
from integrations.records import ErpStock, Window
from tests.factories import (
    ConnectionFactory,
    FlowFactory,
    OrderFactory,
    OrderLineFactory,
    RunFactory,
)
from tests.flows.erp_stock import Racks, level

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
LEVELS = "inventory_items.levels_batch"


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        for sku in ("BOLT", "NUT"):
            server.add_product(sku, {"eur": "1.00"}, stock=0)
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop: Connection = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings={"location_id": medusa.shop.location_id},
    )
    made: Flow = FlowFactory(
        kind="stock", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    for sku in ("BOLT", "NUT"):
        link(made, "variant", f"v-{sku}", medusa.catalogue.variant_id_of(sku))
    return made


def link(flow: Flow, kind: str, source_ref: str, target_ref: str) -> None:
    IdLink.objects.create(
        kind=kind,
        source=flow.source,
        source_ref=source_ref,
        target=flow.target,
        target_ref=target_ref,
    )


@contextmanager
def pages(
    flow: Flow, racks: Racks, *, planned: dict[str, str] | None = None
) -> Iterator[StockPages]:
    run = RunFactory(flow=flow, mode=flow.mode, state="running", finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None, planned=planned)
    with open_storefront(flow.target) as shop:
        yield StockPages(work, erp=racks, shop=shop)


def sync(flow: Flow, *levels: ErpStock, planned: dict[str, str] | None = None) -> PageOutcome:
    with pages(flow, Racks(*levels), planned=planned) as handler:
        return handler.handle(WINDOW, None)


def told(outcome: PageOutcome) -> list[tuple[str, str]]:
    return [(item.action, item.label) for item in outcome.items]


def free(medusa: MedusaStandIn, sku: str) -> Decimal:
    """What a buyer can have."""
    item = medusa.catalogue.stock[sku]
    return Decimal(item["stocked"] - item["reserved"])


def test_buyers_can_have_what_the_erp_can_promise(medusa: MedusaStandIn, flow: Flow) -> None:
    outcome = sync(flow, level("BOLT", 7, incoming=20), level("NUT", "2.5"))

    assert told(outcome) == [("create", "BOLT"), ("create", "NUT")]
    assert (free(medusa, "BOLT"), free(medusa, "NUT")) == (7, Decimal("2.5"))
    assert medusa.catalogue.stock["BOLT"]["incoming"] == 20


@pytest.mark.parametrize(("hand_edits", "reads"), [("off", 0), ("", 1)])
def test_unchanged_stock_costs_no_call_but_one_look_for_edits(
    medusa: MedusaStandIn, flow: Flow, hand_edits: str, reads: int
) -> None:
    flow.settings = {"hand_edits": hand_edits}
    sync(flow, level("BOLT", 7))
    calls = len(medusa.log)

    outcome = sync(flow, level("BOLT", "7.00"))

    assert (outcome.unchanged, outcome.items) == (1, ())
    assert [one.method for one in medusa.log[calls:]] == ["GET"] * reads


def test_what_the_shop_reserved_for_an_order_in_the_erp_is_taken_off_once(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, level("BOLT", 10))
    medusa.place_order([("BOLT", 3)])
    OrderLineFactory(order=OrderFactory(storefront=flow.target, confirmed=True), sku="BOLT")

    sync(flow, level("BOLT", 7))  # the ERP has reserved them, too

    assert free(medusa, "BOLT") == 7


def test_order_that_the_erp_does_not_have_yet_is_not_promised_twice(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, level("BOLT", 10))
    medusa.place_order([("BOLT", 3)])
    waiting = OrderFactory(storefront=flow.target)
    OrderLineFactory(order=waiting, sku="BOLT", quantity=3)

    sync(flow, level("BOLT", 9))  # somebody else bought one; ours has not arrived there

    assert free(medusa, "BOLT") == 6


def test_what_the_erp_owes_already_is_no_stock(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, level("BOLT", -4))

    assert free(medusa, "BOLT") == 0


def test_count_below_zero_is_sold_as_none_and_told_with_what_to_do(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    odd = level("BOLT", -5, name="Main")

    first, second = sync(flow, odd, level("NUT", 7)), sync(flow, odd, level("NUT", 7))

    assert (free(medusa, "BOLT"), free(medusa, "NUT")) == (0, 7)
    for outcome in (first, second):
        (item,) = [one for one in outcome.items if one.action == "skip"]
        assert item.reason == (
            "the ERP counts -5 of it at Main: no piece of them is sold. Post the receipt that is "
            "missing there, or correct the count"
        )
    assert StockLevel.objects.get(sku="BOLT").available == -5


def test_bad_levels_say_why_and_leave_what_was_known(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, level("BOLT", 7))
    text = replace(level("BOLT", 0), problem="'many' is not a number")
    endless = level("NUT", "1e20")

    outcome = sync(flow, text, endless, level("NUT", 4, at="", name="x" * 300))

    reasons = {one.label: one.reason for one in outcome.items if one.action == "skip"}
    assert reasons == {
        "BOLT": "'many' is not a number: correct it in the ERP",
        "NUT": "1E+20 is no quantity: correct it in the ERP",
    }
    assert (free(medusa, "BOLT"), free(medusa, "NUT")) == (7, 4)


def nightly(flow: Flow, *levels: ErpStock, planned: dict[str, str] | None = None) -> list[PlanItem]:
    """A complete reading with all that comes after the ERP's own pages."""
    items: list[PlanItem] = []
    cursor: str | None = None
    with pages(flow, Racks(*levels), planned=planned) as handler:
        while True:
            outcome = handler.handle(WINDOW, cursor)
            items += outcome.items
            cursor = outcome.next_cursor
            if cursor is None:
                return items


def test_level_that_the_erp_no_longer_tells_of_is_none(medusa: MedusaStandIn, flow: Flow) -> None:
    nightly(flow, level("BOLT", 7, incoming=3), level("NUT", 5))

    items = nightly(flow, level("NUT", 5))

    assert [(one.action, one.label) for one in items] == [("remove", "BOLT")]
    assert items[0].reason == "the ERP no longer tells of it: 0 available, before 7"
    assert (free(medusa, "BOLT"), free(medusa, "NUT")) == (0, 5)
    assert medusa.catalogue.stock["BOLT"]["incoming"] == 0
    assert StockLevel.objects.get(sku="BOLT").available == 0
    assert nightly(flow, level("NUT", 5)) == []
    assert told_actions(nightly(flow, level("BOLT", 4), level("NUT", 5))) == ["change"]
    assert free(medusa, "BOLT") == 4


def told_actions(items: list[PlanItem]) -> list[str]:
    return [one.action for one in items]


def test_one_of_two_locations_that_vanishes_leaves_the_other(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    link(flow, "warehouse", "WN", medusa.shop.location_id)
    nightly(flow, level("BOLT", 7, at="WH"), level("BOLT", 2, at="WN"))

    items = nightly(flow, level("BOLT", 7, at="WH"))

    assert told_actions(items) == ["change"]
    assert free(medusa, "BOLT") == 7


def test_reading_of_changes_takes_nothing_for_gone(medusa: MedusaStandIn, flow: Flow) -> None:
    nightly(flow, level("BOLT", 7), level("NUT", 5))

    with pages(flow, Racks(level("NUT", 4))) as handler:
        outcome = handler.handle(replace(WINDOW, start=WINDOW.end - timedelta(hours=1)), None)

    assert outcome.next_cursor == "due:0"
    assert free(medusa, "BOLT") == 7


def hourly(flow: Flow, *levels: ErpStock) -> list[PlanItem]:
    """A reading of what changed in the last hour, to its end."""
    items: list[PlanItem] = []
    cursor: str | None = None
    now = datetime.now(UTC)
    with pages(flow, Racks(*levels)) as handler:
        while True:
            outcome = handler.handle(Window(start=now - timedelta(hours=1), end=now), cursor)
            items += outcome.items
            cursor = outcome.next_cursor
            if cursor is None:
                return items


def test_article_that_is_sold_only_now_gets_its_stock_without_a_change_of_it(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    nightly(flow, level("BOLT", 7), level("WASHER", 12))
    medusa.add_product("WASHER", {"eur": "0.10"}, stock=0)
    link(flow, "variant", "v-WASHER", medusa.catalogue.variant_id_of("WASHER"))

    items = hourly(flow)

    assert [(one.action, one.label) for one in items] == [("create", "WASHER")]
    assert free(medusa, "WASHER") == 12
    assert hourly(flow) == []


def test_reading_beside_it_for_another_storefront_makes_nothing_vanish(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    nightly(flow, level("BOLT", 7), level("NUT", 5))
    other = FlowFactory(kind="stock", mode="shadow", source=flow.source)
    with pages(flow, Racks(level("NUT", 5))) as handler:
        handler.handle(WINDOW, None)
        beside = RunFactory(flow=other, mode="shadow", state="running", finished_at=None)
        StockLevel.objects.filter(sku="BOLT").update(seen_in=beside.pk)

        outcome = handler.handle(WINDOW, "gone:0")

    assert outcome.items == ()
    assert free(medusa, "BOLT") == 7


def test_plan_of_what_vanished_is_applied_once(medusa: MedusaStandIn, flow: Flow) -> None:
    nightly(flow, level("BOLT", 7), level("NUT", 5))
    flow.mode = Flow.Mode.ASSISTED
    flow.save()

    planned = {one.ref: one.fingerprint for one in nightly(flow, level("NUT", 5))}
    assert free(medusa, "BOLT") == 7

    assert told_actions(nightly(flow, level("NUT", 5), planned=planned)) == ["remove"]
    assert free(medusa, "BOLT") == 0
    assert nightly(flow, level("NUT", 5), planned=planned) == []


def test_locations_are_kept_apart_by_their_mappings(medusa: MedusaStandIn, flow: Flow) -> None:
    north = medusa.add_location("North")
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    link(flow, "warehouse", "WN", north)

    sync(flow, level("BOLT", 7, at="WH"), level("BOLT", 2, at="WN"))

    assert free(medusa, "BOLT") == 7
    assert medusa.catalogue.stock["BOLT"]["elsewhere"][north]["stocked_quantity"] == 2


def test_two_locations_of_the_erp_may_be_one_of_the_shop(medusa: MedusaStandIn, flow: Flow) -> None:
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    link(flow, "warehouse", "WN", medusa.shop.location_id)
    sync(flow, level("BOLT", 7, at="WH"), level("BOLT", 2, at="WN"))

    sync(flow, level("BOLT", 3, at="WN"))  # only one of them changed

    assert free(medusa, "BOLT") == 10


def test_location_without_a_counterpart_is_named_and_counts_nowhere(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    link(flow, "warehouse", "WH", medusa.shop.location_id)

    outcome = sync(flow, level("BOLT", 7, at="WH"), level("BOLT", 99, at="WX", name="Display"))

    assert free(medusa, "BOLT") == 7
    assert told(outcome) == [("skip", "Display"), ("create", "BOLT")]
    assert "add a warehouse mapping" in outcome.items[0].reason


def test_all_locations_may_be_added_up(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"locations": "sum"}

    sync(flow, level("BOLT", 7, at="WH"), level("BOLT", 2, at="WN"))

    assert free(medusa, "BOLT") == 9


def test_shop_without_a_named_location_is_asked_for_it(flow: Flow) -> None:
    flow.target.settings = {}
    flow.target.save()

    with pytest.raises(NeedsOperator) as caught:
        sync(flow, level("BOLT", 7))

    assert caught.value.reason == "no_stock_location"


def test_products_that_are_not_sold_are_kept_and_not_sent(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    outcome = sync(flow, level("SECRET", 5))

    assert outcome.items == ()
    assert StockLevel.objects.get(sku="SECRET").available == 5
    assert medusa.worked(LEVELS) == []


def test_product_whose_stock_is_not_counted_is_said(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.add_product("GLUE", {"eur": "3.00"})
    link(flow, "variant", "v-GLUE", medusa.catalogue.variant_id_of("GLUE"))

    outcome = sync(flow, level("GLUE", 5))

    assert told(outcome) == [("skip", "GLUE")]
    assert "does not count its stock" in outcome.items[0].reason


def test_stock_follows_an_article_that_gets_another_sku(medusa: MedusaStandIn, flow: Flow) -> None:
    sync(flow, level("BOLT", 7))
    product, variant = medusa.catalogue.variant(medusa.catalogue.variant_id_of("BOLT")) or ({}, {})
    row = {"id": variant["id"], "sku": "BOLT-2", "manage_inventory": True}
    medusa.catalogue.update(product["id"], {"variants": [row]})

    outcome = sync(flow, replace(level("BOLT", 3), sku="BOLT-2"))

    assert told(outcome) == [("change", "BOLT-2")]
    assert free(medusa, "BOLT") == 3  # its inventory item keeps its first SKU
    with pytest.raises(Refusal, match="insufficient|required inventory"):
        medusa.place_order([("BOLT-2", 4)])
    medusa.place_order([("BOLT-2", 3)])
    assert free(medusa, "BOLT") == 0


def test_bad_level_stands_alone_and_the_others_arrive(medusa: MedusaStandIn, flow: Flow) -> None:
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    link(flow, "warehouse", "WX", "sloc_gone")

    outcome = sync(flow, level("BOLT", 7, at="WX"), level("NUT", 5, at="WH"))

    assert sorted(told(outcome)) == [("create", "NUT"), ("failed", "BOLT")]
    assert free(medusa, "NUT") == 5
    assert "there is no stock location sloc_gone" in next(
        one.reason for one in outcome.items if one.action == "failed"
    )


def test_lost_answer_is_repeated_without_harm(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.catalogue.stock["BOLT"]["stocked"] = None  # its level has to be created
    medusa.dials.set("lose_answer", times=1, only=LEVELS)
    with pytest.raises(OutcomeUnknown):
        sync(flow, level("BOLT", 7))

    outcome = sync(flow, level("BOLT", 7))

    assert told(outcome) == [("create", "BOLT")]
    assert free(medusa, "BOLT") == 7


def test_shadow_writes_nothing(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.mode = Flow.Mode.SHADOW
    flow.save()

    outcome = sync(flow, level("BOLT", 7))

    assert told(outcome) == [("create", "BOLT")]
    assert medusa.worked(LEVELS) == []
    assert outcome.items[0].reason == "7 available"


def test_plan_is_applied_only_to_what_was_looked_at(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.mode = Flow.Mode.ASSISTED
    flow.save()
    planned = {item.ref: item.fingerprint for item in sync(flow, level("BOLT", 7)).items}

    outcome = sync(flow, level("BOLT", 8), planned=planned)
    assert [item.reason for item in outcome.items] == [
        "changed since the plan; the next run shows it"
    ]

    sync(flow, level("BOLT", 7), planned=planned)
    assert free(medusa, "BOLT") == 7
    sync(flow, level("BOLT", 7), planned=planned)
    assert len(medusa.worked(LEVELS)) == 1


def test_no_stock_is_written_without_its_flow(flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(mode="off")
    flow.mode = "live"

    with pytest.raises(NeedsOperator) as caught:
        sync(flow, level("BOLT", 7))

    assert caught.value.reason == "not_owned"


def remap(flow: Flow, source_ref: str, target_ref: str) -> None:
    IdLink.objects.filter(kind="warehouse", source_ref=source_ref).update(target_ref=target_ref)


def at(medusa: MedusaStandIn, sku: str, place: str) -> Decimal:
    """What a buyer can have from another location."""
    return Decimal(medusa.catalogue.stock[sku]["elsewhere"][place]["available_quantity"])


def test_warehouse_that_gets_another_location_is_not_sold_twice(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    north = medusa.add_location("North")
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    sync(flow, level("BOLT", 7, at="WH"), level("NUT", 0, at="WH"))
    remap(flow, "WH", north)

    outcome = sync(flow, level("BOLT", 7, at="WH"), level("NUT", 0, at="WH"))

    assert told(outcome) == [("remove", "BOLT"), ("create", "BOLT"), ("create", "NUT")]
    assert outcome.items[0].reason == (
        "no longer sold from Main warehouse, since a warehouse mapping or the flow's locations "
        "changed: 0 available, before 7"
    )
    assert outcome.items[0].changes == (("available", "7", "0"),)
    assert (free(medusa, "BOLT"), at(medusa, "BOLT", north)) == (0, 7)
    calls = len(medusa.log)
    assert sync(flow, level("BOLT", 7, at="WH"), level("NUT", 0, at="WH")).items == ()
    assert [one.method for one in medusa.log[calls:]] == ["GET"]  # looks for edits

    remap(flow, "WH", medusa.shop.location_id)
    sync(flow, level("BOLT", 7, at="WH"))

    assert (free(medusa, "BOLT"), at(medusa, "BOLT", north)) == (7, 0)


def test_locations_that_are_added_up_leave_nothing_at_the_others(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    north = medusa.add_location("North")
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    link(flow, "warehouse", "WN", north)
    both = level("BOLT", 7, at="WH"), level("BOLT", 5, at="WN")
    sync(flow, *both)

    flow.settings = {"locations": "sum"}
    sync(flow, *both)
    assert (free(medusa, "BOLT"), at(medusa, "BOLT", north)) == (12, 0)

    flow.settings = {}
    sync(flow, *both)
    assert (free(medusa, "BOLT"), at(medusa, "BOLT", north)) == (7, 5)


def test_warehouse_without_a_mapping_any_more_is_sold_from_no_more(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    sync(flow, level("BOLT", 7, at="WH"))
    IdLink.objects.filter(kind="warehouse").delete()

    outcome = sync(flow, level("BOLT", 3, at="WH", name="Main"))

    assert told(outcome) == [("skip", "Main"), ("remove", "BOLT")]
    assert free(medusa, "BOLT") == 0


def test_orders_that_wait_at_a_location_that_is_left_keep_their_pieces(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    north = medusa.add_location("North")
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    sync(flow, level("BOLT", 10, at="WH"))
    medusa.place_order([("BOLT", 3)])
    OrderLineFactory(order=OrderFactory(storefront=flow.target, confirmed=True), sku="BOLT")
    remap(flow, "WH", north)

    sync(flow, level("BOLT", 7, at="WH"))

    assert medusa.catalogue.stock["BOLT"]["stocked"] == 3
    assert (free(medusa, "BOLT"), at(medusa, "BOLT", north)) == (0, 7)


def test_level_that_the_erp_drops_is_taken_from_where_it_was_left(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    nightly(flow, level("BOLT", 7, at="WH"), level("NUT", 5, at="WH"))
    IdLink.objects.filter(kind="warehouse").delete()
    link(flow, "warehouse", "WN", medusa.shop.location_id)

    items = nightly(flow, level("NUT", 5, at="WN"))

    assert [one.label for one in items if one.action == "remove"] == ["BOLT"]
    assert (free(medusa, "BOLT"), free(medusa, "NUT")) == (0, 5)


def test_location_that_the_shop_gave_up_is_left_without_a_word(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    north = medusa.add_location("North")
    link(flow, "warehouse", "WH", north)
    sync(flow, level("BOLT", 7, at="WH"))
    del medusa.shop.more_locations[north]
    remap(flow, "WH", medusa.shop.location_id)

    assert told(sync(flow, level("BOLT", 7, at="WH"))) == [("create", "BOLT")]
    calls = len(medusa.log)
    assert sync(flow, level("BOLT", 7, at="WH")).items == ()
    assert [one.method for one in medusa.log[calls:]] == ["GET"]  # looks for edits


def test_plan_of_a_location_that_is_left_is_applied_once(medusa: MedusaStandIn, flow: Flow) -> None:
    north = medusa.add_location("North")
    link(flow, "warehouse", "WH", medusa.shop.location_id)
    sync(flow, level("BOLT", 7, at="WH"))
    remap(flow, "WH", north)
    flow.mode = Flow.Mode.ASSISTED
    flow.save()

    plan = sync(flow, level("BOLT", 7, at="WH"))
    assert (told(plan), free(medusa, "BOLT")) == ([("remove", "BOLT"), ("create", "BOLT")], 7)

    planned = {one.ref: one.fingerprint for one in plan.items}
    sync(flow, level("BOLT", 7, at="WH"), planned=planned)
    assert (free(medusa, "BOLT"), at(medusa, "BOLT", north)) == (0, 7)
    assert sync(flow, level("BOLT", 7, at="WH"), planned=planned).items == ()
