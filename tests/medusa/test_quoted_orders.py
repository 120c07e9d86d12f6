"""The order of an accepted quote in the real Medusa: once, and at the quoted price to the cent."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
import pytest
import requests

from integrations.adapters.medusa import SPEC
from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.mapping.quotes import to_quote_order
from integrations.errors import Conflict, Rejected
from integrations.http import Limits, Session
from integrations.records import Address, PlacedQuote, QuotedOrder
from integrations.sandbox.storefront import MedusaSeed, RealMedusa
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.adapters.medusa.quoting import (
    Change,
    changed,
    convert_seen,
    quoted_line,
    quoted_order,
    refused,
)
from tests.medusa.merchant import create_product
from tests.support.hook_receiver import HookReceiver

# 3 × 61.2345 + 1.5 × 30 + 25 for freight, and 19 % on all of it
NET, TAX = Decimal("253.7035"), Decimal("48.203665")


def open_on(shop: MedusaSeed) -> MedusaAdapter:
    limits = Limits(read_s=60, deadline_s=120)
    session = Session(base_url=shop.url, allow_private=True, limits=limits)
    opened: MedusaAdapter = SPEC.open(session, {}, {"secret_key": shop.secret_key})
    return opened


@pytest.fixture
def adapter(shop: MedusaSeed) -> MedusaAdapter:
    return open_on(shop)


@pytest.fixture
def order(shop: MedusaSeed, hose: str) -> QuotedOrder:
    """A quote that nobody placed yet: a variant, a line of free text, and freight."""
    return quoted_order(
        f"quote:Q-{uuid.uuid4().hex}",
        shop,
        quoted_line("1", "3", "61.2345", variant_id=hose, configuration='{"cut":"45"}'),
        quoted_line("2", "1.5", "30", title="Engraving", sku="SVC-ENGRAVE"),
    )


def drafts_of(admin: ShopApi, quote_ref: str) -> list[str]:
    """The draft orders Medusa holds that name this quote, whoever made them."""
    rows = admin.get("/admin/draft-orders", limit=1000, fields="id,metadata")["draft_orders"]
    return [row["id"] for row in rows if (row["metadata"] or {}).get("erp_quote_ref") == quote_ref]


def totals(placed: PlacedQuote) -> tuple[Decimal, Decimal]:
    return placed.net_total, placed.tax_total


# ---------------------------------------------------------------- prices


def test_a_quote_becomes_one_order_at_the_quoted_net_prices_and_is_told_once(
    hooks: HookReceiver, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    draft = adapter.draft_quoted(order)
    assert (totals(draft), draft.status) == ((NET, TAX), "draft")
    assert adapter.orders_by_id([draft.order_id]) == []

    placed = convert_seen(adapter, order.quote_ref)
    again = convert_seen(adapter, order.quote_ref)

    assert placed == again == replace(draft, status="pending")
    assert adapter.find_quoted(order.quote_ref) == placed
    whole = adapter.get_order(placed.order_id)
    assert (whole.gross_total, whole.tax_total) == (NET + TAX, TAX)
    assert whole.metadata == {**order.metadata, "erp_quote_ref": order.quote_ref}
    hooks.await_about(placed.order_id, "order.placed")
    assert [one.type for one in hooks.about(placed.order_id)] == ["order.placed"]


def test_addresses_come_back_as_they_were_signed(
    adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    """Else each order of a quote would wait for somebody to look at its addresses."""
    dock = Address(
        company="Müller & Søn GmbH",
        first_name="Zoë",
        last_name="O’Neill",
        street1="Straße 1, Tor 7",
        street2="c/o Lager",
        city="Würzburg",
        region="Bayern",
        postal_code="97070",
        country_code="DE",
        phone="+49 931 1234-5",
    )
    office = Address(company="Müller & Søn", city="Wien", country_code="AT")
    order = replace(order, ship_to=dock, bill_to=office)
    adapter.draft_quoted(order)

    placed = convert_seen(adapter, order.quote_ref)

    whole = adapter.get_order(placed.order_id)
    assert (whole.ship_to, whole.bill_to) == (dock, office)


def test_lines_keep_what_the_quote_says_of_them(
    admin: ShopApi, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    placed = adapter.draft_quoted(order)

    found = admin.get(f"/admin/orders/{placed.order_id}", fields="id,*items")["order"]["items"]
    lines = {one["metadata"]["erp_quote_line"]: one for one in found}
    assert (lines["1"]["variant_sku"], lines["2"]["variant_sku"]) == ("HOSE-25", "SVC-ENGRAVE")
    assert json.loads(lines["1"]["metadata"]["configuration"]) == {"cut": "45"}
    assert lines["2"]["raw_quantity"]["value"] == "1.5"
    assert lines["1"]["raw_unit_price"]["value"] == "61.2345"


def test_prices_stay_net_where_the_shops_own_include_the_tax(
    gross_prices: None, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.draft_quoted(order)

    assert totals(convert_seen(adapter, order.quote_ref)) == (NET, TAX)


@pytest.fixture
def automatic_promotions(admin: ShopApi) -> Iterator[None]:
    """10 % off every item and off the shipping, without a code."""
    ids = []
    for target in ("items", "shipping_methods"):
        method = {"type": "percentage", "target_type": target, "value": 10}
        promotion = {
            "code": f"AUTO-{uuid.uuid4().hex}",
            "type": "standard",
            "status": "active",
            "is_automatic": True,
            "application_method": {**method, "allocation": "across"},
        }
        ids.append(admin.post("/admin/promotions", promotion)["promotion"]["id"])
    yield
    for one in ids:
        admin.post(f"/admin/promotions/{one}", {"status": "inactive"})


def test_the_shops_automatic_promotions_do_not_change_a_quote(
    automatic_promotions: None,
    admin: ShopApi,
    shop: MedusaSeed,
    adapter: MedusaAdapter,
    order: QuotedOrder,
) -> None:
    plain = _as_medusas_own_draft(order, shop)
    own = admin.post("/admin/draft-orders?fields=id,total", plain)["draft_order"]
    assert Decimal(own["total"]) < NET + TAX  # they do change a draft of Medusa's own

    adapter.draft_quoted(order)

    assert totals(convert_seen(adapter, order.quote_ref)) == (NET, TAX)


def test_a_quote_of_free_text_alone_and_without_freight(
    shop: MedusaSeed, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    line = quoted_line("1", "7", "0.335", title="Cutting")

    adapter.draft_quoted(replace(order, lines=(line,), shipping=()))

    placed = convert_seen(adapter, order.quote_ref)
    assert totals(placed) == (Decimal("2.345"), Decimal("0.44555"))


def test_one_variant_in_two_lines_keeps_both_prices(
    hose: str, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    lines = (
        quoted_line("1", "1", "10", variant_id=hose),
        quoted_line("2", "2", "7.5", variant_id=hose),
    )

    placed = adapter.draft_quoted(replace(order, lines=lines, shipping=()))

    assert placed.net_total == Decimal("25")


def test_long_configurations_fit_into_one_order(
    hose: str, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    lines = tuple(
        quoted_line(str(number), "1", "1", variant_id=hose, configuration="x" * 5000)
        for number in range(25)
    )

    assert adapter.draft_quoted(replace(order, lines=lines, shipping=())).net_total == 25


# ---------------------------------------------------------------- once


def test_ten_requests_at_once_leave_one_draft(
    admin: ShopApi, shop: MedusaSeed, order: QuotedOrder
) -> None:
    def place(_: int) -> str:
        try:
            return open_on(shop).draft_quoted(order).order_id
        except Conflict:  # waited too long for the one that creates
            return ""

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(place, range(10))) - {""}

    assert list(ids) == drafts_of(admin, order.quote_ref)
    assert open_on(shop).draft_quoted(order).order_id in ids


def test_the_claim_of_a_process_that_died_ends_by_itself(
    real_medusa: RealMedusa, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    row = [uuid.uuid4().hex, order.quote_ref]
    with psycopg.connect(real_medusa.database_url, autocommit=True) as database:
        database.execute(
            "INSERT INTO erp_portal_quote_order (id, quote_ref, claim, claimed_until)"
            " VALUES (%s, %s, 'of the dead', now() + interval '1 hour')",
            row,
        )
        with pytest.raises(Conflict, match="Another request works on"):
            adapter.draft_quoted(order)
        assert adapter.find_quoted(order.quote_ref) is None
        database.execute(
            "UPDATE erp_portal_quote_order SET claimed_until = now() WHERE id = %s", row[:1]
        )

    assert adapter.draft_quoted(order).is_draft


def test_five_conversions_at_once_reserve_and_tell_once(
    hooks: HookReceiver, admin: ShopApi, shop: MedusaSeed, order: QuotedOrder
) -> None:
    variant_id, sku = managed_variant(admin, shop, stock=10)
    line = quoted_line("1", "2", "5", variant_id=variant_id)
    draft = open_on(shop).draft_quoted(replace(order, lines=(line,)))
    # A conversion that a crash cut short leaves its reservation behind.
    reserve(admin, shop, sku, line_id_of(admin, draft.order_id), 2)

    def convert(_: int) -> str:
        try:
            return convert_seen(open_on(shop), order.quote_ref).status
        except Conflict:
            return "pending"

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(convert, range(5))) == {"pending"}

    assert stock_of(admin, sku)["reserved_quantity"] == 2
    hooks.await_about(draft.order_id, "order.placed")
    assert len(hooks.about(draft.order_id)) == 1


def test_a_draft_deleted_by_hand_makes_room_for_a_new_one(
    shop: MedusaSeed, admin: ShopApi, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    first = adapter.draft_quoted(order)
    adapter._client.delete(f"/admin/draft-orders/{first.order_id}")
    assert adapter.find_quoted(order.quote_ref) is None
    with pytest.raises(Rejected, match="No order was placed"):
        convert_seen(adapter, order.quote_ref)

    second = adapter.draft_quoted(order)

    assert drafts_of(admin, order.quote_ref) == [second.order_id]


def test_a_customer_without_login_keeps_the_order_under_another_address(
    admin: ShopApi, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    email = f"{uuid.uuid4().hex}@nordwind.test"
    customer_id = admin.post("/admin/customers", {"email": email})["customer"]["id"]

    placed = adapter.draft_quoted(replace(order, customer_id=customer_id))

    fields = "id,email,customer_id"
    found = admin.get(f"/admin/orders/{placed.order_id}", fields=fields)["order"]
    assert (found["customer_id"], found["email"]) == (customer_id, order.email)


def test_connection_test_finds_a_plugin_that_places_quotes_and_a_key_with_all_rights(
    adapter: MedusaAdapter,
) -> None:
    found = {check.name: check.ok for check in adapter.test().checks}

    assert (found["Orders of quotes"], found["Rights of the key"]) == (True, True)


# ---------------------------------------------------------------- giving up


def test_a_draft_that_is_given_up_goes_and_makes_room_for_a_new_one(
    admin: ShopApi, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.discard_quoted(order.quote_ref)
    adapter.draft_quoted(order)

    adapter.discard_quoted(order.quote_ref)
    adapter.discard_quoted(order.quote_ref)

    assert drafts_of(admin, order.quote_ref) == []
    with pytest.raises(Rejected, match="No order was placed"):
        convert_seen(adapter, order.quote_ref)
    second = adapter.draft_quoted(order)
    assert drafts_of(admin, order.quote_ref) == [second.order_id]


def test_of_a_conversion_and_giving_up_at_once_one_happens(
    admin: ShopApi, shop: MedusaSeed, order: QuotedOrder
) -> None:
    refs = [f"{order.quote_ref}-{number}" for number in range(6)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda ref: open_on(shop).draft_quoted(replace(order, quote_ref=ref)), refs))

    for number, ref in enumerate(refs):
        verbs = [partial(convert_seen, open_on(shop)), open_on(shop).discard_quoted]
        with ThreadPoolExecutor(2) as pool:
            tries = [pool.submit(verb, ref) for verb in verbs[:: 1 if number % 2 else -1]]
            ended = [type(one.exception()) for one in tries]
        assert ended.count(Rejected) == 1
        placed = open_on(shop).find_quoted(ref)
        assert placed is None or placed.status == "pending"
        assert drafts_of(admin, ref) == []


# ---------------------------------------------------------------- strays


def test_a_draft_that_was_never_recorded_is_found_and_removed(
    admin: ShopApi, shop: MedusaSeed, adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    kept = adapter.draft_quoted(order)
    plain = _as_medusas_own_draft(order, shop)
    left = admin.post("/admin/draft-orders?fields=id", plain)["draft_order"]["id"]
    later = datetime.now(UTC) + timedelta(minutes=1)

    strays = {one.order_id: one.quote_ref for one in adapter.stray_drafts(later)}
    assert strays.get(left) == order.quote_ref
    assert kept.order_id not in strays
    assert left not in {one.order_id for one in adapter.stray_drafts(later - timedelta(hours=1))}
    with pytest.raises(Rejected, match="not a stray"):
        adapter.remove_draft(kept.order_id)
    adapter.remove_draft(left)
    adapter.remove_draft(left)

    assert drafts_of(admin, order.quote_ref) == [kept.order_id]


def test_an_order_that_is_no_draft_is_never_removed(
    adapter: MedusaAdapter, order: QuotedOrder
) -> None:
    adapter.draft_quoted(order)
    placed = convert_seen(adapter, order.quote_ref)

    adapter.remove_draft(placed.order_id)

    assert adapter.find_quoted(order.quote_ref) == placed


# ---------------------------------------------------------------- refusals


@refused
def test_a_bad_body_is_refused_in_these_words(
    shop: MedusaSeed,
    admin: ShopApi,
    order: QuotedOrder,
    change: Change,
    status: int,
    message: str,
) -> None:
    reply = requests.post(
        f"{shop.url}/admin/erp-portal/quote-orders",
        json=changed(to_quote_order(order), change),
        headers={"Authorization": basic(shop.secret_key)},
        timeout=60,
    )

    assert (reply.status_code, reply.json()["message"]) == (status, message)
    assert drafts_of(admin, order.quote_ref) == []


def test_quotes_are_for_admins_alone(shop: MedusaSeed) -> None:
    path = f"{shop.url}/admin/erp-portal/quote-orders"

    for reply in (
        requests.get(f"{path}/quote:Q-1", timeout=60),
        requests.get(f"{path}/strays", timeout=60),
        requests.post(path, json={}, timeout=60),
        requests.post(f"{path}/quote:Q-1/convert", json={"digest": "0" * 64}, timeout=60),
        requests.delete(f"{path}/quote:Q-1", timeout=60),
        requests.delete(f"{path}/strays/order_1", timeout=60),
    ):
        assert reply.status_code == 401


# ---------------------------------------------------------------- the merchant's side


def _as_medusas_own_draft(order: QuotedOrder, shop: MedusaSeed) -> dict[str, Any]:
    """The same draft through Medusa's own route, which knows no quotes."""
    body = to_quote_order(order)
    body["metadata"] = {**body["metadata"], "erp_quote_ref": body.pop("quote_ref")}
    for item in body["items"]:
        item["quantity"] = float(item["quantity"])
    return body


def managed_variant(admin: ShopApi, shop: MedusaSeed, *, stock: int) -> tuple[str, str]:
    """A variant that is counted; its id and SKU."""
    sku = f"COUNTED-{uuid.uuid4().hex}"
    variant_id = create_product(admin, shop, sku=sku, prices={"eur": Decimal(9)})
    asked = {"sku[]": sku, "fields": "id,product_id"}
    [variant] = admin.get("/admin/product-variants", **asked)["variants"]
    item = admin.post("/admin/inventory-items", {"sku": sku})["inventory_item"]["id"]
    level = {"location_id": shop.location_id, "stocked_quantity": stock}
    admin.post(f"/admin/inventory-items/{item}/location-levels", level)
    path = f"/admin/products/{variant['product_id']}/variants/{variant_id}"
    admin.post(f"{path}/inventory-items", {"inventory_item_id": item, "required_quantity": 1})
    admin.post(path, {"manage_inventory": True})
    return variant_id, sku


def stock_of(admin: ShopApi, sku: str) -> dict[str, Any]:
    found = admin.get("/admin/inventory-items", sku=sku, fields="id,*location_levels")
    [item] = found["inventory_items"]
    [level] = item["location_levels"]
    return {**level, "item_id": item["id"]}


def reserve(admin: ShopApi, shop: MedusaSeed, sku: str, line_id: str, quantity: int) -> None:
    reservation = {
        "line_item_id": line_id,
        "location_id": shop.location_id,
        "inventory_item_id": stock_of(admin, sku)["item_id"],
        "quantity": quantity,
    }
    admin.post("/admin/reservations", reservation)


def line_id_of(admin: ShopApi, order_id: str) -> str:
    order = admin.get(f"/admin/orders/{order_id}", fields="id,items.id")["order"]
    return str(order["items"][0]["id"])
