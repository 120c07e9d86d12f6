"""Reading orders and writing progress back, over real HTTP to the stand-in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations import ports
from integrations.adapters.medusa import orders as orders_module
from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator, OutcomeUnknown, Rejected, Unavailable
from integrations.records import ErpShipment, Window
from tests.adapters.medusa.conftest import open_on


def shipment(*lines: tuple[str, str], ref: str = "WH/1", tracking: str = "1Z999") -> ErpShipment:
    return ErpShipment(
        ref=ref,
        number=ref,
        shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
        carrier="",
        tracking_number=tracking,
        tracking_url="",
        lines=tuple((line, Decimal(quantity)) for line, quantity in lines),
    )


def everything() -> Window:
    return Window(start=None, end=datetime.now(UTC) + timedelta(seconds=1))


def walk(adapter: MedusaAdapter, window: Window) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = adapter.order_page(window, cursor)
        found += [one.order_id for one in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_adapter_serves_every_port_of_a_storefront(adapter: MedusaAdapter) -> None:
    assert isinstance(adapter, ports.ReadsOrders)
    assert isinstance(adapter, ports.WritesOrderProgress)
    assert isinstance(adapter, ports.WritesProducts)
    assert isinstance(adapter, ports.TestsConnection)


# ---------------------------------------------------------------- reading


def test_three_at_19_99_less_ten_percent_are_read_to_the_last_digit(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 3)], promo="TEN", metadata={"po_number": "4711"})

    order = adapter.get_order(order_id)

    item, shipping = order.lines
    assert (item.net_subtotal, item.net_discount) == (Decimal("59.97"), Decimal("5.997"))
    assert (item.tax_total, shipping.tax_total) == (Decimal("10.25487"), Decimal("1.881"))
    assert order.gross_total == Decimal("76.00887")  # as a real Medusa 2.21.2 has it
    assert order.metadata == {"po_number": "4711"}


def test_order_in_yen_is_read(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    order = adapter.get_order(standin.place_order([("BOLT", 2)], country="jp"))

    assert (order.currency, order.gross_total) == ("JPY", Decimal("5387.8"))


def test_order_of_a_registered_buyer_names_customer_and_groups(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    customer = standin.add_customer("erika@nordwind.test", password="pw", groups=["Dealers"])

    order = adapter.get_order(standin.place_order([("NUT", 1)], customer=customer))

    assert (order.customer_id, order.email) == (customer, "erika@nordwind.test")
    assert len(order.group_ids) == 1


def test_unknown_order_is_refused_in_medusas_words(adapter: MedusaAdapter) -> None:
    with pytest.raises(Rejected, match="Order id not found: order_x") as refused:
        adapter.get_order("order_x")

    assert refused.value.status == 404


def test_orders_are_read_by_id_and_unknown_ones_left_out(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    placed = [standin.place_order([("NUT", 1)]) for _ in range(3)]

    found = adapter.orders_by_id([*placed, "order_x"])

    assert [order.order_id for order in found] == placed


def test_digest_of_the_list_is_that_of_the_order(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 3), ("NUT", 7)], promo="TEN")

    expected = [(order_id, adapter.get_order(order_id).digest)]

    [listed] = adapter.order_page(everything(), None).rows
    assert [(listed.order_id, listed.digest)] == expected
    assert listed.placed_at == adapter.get_order(order_id).placed_at
    assert adapter.order_digests([order_id]) == expected


def test_captured_payment_moves_the_digest_though_not_the_time(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    before = adapter.get_order(order_id)

    standin.capture(order_id, 10)

    after = adapter.get_order(order_id)
    assert after.updated_at == before.updated_at
    assert adapter.order_digests([order_id]) != [(order_id, before.digest)]
    assert (after.paid_total, after.open_amount) == (10, before.gross_total - 10)


def test_our_own_notes_and_fulfilments_leave_the_digest(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 2)])
    before = adapter.get_order(order_id)
    delivery = shipment((before.lines[0].line_id, "1"))

    adapter.write_metadata(order_id, {"erp_number": "S00042"})
    fulfilment = adapter.create_fulfilment(order_id, delivery)
    adapter.mark_shipped(order_id, fulfilment.fulfilment_id, delivery)

    assert adapter.get_order(order_id).digest == before.digest


@pytest.mark.parametrize("rows_per_page", [1, 2, 3, 7, 100])
def test_every_order_is_found_whatever_the_page_holds(
    rows_per_page: int,
    standin: MedusaStandIn,
    adapter: MedusaAdapter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders_module, "PAGE_ROWS", rows_per_page)
    placed = [standin.place_order([("NUT", 1)]) for _ in range(7)]
    for order_id in placed[2:5]:  # several in the very same moment
        standin.checkout.orders[order_id].updated_at = "2026-11-23T09:00:00.000Z"

    assert sorted(walk(adapter, everything())) == sorted(placed)


def test_order_that_changes_during_the_walk_hides_no_other(
    standin: MedusaStandIn, adapter: MedusaAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders_module, "PAGE_ROWS", 2)
    placed = [standin.place_order([("NUT", 1)]) for _ in range(5)]
    for minute, order_id in enumerate(placed):
        standin.checkout.orders[order_id].updated_at = f"2026-11-23T09:0{minute}:00.000Z"
    window = Window(start=None, end=datetime(2026, 11, 23, 10, tzinfo=UTC))

    first = adapter.order_page(window, None)
    standin.cancel(placed[0])  # leaves the window: by offset, the third would be skipped

    rest = [one.order_id for one in adapter.order_page(window, first.next_cursor).rows]
    assert rest == placed[2:4]


def test_window_has_two_ends(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    placed = [standin.place_order([("NUT", 1)]) for _ in range(3)]
    for minute, order_id in enumerate(placed):
        standin.checkout.orders[order_id].updated_at = f"2026-11-23T09:0{minute}:00.000Z"
    minute = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)

    assert walk(adapter, Window(start=minute, end=minute)) == [placed[1]]


# ---------------------------------------------------------------- writing


def test_notes_are_merged_and_an_empty_one_is_removed(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("NUT", 1)], metadata={"po_number": "4711"})

    adapter.write_metadata(order_id, {"erp_number": "S1", "erp_url": "https://erp.example"})
    adapter.write_metadata(order_id, {"erp_url": ""})

    assert adapter.get_order(order_id).metadata == {"po_number": "4711", "erp_number": "S1"}


def test_note_on_a_cancelled_order_is_left_out(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("NUT", 1)])
    standin.cancel(order_id)

    adapter.write_metadata(order_id, {"erp_status": "cancelled"})

    assert adapter.get_order(order_id).metadata == {}


def test_delivery_in_two_parts_becomes_two_shipped_fulfilments(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 5)])
    line = adapter.get_order(order_id).lines[0].line_id

    for ref, quantity in (("WH/1", "2"), ("WH/2", "3")):
        delivery = shipment((line, quantity), ref=ref, tracking=f"T-{ref}")
        made = adapter.create_fulfilment(order_id, delivery)
        assert (made.erp_shipment, made.lines) == (ref, ((line, Decimal(quantity)),))
        adapter.mark_shipped(order_id, made.fulfilment_id, delivery)

    order = adapter.get_order(order_id)
    assert [
        (one.erp_shipment, one.tracking_numbers, one.is_shipped) for one in order.fulfilments
    ] == [("WH/1", ("T-WH/1",), True), ("WH/2", ("T-WH/2",), True)]
    assert (order.lines[0].fulfilled_quantity, order.lines[0].shipped_quantity) == (5, 5)


def test_fulfilment_is_booked_from_the_connections_location(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    line = adapter.get_order(order_id).lines[0].line_id

    adapter.create_fulfilment(order_id, shipment((line, "1")))

    (fulfilment,) = standin.orders[order_id]["fulfillments"]
    assert fulfilment["location_id"] == standin.shop.location_id


def test_marking_shipped_twice_ships_once(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    delivery = shipment((adapter.get_order(order_id).lines[0].line_id, "1"))
    fulfilment = adapter.create_fulfilment(order_id, delivery)

    adapter.mark_shipped(order_id, fulfilment.fulfilment_id, delivery)
    adapter.mark_shipped(order_id, fulfilment.fulfilment_id, delivery)

    assert len(standin.worked("shipments.create")) == 1


def test_delivery_without_tracking_ships_without_a_label(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    delivery = shipment((adapter.get_order(order_id).lines[0].line_id, "1"), tracking="")

    fulfilment = adapter.create_fulfilment(order_id, delivery)
    adapter.mark_shipped(order_id, fulfilment.fulfilment_id, delivery)

    (shipped,) = adapter.get_order(order_id).fulfilments
    assert (shipped.is_shipped, shipped.tracking_numbers) == (True, ())


def test_delivery_that_medusa_takes_only_in_parts_is_shipped_whole(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 2)])
    standin.edit(order_id, add=[("NUT", 4)])  # such a line needs no shipping, says Medusa
    items = [line for line in adapter.get_order(order_id).lines if line.kind == "item"]
    delivery = shipment(*((line.line_id, str(line.quantity)) for line in items))

    fulfilment = adapter.create_fulfilment(order_id, delivery)
    adapter.mark_shipped(order_id, fulfilment.fulfilment_id, delivery)
    adapter.mark_shipped(order_id, fulfilment.fulfilment_id, delivery)

    order = adapter.get_order(order_id)
    assert [one.erp_shipment for one in order.fulfilments] == ["WH/1", "WH/1"]
    assert [line.shipped_quantity for line in order.lines if line.kind == "item"] == [2, 4]


def test_more_than_was_ordered_is_refused(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    line = adapter.get_order(order_id).lines[0].line_id

    with pytest.raises(Rejected, match="Cannot fulfill more items than what was ordered"):
        adapter.create_fulfilment(order_id, shipment((line, "2")))


def test_delivery_of_foreign_lines_waits_for_a_person(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])

    with pytest.raises(NeedsOperator, match="holds no line of this order") as parked:
        adapter.create_fulfilment(order_id, shipment(("", "1"), ("ordsm_1", "1")))

    assert parked.value.reason == "shipment_without_lines"


def test_cancelling_twice_is_cancelling_once(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])

    adapter.cancel_order(order_id)
    adapter.cancel_order(order_id)

    assert adapter.get_order(order_id).is_canceled


def test_shipped_order_cannot_be_cancelled(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    delivery = shipment((adapter.get_order(order_id).lines[0].line_id, "1"))
    adapter.create_fulfilment(order_id, delivery)

    with pytest.raises(Rejected, match="All fulfillments must be canceled"):
        adapter.cancel_order(order_id)


# ---------------------------------------------------------------- faults


def test_lost_answer_leaves_a_fulfilment_that_can_be_found(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    delivery = shipment((adapter.get_order(order_id).lines[0].line_id, "1"))
    standin.dials.set("lose_answer", only="fulfillments.create", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.create_fulfilment(order_id, delivery)

    found = [one.erp_shipment for one in adapter.get_order(order_id).fulfilments]
    assert found == ["WH/1"]


def test_failing_server_is_in_doubt_after_a_write_and_unavailable_for_a_read(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    standin.dials.set("fail", times=2)

    with pytest.raises(OutcomeUnknown):
        adapter.write_metadata(order_id, {"a": "b"})
    with pytest.raises(Unavailable):
        adapter.get_order(order_id)


def test_stalled_read_ends_by_itself(standin: MedusaStandIn) -> None:
    order_id = standin.place_order([("BOLT", 1)])
    standin.dials.set("stall", seconds=1, times=1)

    with pytest.raises(Unavailable):
        open_on(standin, read_s=0.2).get_order(order_id)
