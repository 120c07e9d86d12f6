"""Changing an order that Odoo already has: lines follow, what has left the house stays."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.adapters.odoo.adapter import OdooAdapter
from integrations.adapters.odoo.mapping import address_text
from integrations.errors import NeedsOperator, OutcomeUnknown
from integrations.records import ErpOrder
from tests.adapters.odoo.office import Office


@pytest.fixture
def adapter(office: Office) -> OdooAdapter:
    return office.adapter()


@pytest.fixture
def confirmed(office: Office, adapter: OdooAdapter) -> ErpOrder:
    """Three bolts and ten nuts, confirmed."""
    lines = [office.line(), office.nuts()]
    order = adapter.create_order(office.draft(lines=lines, total="68.39"))
    return adapter.confirm_order(order.ref)


def quantities(order: ErpOrder) -> dict[str, Decimal]:
    return {line.our_ref: line.quantity for line in order.lines}


def test_quantities_go_up_and_down(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    lines = [office.line(quantity=Decimal(5)), office.nuts(quantity=Decimal(4))]

    changed = adapter.change_order(confirmed.ref, office.draft(lines=lines))

    assert quantities(changed) == {"line_1": Decimal(5), "line_2": Decimal(4)}
    assert changed.lines[0].net_unit_price == Decimal("19.99")
    assert changed.is_confirmed


def test_delivery_follows_the_new_quantity(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    lines = [office.line(quantity=Decimal(5)), office.nuts()]

    adapter.change_order(confirmed.ref, office.draft(lines=lines))
    office.erp.deliver("order_01")

    assert office.erp.order("order_01")["lines"][0]["qty_delivered"] == 5


def test_new_address_replaces_the_old_one_beside_what_people_wrote(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    order_id = int(confirmed.ref)
    there = office.erp.order(order_id)["note"]
    theirs = {"note": f"{there}<p>Ring twice.</p>"}
    office.erp.work(lambda: office.erp.store.update("sale.order", order_id, theirs))
    draft = office.draft(lines=[office.line(), office.nuts()], total="68.39")
    moved = replace(draft, ship_to=replace(draft.ship_to, street1="Neuer Weg 9", city="Bremen"))

    changed = adapter.change_order(confirmed.ref, moved)

    note = office.erp.order(order_id)["note"]
    assert note == f"<p>Ship to: {address_text(moved.ship_to)}</p><p>Ring twice.</p>"
    assert changed.gross_total == Decimal("68.39")


def test_removed_line_stays_with_quantity_zero(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    changed = adapter.change_order(confirmed.ref, office.draft(lines=[office.line()]))

    assert quantities(changed) == {"line_1": Decimal(3), "line_2": Decimal(0)}
    assert changed.gross_total == Decimal("64.22")


def test_change_whose_answer_was_lost_adds_a_line_once(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    wanted = office.draft(lines=[office.line(), office.nuts(), office.line("line_3")])
    office.erp.dials.set("lose_answer", only="sale.order.load", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.change_order(confirmed.ref, wanted)
    changed = adapter.change_order(confirmed.ref, wanted)

    assert list(quantities(changed)) == ["line_1", "line_2", "line_3"]


def test_line_that_staff_added_is_left_alone(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    office.erp.add_line("order_01", office.nut, quantity=2, price="0.50")

    changed = adapter.change_order(
        confirmed.ref, office.draft(lines=[office.line(), office.nuts()])
    )

    assert quantities(changed)[""] == Decimal(2)


def test_less_than_was_delivered_needs_a_person(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    office.erp.deliver("order_01", {"BOLT": 2})
    wanted = office.draft(lines=[office.line(quantity=Decimal(1)), office.nuts()])

    with pytest.raises(NeedsOperator, match="2 of 'Bolt, box of 100' were already delivered"):
        adapter.change_order(confirmed.ref, wanted)


def test_locked_order_needs_a_person(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    office.erp.lock_order("order_01")

    with pytest.raises(NeedsOperator, match="S00001 is locked in Odoo"):
        adapter.change_order(confirmed.ref, office.draft())


def test_cancelled_order_is_not_changed(
    office: Office, adapter: OdooAdapter, confirmed: ErpOrder
) -> None:
    office.erp.cancel("order_01")

    with pytest.raises(NeedsOperator, match="cannot be changed"):
        adapter.change_order(confirmed.ref, office.draft())


def test_order_that_the_portal_did_not_make_is_not_changed(
    office: Office, adapter: OdooAdapter
) -> None:
    ref = office.erp.add_order(office.customer, "order_01", [(office.bolt, 1, "19.99")])

    with pytest.raises(NeedsOperator, match="was not created by the portal"):
        adapter.change_order(str(ref), office.draft())
