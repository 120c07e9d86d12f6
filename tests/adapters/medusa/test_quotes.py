"""The order of an accepted quote: placed once and converted once, whatever happens on the way."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import requests

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.mapping.quotes import to_quote_order
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import Conflict, NeedsOperator, OutcomeUnknown, Rejected, Unavailable
from integrations.ports import PlacesQuotedOrders
from integrations.records import QuotedOrder
from integrations.records.codec import from_json, to_json
from integrations.standin import Request, Response
from tests.adapters.medusa.conftest import open_on
from tests.adapters.medusa.quoting import (
    Change,
    changed,
    convert_seen,
    quoted_line,
    quoted_order,
    refused,
)

REF = "quote:Q-000123"
LATER = timedelta(minutes=1)


@pytest.fixture
def order(standin: MedusaStandIn) -> QuotedOrder:
    bolt = standin.catalogue.variant_id_of("BOLT")
    return quoted_order(
        REF,
        standin.shop,
        quoted_line("1", "3", "61.2345", variant_id=bolt, sku="BOLT", configuration='{"cut":"45"}'),
        quoted_line("2", "1.5", "30", title="Engraving", sku="SVC-ENGRAVE"),
    )


def the_draft(standin: MedusaStandIn) -> dict[str, Any]:
    [draft] = standin.drafts.values()
    return draft


# ---------------------------------------------------------------- placing


def test_a_quoted_order_survives_being_remembered_as_json(order: QuotedOrder) -> None:
    assert from_json(QuotedOrder, json.loads(json.dumps(to_json(order)))) == order


def test_the_adapter_is_a_place_for_quoted_orders(adapter: MedusaAdapter) -> None:
    assert isinstance(adapter, PlacesQuotedOrders)


def test_a_draft_has_the_quoted_prices_and_the_tax_of_the_place(
    adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    placed = adapter.draft_quoted(order)

    # 3 × 61.2345 + 1.5 × 30 + 25 for freight, and 19 % on all of it
    assert (placed.net_total, placed.tax_total) == (Decimal("253.7035"), Decimal("48.203665"))
    assert placed.gross_total == placed.net_total + placed.tax_total
    assert (placed.quote_ref, placed.currency, placed.status) == (REF, "EUR", "draft")


def test_a_draft_carries_everything_of_the_quote(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    placed = adapter.draft_quoted(order)

    draft = the_draft(standin)
    assert draft["id"] == placed.order_id
    assert draft["metadata"] == {**order.metadata, "erp_quote_ref": REF}
    assert [(one["title"], one["variant_sku"], one["metadata"]) for one in draft["items"]] == [
        ("Hose, cut to length", "BOLT", {"configuration": '{"cut":"45"}', "erp_quote_line": "1"}),
        ("Engraving", "SVC-ENGRAVE", {"erp_quote_line": "2"}),
    ]
    assert draft["shipping_address"]["company"] == "Nordwind GmbH"
    assert draft["email"] == "erika@nordwind.test"


def test_prices_stay_net_where_the_shops_own_include_the_tax(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.shop.tax_inclusive.add("eur")

    assert adapter.draft_quoted(order).net_total == Decimal("253.7035")


def test_placing_again_gives_the_same_draft_as_it_is(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    first = adapter.draft_quoted(order)
    dearer = replace(order.lines[0], net_unit_price=Decimal(99))

    assert adapter.draft_quoted(replace(order, lines=(dearer,))) == first
    assert len(standin.drafts) == 1


def test_threads_that_place_one_quote_at_once_get_one_draft(
    standin: MedusaStandIn, order: QuotedOrder
) -> None:
    with ThreadPoolExecutor(8) as pool:
        placed = list(pool.map(lambda _: open_on(standin).draft_quoted(order), range(16)))

    assert {one.order_id for one in placed} == {the_draft(standin)["id"]}


def test_two_quotes_are_two_drafts(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    other = adapter.draft_quoted(replace(order, quote_ref="quote:Q-000124"))

    assert adapter.draft_quoted(order).order_id != other.order_id
    assert adapter.find_quoted("quote:Q-000124") == other


def test_a_known_customer_keeps_the_order_under_another_address(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    customer_id = standin.add_customer("billing@nordwind.test", company="Nordwind GmbH")

    adapter.draft_quoted(replace(order, customer_id=customer_id))

    draft = the_draft(standin)
    assert (draft["customer_id"], draft["email"]) == (customer_id, "erika@nordwind.test")


@refused
def test_what_the_plugin_refuses_the_standin_refuses(
    standin: MedusaStandIn, order: QuotedOrder, change: Change, status: int, message: str
) -> None:
    reply = requests.post(
        f"{standin.url}/admin/erp-portal/quote-orders",
        json=changed(to_quote_order(order), change),
        headers={"Authorization": f"Basic {standin.shop.secret_key}"},
        timeout=10,
    )

    assert (reply.status_code, reply.json()["message"]) == (status, message)
    assert standin.drafts == {}


def test_a_refused_draft_is_told_in_the_storefronts_words(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.add_product("RARE", {"eur": "5"}, stock=2)
    rare = quoted_line("1", "3", "5", variant_id=standin.catalogue.variant_id_of("RARE"))

    with pytest.raises(Rejected, match="does not have the required inventory"):
        adapter.draft_quoted(replace(order, lines=(rare,)))

    assert adapter.find_quoted(REF) is None


# ---------------------------------------------------------------- finding


def test_a_quote_that_nobody_placed_is_not_found(adapter: MedusaAdapter) -> None:
    assert adapter.find_quoted(REF) is None


def test_a_lost_answer_is_found_again(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.dials.set("lose_answer", only="quote_orders.place", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.draft_quoted(order)

    found = adapter.find_quoted(REF)
    assert found is not None
    assert found == adapter.draft_quoted(order)
    assert list(standin.drafts) == [found.order_id]


def test_a_request_that_was_never_worked_on_is_sent_again(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.dials.set("fail", only="quote_orders.place", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.draft_quoted(order)

    assert adapter.find_quoted(REF) is None
    assert adapter.draft_quoted(order).is_draft


def test_a_draft_that_was_deleted_by_hand_is_gone_and_can_be_placed_anew(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.remove_draft_order(adapter.draft_quoted(order).order_id)

    assert adapter.find_quoted(REF) is None
    assert adapter.draft_quoted(order).order_id == the_draft(standin)["id"]


def test_a_quote_somebody_else_works_on_is_a_conflict(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.quote_orders.busy.add(REF)

    with pytest.raises(Conflict, match="Another request works on"):
        adapter.draft_quoted(order)


def test_a_failing_look_up_is_unavailable(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    standin.dials.set("fail", only="quote_orders.read", times=1)

    with pytest.raises(Unavailable):
        adapter.find_quoted(REF)


# ---------------------------------------------------------------- converting


def test_a_draft_becomes_the_order_of_the_same_id_and_totals(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    draft = adapter.draft_quoted(order)
    assert standin.orders == {}

    placed = convert_seen(adapter, REF)

    assert placed == replace(draft, status="pending")
    assert list(standin.orders) == [draft.order_id]
    assert adapter.get_order(draft.order_id).gross_total == draft.gross_total


Edit = Callable[[Any], None]


def cheaper(draft: Any) -> None:
    draft.lines[0].unit_price = Decimal("0.01")


def fewer(draft: Any) -> None:
    draft.lines[0].quantity -= 1


def elsewhere(draft: Any) -> None:
    draft.ship_to["city"] = "Bremen"


@pytest.mark.parametrize("edit", [cheaper, fewer, elsewhere])
def test_a_draft_that_was_edited_since_it_was_looked_at_is_not_converted(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder, edit: Edit
) -> None:
    draft = adapter.draft_quoted(order)
    edit(standin.checkout.orders[draft.order_id])

    with pytest.raises(Conflict, match="edited since it was looked at"):
        adapter.convert_quoted(REF, digest=draft.digest)

    assert standin.orders == {}
    assert convert_seen(adapter, REF).status == "pending"


def test_a_conversion_takes_the_taxes_of_that_moment(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    draft = adapter.draft_quoted(order)
    standin.shop.tax_percent["de"] = Decimal(20)

    placed = adapter.convert_quoted(REF, digest=draft.digest)

    assert (placed.net_total, placed.tax_total) == (draft.net_total, Decimal("50.7407"))


def test_a_digest_is_needed(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    with pytest.raises(Rejected, match="64 hexadecimal"):
        adapter.convert_quoted(REF, digest="as it is")


def test_a_draft_is_in_no_list_of_orders(adapter: MedusaAdapter, order: QuotedOrder) -> None:
    draft = adapter.draft_quoted(order)
    assert adapter.orders_by_id([draft.order_id]) == []

    convert_seen(adapter, REF)

    assert [one.order_id for one in adapter.orders_by_id([draft.order_id])] == [draft.order_id]


def test_converting_twice_and_at_once_is_told_as_one_placed_order(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    draft = adapter.draft_quoted(order)

    with ThreadPoolExecutor(4) as pool:
        converted = list(pool.map(lambda _: convert_seen(open_on(standin), REF), range(8)))

    assert {one.status for one in converted} == {"pending"}
    told = [one.type for one in standin.hooks.messages]
    assert told == ["order.placed"]
    assert draft.order_id in standin.hooks.messages[0].body.decode()


def test_a_lost_answer_of_the_conversion_is_found_again(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.draft_quoted(order)
    standin.dials.set("lose_answer", only="quote_orders.convert", times=1)

    with pytest.raises(OutcomeUnknown):
        convert_seen(adapter, REF)

    found = adapter.find_quoted(REF)
    assert found is not None
    assert not found.is_draft
    assert convert_seen(adapter, REF) == found


def test_conversion_reserves_the_stock_that_a_draft_only_checks(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    standin.add_product("RARE", {"eur": "5"}, stock=2)
    rare = quoted_line("1", "2", "5", variant_id=standin.catalogue.variant_id_of("RARE"))
    adapter.draft_quoted(replace(order, lines=(rare,)))
    standin.place_order([("RARE", 1)])

    with pytest.raises(Rejected, match="Not enough stock available"):
        convert_seen(adapter, REF)
    standin.set_stock("RARE", 3)

    assert convert_seen(adapter, REF).status == "pending"
    assert standin.catalogue.stock["RARE"]["reserved"] == 3


def test_a_cancelled_order_is_returned_as_it_is(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.draft_quoted(order)
    standin.cancel(convert_seen(adapter, REF).order_id)

    assert convert_seen(adapter, REF).status == "canceled"
    assert adapter.draft_quoted(order).status == "canceled"


def test_a_quote_without_a_draft_cannot_be_converted(adapter: MedusaAdapter) -> None:
    with pytest.raises(Rejected, match=f"No order was placed for {REF}"):
        convert_seen(adapter, REF)


# ---------------------------------------------------------------- giving up


def test_a_draft_that_is_given_up_goes_and_may_be_placed_anew(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.discard_quoted(REF)
    adapter.draft_quoted(order)

    adapter.discard_quoted(REF)
    adapter.discard_quoted(REF)

    assert standin.drafts == {}
    assert adapter.find_quoted(REF) is None
    with pytest.raises(Rejected, match=f"No order was placed for {REF}"):
        convert_seen(adapter, REF)
    assert adapter.draft_quoted(order).is_draft


def test_an_order_is_never_given_up(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.draft_quoted(order)
    placed = convert_seen(adapter, REF)

    with pytest.raises(Rejected, match="no draft any more"):
        adapter.discard_quoted(REF)

    assert list(standin.orders) == [placed.order_id]


def test_a_lost_answer_to_giving_up_is_repeated_without_harm(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.draft_quoted(order)
    standin.dials.set("lose_answer", only="quote_orders.discard", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.discard_quoted(REF)
    adapter.discard_quoted(REF)

    assert standin.drafts == {}


def test_giving_up_waits_for_whoever_works_on_the_quote(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.quote_orders.busy.add(REF)

    with pytest.raises(Conflict, match="Another request works on"):
        adapter.discard_quoted(REF)


def test_of_a_conversion_and_giving_up_at_once_one_happens(
    standin: MedusaStandIn, order: QuotedOrder
) -> None:
    for number in range(8):
        quote = f"quote:Q-{number}"
        open_on(standin).draft_quoted(replace(order, quote_ref=quote))
        verbs = [partial(convert_seen, open_on(standin)), open_on(standin).discard_quoted]
        with ThreadPoolExecutor(2) as pool:
            ended = [pool.submit(verb, quote).exception() for verb in verbs]
        assert [type(one) for one in ended].count(Rejected) == 1

    assert standin.drafts == {}


# ---------------------------------------------------------------- strays


def test_a_stray_is_found_once_it_is_old_enough_and_removed(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    stray_id = standin.add_stray(REF)
    kept = adapter.draft_quoted(order)
    now = datetime.now(UTC)

    assert adapter.stray_drafts(now - LATER) == []
    [stray] = adapter.stray_drafts(now + LATER)
    assert (stray.order_id, stray.quote_ref) == (stray_id, REF)
    adapter.remove_draft(stray_id)
    adapter.remove_draft(stray_id)

    assert adapter.stray_drafts(now + LATER) == []
    assert list(standin.drafts) == [kept.order_id]


def test_a_draft_in_the_making_is_no_stray(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    standin.add_stray(REF)
    standin.quote_orders.busy.add(REF)

    assert adapter.stray_drafts(datetime.now(UTC) + LATER) == []


def test_a_stray_can_be_left_behind_from_another_process(standin: MedusaStandIn) -> None:
    control = f"{standin.url}/_standin"
    made = requests.post(f"{control}/add_stray", json={"quote_ref": REF}, timeout=10).json()

    drafts = requests.get(f"{control}/drafts", timeout=10).json()["result"]

    assert [one["id"] for one in drafts] == [made["result"]]


def test_the_order_of_a_quote_is_never_removed_as_a_stray(
    standin: MedusaStandIn, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    draft = adapter.draft_quoted(order)

    with pytest.raises(Rejected, match="not a stray"):
        adapter.remove_draft(draft.order_id)

    assert list(standin.drafts) == [draft.order_id]


def test_no_other_order_can_be_removed(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    order_id = standin.place_order([("BOLT", 1)])

    adapter.remove_draft(order_id)

    assert list(standin.orders) == [order_id]


# ---------------------------------------------------------------- an old plugin


class OldPlugin(MedusaStandIn):
    """A shop whose plugin knows nothing of quotes."""

    def answer(self, request: Request) -> tuple[Response | None, str]:
        if "quote-orders" in request.path:
            return self.unknown_route(request), ""
        return super().answer(request)


def test_a_plugin_that_is_too_old_waits_for_a_person() -> None:
    with OldPlugin() as standin:
        adapter = open_on(standin)
        for ask in (
            lambda: adapter.find_quoted(REF),
            lambda: convert_seen(adapter, REF),
            lambda: adapter.discard_quoted(REF),
            lambda: adapter.stray_drafts(datetime.now(UTC)),
            lambda: adapter.remove_draft("order_1"),
        ):
            with pytest.raises(NeedsOperator) as parked:
                ask()
            assert parked.value.reason == "plugin_too_old"
            assert "db:migrate" in parked.value.hint
