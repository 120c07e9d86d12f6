"""Where orders stand, by the letters of their status and what was made of them."""

from decimal import Decimal

import pytest

from integrations.adapters.netsuite.client import NetSuiteClient
from integrations.errors import NeedsOperator
from integrations.records import ErpOrder, OrderProgress
from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.orders import Desk
from tests.contract.walking import all_rows, everything


def stands(office: NetSuiteOffice, order: ErpOrder) -> OrderProgress:
    (found,) = office.adapter().order_progress([order.ref])
    return found


def test_unapproved_order_is_received(office: NetSuiteOffice, desk: Desk) -> None:
    order = office.adapter().create_order(desk.draft())

    assert stands(office, order).state == "received"


def test_order_short_of_stock_is_backordered(office: NetSuiteOffice, desk: Desk) -> None:
    office.set_stock("DRILL-18V", "main", 1)
    order = desk.confirmed(office.adapter())

    assert stands(office, order).state == "backordered"


@pytest.mark.parametrize(
    ("status", "state"), [("B", "in_production"), ("D", "in_production"), ("H", "confirmed")]
)
def test_order_whose_goods_are_built_is_in_production(
    office: NetSuiteOffice, desk: Desk, status: str, state: str
) -> None:
    order = desk.confirmed(office.adapter())
    office.standin.build(order.ref, status=status)

    assert stands(office, order).state == state


def test_partly_billed_order_is_partly_shipped(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter(), desk.two_lines())
    office.ship(order.ref, {"line_1": 2})
    office.invoice(order.ref)

    found = stands(office, order)

    assert office.standin.order(order.ref).status == "E"
    assert found.state == "partly_shipped"
    assert found.invoices[0].gross_total == Decimal("307.02")  # 2 × 129.00 and 19 %


def test_order_closed_short_is_billed_as_far_as_it_went(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref, {"line_1": 2})
    invoice = office.invoice(order.ref)
    office.cancel(order.ref)
    office.pay(invoice)

    found = stands(office, order)

    assert office.standin.order(order.ref).status == "H"
    assert found.state == "paid"
    assert [(line.ordered, line.shipped) for line in found.lines] == [(2, 2)]


def test_part_payment_is_partial(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref)
    office.standin.pay(office.invoice(order.ref), "100")

    (invoice,) = stands(office, order).invoices

    assert (invoice.payment_state, invoice.open_amount) == ("partial", Decimal("360.53"))


def test_invoice_that_was_credited_is_reversed_and_not_paid(
    office: NetSuiteOffice, desk: Desk
) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref)
    office.credit(office.invoice(order.ref))

    found = stands(office, order)

    by_kind = {one.kind: one for one in found.invoices}
    assert by_kind["invoice"].payment_state == "reversed"
    assert by_kind["credit_note"].gross_total == Decimal("460.53")
    assert found.state == "shipped"


def test_parcel_with_two_numbers_shows_both(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref, tracking="1Z-1,1Z-2")

    (shipment,) = stands(office, order).shipments

    assert shipment.tracking_number == "1Z-1, 1Z-2"
    assert shipment.carrier == "Parcel Post"


def test_goods_that_were_only_picked_did_not_leave(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref)
    (fulfilment,) = office.standin.store.of_type("ItemShip")
    fulfilment.status = "A"

    assert stands(office, order).shipments == ()


def test_two_lines_of_one_item_are_told_apart(office: NetSuiteOffice, desk: Desk) -> None:
    lines = [desk.line("a", quantity=Decimal(2)), desk.line("b", quantity=Decimal(1))]
    order = desk.confirmed(office.adapter(), desk.draft(lines))
    office.ship(order.ref, {"b": 1})

    (shipment,) = stands(office, order).shipments

    assert dict(shipment.lines) == {"b": 1}


def test_return_has_the_time_its_goods_arrived(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref)
    office.take_back(order.ref, {"line_1": 2})

    (back,) = stands(office, order).returns

    assert back.received_at is not None
    assert dict(back.lines) == {"line_1": 2}


def test_return_that_is_only_announced_has_no_time(office: NetSuiteOffice, desk: Desk) -> None:
    order = desk.confirmed(office.adapter())
    office.ship(order.ref)
    office.take_back(order.ref, {"line_1": 1})
    (receipt,) = office.standin.store.of_type("ItemRcpt")
    del office.standin.store.transactions[receipt.id]

    (back,) = stands(office, order).returns

    assert back.received_at is None


def test_order_of_200_lines_takes_few_calls(office: NetSuiteOffice, desk: Desk) -> None:
    lines = [desk.line(f"line_{n}", quantity=Decimal(1)) for n in range(200)]
    order = desk.confirmed(office.adapter(), desk.draft(lines, total="30702.00"))
    office.set_stock("DRILL-18V", "main", 200)
    office.ship(order.ref)
    before = len(office.standin.log)

    found = stands(office, order)

    assert len(office.standin.log) - before <= 8
    assert len(found.shipments[0].lines) == 200


def test_rows_beyond_one_answer_are_read(
    office: NetSuiteOffice, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NetSuite gives a thousand at once; here the account gives three."""
    monkeypatch.setattr("integrations.adapters.netsuite.client.PAGE_ROWS", 3)
    lines = [desk.line(f"line_{n}", quantity=Decimal(1)) for n in range(10)]
    order = desk.confirmed(office.adapter(), desk.draft(lines, total="1535.10"))
    office.ship(order.ref)

    found = stands(office, order)

    assert len(found.lines) == len(found.shipments[0].lines) == 10


def test_changed_orders_come_in_pages_by_key(office: NetSuiteOffice, desk: Desk) -> None:
    adapter = office.adapter()
    refs = {desk.confirmed(adapter).ref for _ in range(3)}
    for ref in refs:
        office.ship(ref)
    adapter.page_size = 2

    assert set(all_rows(adapter.changed_orders, everything())) == refs


def test_order_that_people_typed_in_is_no_trouble(office: NetSuiteOffice, desk: Desk) -> None:
    """It has neither our reference nor our lines."""
    order = desk.confirmed(office.adapter())
    held = office.standin.order(order.ref)
    held.externalid = ""
    for line in held.lines:
        line.custom.clear()

    found = stands(office, order)

    assert found.our_ref == ""
    assert [line.our_ref for line in found.lines] == [""]


def test_client_refuses_to_leave_rows_out(
    office: NetSuiteOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.adapters.netsuite.client.PAGE_ROWS", 5)
    monkeypatch.setattr("integrations.adapters.netsuite.client.MOST_ROWS", 10)
    client: NetSuiteClient = office.adapter().client

    with pytest.raises(NeedsOperator, match="more than 10 rows"):
        list(client.rows("SELECT id FROM item ORDER BY id"))
