"""`TracksOrders` and `RecordsPayments`: where an order stands, and money that arrived."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import OutcomeUnknown
from integrations.ports.erp import PushesOrders, RecordsPayments, TracksOrders
from integrations.records import ErpOrder, OrderProgress
from tests.contract.office import Office
from tests.contract.orders import Desk, able, notice
from tests.contract.walking import all_rows, now, since


@pytest.fixture
def adapter(office: Office) -> Any:
    return able(office, PushesOrders, TracksOrders)


def progress(office: Office, order: ErpOrder) -> OrderProgress:
    (found,) = office.adapter().order_progress([order.ref])
    one: OrderProgress = found
    return one


def test_confirmed_order_waits_for_its_goods(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter, desk.two_lines())

    stands = progress(office, order)

    assert stands.state in {"confirmed", "in_production"}
    assert (stands.ref, stands.our_ref) == (order.ref, order.our_ref)
    assert (stands.currency, stands.gross_total) == ("EUR", Decimal("548.00"))
    ordered = {line.our_ref: (line.ordered, line.shipped) for line in stands.lines}
    assert ordered == {"line_1": (3, 0), "line_2": (10, 0)}
    assert stands.shipments == ()
    assert stands.invoices == ()


def test_parts_leave_with_their_tracking(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter, desk.two_lines())
    office.ship(order.ref, {"line_1": 2}, tracking="TRACK-1")
    office.ship(order.ref, {"line_1": 1, "line_2": 4}, tracking="TRACK-2")

    stands = progress(office, order)

    assert stands.state == "partly_shipped"
    sent = {one.tracking_number: dict(one.lines) for one in stands.shipments}
    assert sent == {"TRACK-1": {"line_1": 2}, "TRACK-2": {"line_1": 1, "line_2": 4}}
    shipped = {line.our_ref: line.shipped for line in stands.lines}
    assert shipped == {"line_1": 3, "line_2": 4}


def test_everything_left(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)
    office.ship(order.ref, tracking="TRACK-9")

    stands = progress(office, order)

    assert stands.state == "shipped"
    (shipment,) = stands.shipments
    assert (shipment.tracking_number, dict(shipment.lines)) == ("TRACK-9", {"line_1": 3})
    assert shipment.ref
    assert shipment.shipped_at.tzinfo is not None


def test_invoice_and_its_payment_are_told(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)
    office.ship(order.ref)
    invoice = office.invoice(order.ref)

    billed = progress(office, order)
    office.pay(invoice)
    paid = progress(office, order)

    (one,) = billed.invoices
    assert billed.state == "invoiced"
    assert (one.ref, one.kind, one.payment_state) == (invoice, "invoice", "not_paid")
    assert (one.gross_total, one.open_amount) == (Decimal("460.53"), Decimal("460.53"))
    assert one.number
    assert paid.state == "paid"
    assert (paid.invoices[0].payment_state, paid.invoices[0].open_amount) == ("paid", 0)


def test_credit_note_is_told(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)
    office.ship(order.ref)
    office.credit(office.invoice(order.ref))

    kinds = sorted(one.kind for one in progress(office, order).invoices)

    assert kinds == ["credit_note", "invoice"]


def test_return_is_told(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)
    office.ship(order.ref)
    office.take_back(order.ref, {"line_1": 1})

    stands = progress(office, order)

    (back,) = stands.returns
    assert dict(back.lines) == {"line_1": 1}
    assert back.ref
    assert len(stands.shipments) == 1  # what came back is no shipment


def test_edit_made_in_the_erp_is_seen(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)
    office.edit_line(order.ref, "line_1", quantity=5)

    stands = progress(office, order)

    assert {line.our_ref: line.ordered for line in stands.lines} == {"line_1": 5}
    assert stands.gross_total == Decimal("767.55")  # 5 × 129.00 and 19 %


def test_order_cancelled_in_the_erp_is_cancelled(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)
    office.cancel(order.ref)

    assert progress(office, order).state == "cancelled"


def test_unknown_orders_are_left_out(office: Office, desk: Desk, adapter: Any) -> None:
    order = desk.confirmed(adapter)

    found = list(adapter.order_progress(["99999999", order.ref]))

    assert [one.ref for one in found] == [order.ref]


def test_many_orders_take_a_bounded_number_of_calls(
    office: Office, desk: Desk, adapter: Any
) -> None:
    refs = [adapter.create_order(desk.draft()).ref for _ in range(12)]

    def calls(wanted: list[str]) -> int:
        before = len(office.standin.log)
        list(office.adapter().order_progress(wanted))
        return len(office.standin.log) - before

    assert calls(refs) <= calls(refs[:1]) + 4


# ---------------------------------------------------------------- what changed


@pytest.mark.parametrize("step", ["confirm", "ship", "invoice", "pay", "cancel", "edit"])
def test_order_that_moved_is_among_the_changed(
    office: Office, desk: Desk, adapter: Any, step: str
) -> None:
    order = desk.confirmed(adapter)
    invoice = ""
    if step in {"invoice", "pay"}:
        office.ship(order.ref)
    if step == "pay":
        invoice = office.invoice(order.ref)
    began = now()

    _do(office, order, step, invoice)

    assert order.ref in _changed(office, began)


def _do(office: Office, order: ErpOrder, step: str, invoice: str) -> None:
    if step == "ship":
        office.ship(order.ref)
    elif step == "invoice":
        office.invoice(order.ref)
    elif step == "pay":
        office.pay(invoice)
    elif step == "cancel":
        office.cancel(order.ref)
    elif step == "edit":
        office.edit_line(order.ref, "line_1", quantity=4)


def _changed(office: Office, began: datetime) -> set[str]:
    return set(all_rows(office.adapter().changed_orders, since(began)))


# ---------------------------------------------------------------- payments


def test_payment_is_told_once(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders, RecordsPayments)
    order, paid = desk.confirmed(adapter), notice(f"pay_{desk.number}")

    nothing = adapter.find_payment(order.ref, paid)
    first = adapter.record_payment(order.ref, paid)
    again = office.adapter().record_payment(order.ref, paid)

    assert nothing is None
    assert first == again == office.adapter().find_payment(order.ref, paid)


def test_two_payments_of_one_order_are_two(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders, RecordsPayments)
    order = desk.confirmed(adapter)

    refs = {
        adapter.record_payment(order.ref, notice(f"pay_{desk.number}_{part}", "100.00"))
        for part in (1, 2)
    }

    assert len(refs) == 2


def test_payment_whose_answer_was_lost_is_found(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders, RecordsPayments)
    order, paid = desk.confirmed(adapter), notice(f"pay_{desk.number}")
    refs: set[str] = set()

    for hit in range(4):
        office.standin.dials.set("skew", seconds=0, times=hit or 1)  # these pass unharmed
        office.standin.dials.set("lose_answer", times=1)
        try:
            refs.add(office.adapter().record_payment(order.ref, paid))
        except OutcomeUnknown:
            refs.add(office.adapter().find_payment(order.ref, paid) or "")
        except Exception as exc:
            assert getattr(exc, "kind", "") == "unavailable", exc  # the look before it
        office.standin.dials.clear()
    refs.add(office.adapter().record_payment(order.ref, paid))

    assert len(refs) == 1
