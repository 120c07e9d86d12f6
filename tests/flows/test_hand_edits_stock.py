"""A hand's edit of a stock level is told from what orders do to it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.ownership import put_back_edit
from integrations.models import Flow, HandEdit, Issue
from tests.factories import OrderFactory, OrderLineFactory
from tests.flows.erp_stock import level
from tests.flows.test_stock_flow import flow, free, sync

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["flow"]


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        for sku in ("BOLT", "NUT"):
            server.add_product(sku, {"eur": "1.00"}, stock=0)
        yield server


@pytest.fixture
def reporting(flow: Flow) -> Flow:
    sync(flow, level("BOLT", 10, incoming=5), level("NUT", 3))
    return flow


def again(flow: Flow) -> None:
    """A complete reading in which the ERP says the same."""
    outcome = sync(flow, level("BOLT", 10, incoming=5), level("NUT", 3))
    assert outcome.unchanged == 2


def edit(medusa: MedusaStandIn, sku: str = "BOLT", **values: int) -> None:
    """Somebody counts in the shop's admin."""
    medusa.catalogue.stock[sku] |= {name: Decimal(value) for name, value in values.items()}


def test_our_own_writes_are_no_edits(medusa: MedusaStandIn, reporting: Flow) -> None:
    again(reporting)

    assert not HandEdit.objects.exists()


def test_level_that_a_hand_changed_is_told_with_both_values(
    medusa: MedusaStandIn, reporting: Flow
) -> None:
    edit(medusa, stocked=50, incoming=0)

    again(reporting)

    found = HandEdit.objects.get()
    assert (found.state, found.label) == ("open", "BOLT")
    assert found.changes == [["stocked", "10", "50"], ["incoming", "5", "0"]]
    assert "1 record was edited by hand" in Issue.objects.get(state="open").title
    assert free(medusa, "BOLT") == 50


def test_level_that_was_deleted_is_told(medusa: MedusaStandIn, reporting: Flow) -> None:
    medusa.catalogue.stock["BOLT"]["stocked"] = None

    again(reporting)

    assert HandEdit.objects.get().changes == [["level", "counted in the storefront", "deleted"]]


def test_flow_may_put_back_by_itself_beside_todays_reservations(
    medusa: MedusaStandIn, reporting: Flow
) -> None:
    reporting.settings = {"hand_edits": "put_back"}
    medusa.place_order([("BOLT", 2)])
    OrderLineFactory(order=_long_in_the_erp(reporting), sku="BOLT", quantity=2)
    edit(medusa, stocked=50)

    again(reporting)

    assert HandEdit.objects.get().state == "put_back"
    assert free(medusa, "BOLT") == 10  # the ERP's stock knows of the order
    again(reporting)
    assert HandEdit.objects.count() == 1


def test_person_puts_back(medusa: MedusaStandIn, reporting: Flow) -> None:
    edit(medusa, stocked=50)
    again(reporting)

    put_back_edit(HandEdit.objects.get(), actor="olga", reason="counted wrongly")

    assert free(medusa, "BOLT") == 10
    again(reporting)
    assert HandEdit.objects.get().state == "put_back"


def test_orders_and_shipments_are_no_edits(medusa: MedusaStandIn, reporting: Flow) -> None:
    medusa.place_order([("BOLT", 3)])
    again(reporting)  # reserved
    edit(medusa, stocked=7, reserved=0)
    sync(reporting, level("BOLT", 7, incoming=5), level("NUT", 3))  # shipped on both sides

    assert not HandEdit.objects.exists()


def test_shipment_that_the_erp_counted_before_is_no_edit(
    medusa: MedusaStandIn, reporting: Flow
) -> None:
    medusa.place_order([("BOLT", 3)])
    OrderLineFactory(order=_long_in_the_erp(reporting), sku="BOLT", quantity=3)
    sync(reporting, level("BOLT", 7, incoming=5), level("NUT", 3))
    edit(medusa, stocked=7, reserved=0)  # as fulfilling the order does

    sync(reporting, level("BOLT", 7, incoming=5), level("NUT", 3))

    assert not HandEdit.objects.exists()


@pytest.mark.parametrize("state", ["received", "confirmed"])
def test_sku_with_an_order_on_its_way_to_the_erp_is_left_for_another_time(
    medusa: MedusaStandIn, reporting: Flow, state: str
) -> None:
    order = OrderFactory(storefront=reporting.target, confirmed=state == "confirmed")
    if state == "confirmed":
        order.confirmed_at = timezone.now()
        order.save()
    OrderLineFactory(order=order, sku="BOLT", quantity=1)
    edit(medusa, stocked=50)
    edit(medusa, "NUT", stocked=4)

    again(reporting)

    assert [one.label for one in HandEdit.objects.all()] == ["NUT"]


def test_nobody_looks_where_the_flow_says_so(medusa: MedusaStandIn, flow: Flow) -> None:
    flow.settings = {"hand_edits": "off"}
    sync(flow, level("BOLT", 10), level("NUT", 3))
    edit(medusa, stocked=50)
    calls = len(medusa.log)

    sync(flow, level("BOLT", 10), level("NUT", 3))

    assert not HandEdit.objects.exists()
    assert len(medusa.log) == calls


def _long_in_the_erp(flow: Flow) -> object:
    order = OrderFactory(storefront=flow.target, confirmed=True)
    order.confirmed_at = timezone.now() - timedelta(days=1)
    order.save()
    return order
