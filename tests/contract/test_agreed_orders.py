"""What a quote agreed arrives with its order: terms, buyer's number, configuration, free text."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import NeedsOperator, Rejected
from integrations.ports.erp import PullsProducts, PushesOrders, QuotesPrices
from integrations.records import ErpOrder, OrderDraft, Window
from tests.contract.office import Office
from tests.contract.orders import Desk, able
from tests.contract.walking import all_rows, now

CHOICES = (("Length", "2 m"), ("Cut", "45°"))
WORDS = (
    "Welded frame of stainless steel by drawing 4711-B, brushed, with four feet for bolting "
    "to the floor and a plate with the serial number"
)


def other_term(adapter: Any, order: ErpOrder) -> str:
    """Terms of the ERP that are not those which the customer's orders have by themselves."""
    refs: list[str] = [one.ref for one in adapter.payment_terms()]
    return next(ref for ref in refs if ref != order.payment_term_ref)


def free_text(office: Office, desk: Desk, **changed: Any) -> OrderDraft:
    """One line of words, 250.00 and 19 %."""
    line = desk.line(
        product_ref=office.seed.settings["free_text_product_ref"],
        description=WORDS,
        quantity=Decimal(1),
        net_unit_price=Decimal(250),
        **changed,
    )
    return desk.draft([line], total="297.50")


def test_order_has_its_customers_own_terms_unless_others_were_agreed(
    office: Office, desk: Desk
) -> None:
    adapter = able(office, PushesOrders, QuotesPrices)
    usual = adapter.create_order(desk.draft())
    agreed = other_term(adapter, usual)

    order = adapter.create_order(desk.draft(payment_term_ref=agreed))

    assert usual.payment_term_ref == office.carried(usual.ref).payment_term_ref != ""
    assert order.payment_term_ref == agreed
    assert office.carried(order.ref).payment_term_ref == agreed


def test_agreed_terms_outlive_confirmation_and_change(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders, QuotesPrices)
    agreed = other_term(adapter, adapter.create_order(desk.draft()))
    draft = desk.draft(payment_term_ref=agreed)
    order = desk.confirmed(adapter, draft)
    more = replace(
        draft, lines=(desk.line(quantity=Decimal(5)),), expected_gross_total=Decimal("767.55")
    )

    changed = adapter.change_order(order.ref, more)

    assert (order.payment_term_ref, changed.payment_term_ref) == (agreed, agreed)
    assert adapter.find_order(draft.our_ref).payment_term_ref == agreed


@pytest.mark.parametrize("ref", ["99999999", "ZZZZ", "00000000-1111-2222-3333-444444444444"])
def test_terms_that_the_erp_does_not_know_are_told_and_nothing_is_created(
    office: Office, desk: Desk, ref: str
) -> None:
    draft = desk.draft(payment_term_ref=ref)

    with pytest.raises((NeedsOperator, Rejected)):
        able(office, PushesOrders).create_order(draft)

    assert office.orders_with(draft.our_ref) == []


def test_buyers_number_has_its_place(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)

    order = adapter.create_order(desk.draft(po_number="PO-4711"))

    assert "PO-4711" in office.carried(order.ref).po_number
    assert adapter.find_order(order.our_ref).ref == order.ref  # our own key is where it was


def test_configuration_stands_with_its_line(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    lines = [desk.line(configuration=CHOICES), desk.tape()]

    order = adapter.create_order(desk.draft(lines, total="548.00"))

    texts = office.carried(order.ref).texts
    assert "Cordless drill 18 V" in texts["line_1"]
    assert texts["line_1"].index("Length: 2 m") < texts["line_1"].index("Cut: 45°")
    assert "Length" not in texts["line_2"]
    assert len(adapter.find_order(order.our_ref).lines) == 2


def test_configuration_outlives_a_change_and_leaves_with_its_line(
    office: Office, desk: Desk
) -> None:
    adapter = able(office, PushesOrders)
    made = desk.line(configuration=CHOICES)
    draft = desk.draft([made, desk.tape()], total="548.00")
    order = desk.confirmed(adapter, draft)
    fewer = replace(made, quantity=Decimal(2))

    adapter.change_order(
        order.ref,
        replace(draft, lines=(fewer, desk.tape()), expected_gross_total=Decimal("394.49")),
    )
    kept = office.carried(order.ref).texts["line_1"]
    left = adapter.change_order(
        order.ref, replace(draft, lines=(desk.tape(),), expected_gross_total=Decimal("87.47"))
    )

    assert "Length: 2 m" in kept
    assert [line.our_ref for line in left.lines if line.quantity] == ["line_2"]
    assert left.gross_total == Decimal("87.47")


def test_order_with_a_configuration_ships_and_is_followed_by_its_goods_alone(
    office: Office, desk: Desk
) -> None:
    adapter = able(office, PushesOrders)
    order = desk.confirmed(adapter, desk.draft([desk.line(configuration=CHOICES)]))
    office.ship(order.ref, {"line_1": 3})

    [progress] = adapter.order_progress([order.ref])

    assert [(one.our_ref, one.shipped) for one in progress.lines] == [("line_1", 3)]


def test_free_text_arrives_whole_with_its_price(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    draft = free_text(office, desk, configuration=CHOICES)

    order = desk.confirmed(adapter, draft)

    carried = office.carried(order.ref)
    assert WORDS in carried.texts["line_1"].replace("\n", "")
    assert "Length: 2 m" in carried.texts["line_1"]
    assert carried.prices["line_1"] == 250
    assert order.gross_total == Decimal("297.50")


def test_product_of_free_text_is_not_sold_by_itself(office: Office) -> None:
    adapter = able(office, PushesOrders, PullsProducts)
    ref = office.seed.settings["free_text_product_ref"]

    pages = all_rows(adapter.product_page, Window(start=None, end=now()))

    assert pages
    assert ref not in {one.ref for product in pages for one in product.variants}
