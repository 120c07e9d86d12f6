"""Stock levels, and that the stand-in says what a real server said."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.medusa.sandbox.refusals import Refusal
from integrations.adapters.medusa.stock import own_item
from integrations.errors import Rejected
from integrations.records import StockWrite

BATCH = "/admin/inventory-items/location-levels/batch"


@pytest.fixture
def counted(standin: MedusaStandIn) -> MedusaStandIn:
    """PIPE is counted and has no level yet, TUBE has one."""
    standin.add_product("PIPE", {"eur": "8"}, stock=0)
    standin.add_product("TUBE", {"eur": "8"}, stock=0)
    standin.catalogue.stock["PIPE"]["stocked"] = None
    return standin


def wanted(standin: MedusaStandIn, **changed: Any) -> StockWrite:
    usual = StockWrite(
        item_id=standin.catalogue.stock["PIPE"]["id"],
        sku="PIPE",
        location_id=standin.shop.location_id,
        level_id=None,
        stocked=Decimal("12.5"),
        incoming=Decimal(20),
    )
    return replace(usual, **changed)


def test_level_is_created_then_changed(counted: MedusaStandIn, adapter: MedusaAdapter) -> None:
    adapter.write_stock([wanted(counted)])
    pipe, bolt = map(counted.catalogue.variant_id_of, ("PIPE", "BOLT"))
    (held,) = adapter.stock_of([pipe, bolt, "variant_NEVER"])
    assert (held.variant_id, held.sku) == (pipe, "PIPE")
    level = held.at(counted.shop.location_id)
    assert level is not None
    assert (level.stocked, level.reserved, level.incoming) == (Decimal("12.5"), 0, 20)

    adapter.write_stock([wanted(counted, level_id=level.level_id, stocked=Decimal(3))])

    (held,) = adapter.stock_of([pipe])
    assert [one.stocked for one in held.levels] == [3]


def test_stock_goes_with_the_variant_when_two_swap_their_skus(
    counted: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    pipe, tube = map(counted.catalogue.variant_id_of, ("PIPE", "TUBE"))
    counted.set_stock("PIPE", 7)

    for variant, sku in ((pipe, "TMP"), (tube, "PIPE"), (pipe, "TUBE")):
        rename(counted, variant, sku)

    held = {one.variant_id: one for one in adapter.stock_of([pipe, tube])}
    assert [one.stocked for one in held[pipe].levels] == [7]
    assert (held[pipe].sku, held[tube].sku) == ("PIPE", "TUBE")


def rename(standin: MedusaStandIn, variant_id: str, sku: str, **changed: Any) -> None:
    product, _ = standin.catalogue.variant(variant_id) or ({}, {})
    row = {"id": variant_id, "sku": sku, "manage_inventory": True, **changed}
    standin.catalogue.update(product["id"], {"variants": [row]})


def test_standin_keeps_the_item_of_a_variant_that_is_not_counted_any_more(
    counted: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    pipe = counted.catalogue.variant_id_of("PIPE")

    rename(counted, pipe, "PIPE", manage_inventory=False)

    assert adapter.stock_of([pipe]) == []
    with pytest.raises(Refusal, match="Inventory item with sku: PIPE, already exists"):
        rename(counted, pipe, "PIPE")
    rename(counted, pipe, "PIPE-2")
    assert [one.sku for one in adapter.stock_of([pipe])] == ["PIPE-2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"location_id": "sloc_gone"}, "there is no stock location sloc_gone"),
        ({"stocked": Decimal(-1)}, "below zero"),
    ],
)
def test_what_medusa_would_take_or_refuse_in_bulk_is_refused_before(
    counted: MedusaStandIn, adapter: MedusaAdapter, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        adapter.write_stock([wanted(counted, **change)])

    assert counted.worked("inventory_items.levels_batch") == []


def test_pair_that_is_named_twice_is_refused_before(
    counted: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    with pytest.raises(Rejected, match="named twice"):
        adapter.write_stock([wanted(counted), wanted(counted, stocked=Decimal(1))])


def test_level_that_came_meanwhile_is_not_created_again(
    counted: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    adapter.write_stock([wanted(counted)])

    with pytest.raises(Rejected, match="already exists"):
        adapter.write_stock([wanted(counted)])


# What a Medusa 2.21.2 answered to the same bodies.
@pytest.mark.parametrize(
    ("kind", "change", "status", "message"),
    [
        ("update", {}, 404, "Item {item} is not stocked at location {location}"),
        (
            "create",
            {"inventory_item_id": "iitem_01UNKNOWN"},
            404,
            "You tried to set relationship inventory_item_id: iitem_01UNKNOWN, but such entity "
            "does not exist",
        ),
        (
            "update",
            {"stocked_quantity": -1},
            400,
            "Invalid request: Value for field 'update, 0, stocked_quantity' too small, expected "
            "at least: '0'",
        ),
        (
            "update",
            {"stocked_quantity": "7"},
            400,
            "Invalid request: Field 'update, 0, stocked_quantity' is required",
        ),
    ],
)
def test_standin_refuses_in_the_words_of_the_real_server(
    counted: MedusaStandIn, kind: str, change: dict[str, Any], status: int, message: str
) -> None:
    item, location = counted.catalogue.stock["PIPE"]["id"], counted.shop.location_id
    row = {"inventory_item_id": item, "location_id": location, "stocked_quantity": 1, **change}

    answer = _post(counted, {kind: [row]})

    assert answer.status_code == status
    assert answer.json()["message"] == message.format(item=item, location=location)


def test_standin_takes_an_unknown_location_and_keeps_a_stocked_level(
    counted: MedusaStandIn,
) -> None:
    item = counted.catalogue.stock["PIPE"]["id"]
    row = {"inventory_item_id": item, "location_id": "sloc_01UNKNOWN", "stocked_quantity": 1}
    (level,) = _post(counted, {"create": [row]}).json()["created"]

    refused = _post(counted, {"delete": [level["id"]]})
    forced = _post(counted, {"delete": [level["id"]], "force": True})

    assert refused.json() == {
        "type": "not_allowed",
        "message": "Cannot remove Inventory Levels for sloc_01UNKNOWN because there are stocked "
        "items at the locations. Use force flag to delete anyway.",
    }
    assert forced.json() == {"created": [], "updated": [], "deleted": [level["id"]]}
    assert _post(counted, {}).json() == {"created": [], "updated": []}


def _post(standin: MedusaStandIn, body: dict[str, Any]) -> requests.Response:
    auth = (standin.shop.secret_key, "")
    return requests.post(f"{standin.url}{BATCH}", json=body, auth=auth, timeout=5)


def item(sku: str, pieces: int = 1) -> dict[str, Any]:
    return {"required_quantity": pieces, "inventory": {"id": f"iitem_{sku}", "sku": sku}}


@pytest.mark.parametrize(
    ("items", "own"),
    [
        ([item("PIPE")], "PIPE"),
        ([item("BEFORE")], "BEFORE"),  # it got another SKU
        ([item("PIPE", 10)], None),  # a box of ten
        ([item("TUBE"), item("CAP")], None),  # put together of two
        ([item("TUBE"), item("CAP", 2)], None),
        ([item("CAP"), item("PIPE")], "PIPE"),
        ([], None),
    ],
)
def test_stock_of_a_variant_is_that_of_its_own_item(
    items: list[dict[str, Any]], own: str | None
) -> None:
    found = own_item({"id": "variant_1", "sku": "PIPE", "inventory_items": items})

    assert (found and found["sku"]) == own
