"""`PushesOrders`: found, created, confirmed, changed, cancelled; each may be repeated."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.errors import NeedsOperator, Rejected
from integrations.ports.erp import ListsOrders, PushesOrders
from integrations.records import Window
from tests.contract.office import Office
from tests.contract.orders import PLACED_AT, Desk, able
from tests.contract.walking import all_rows, now, since


def test_order_is_created_with_its_lines_and_amounts(office: Office, desk: Desk) -> None:
    draft = desk.two_lines()

    order = able(office, PushesOrders).create_order(draft)

    assert order.our_ref == draft.our_ref
    assert (order.currency, order.gross_total) == ("EUR", Decimal("548.00"))
    assert (order.net_total, order.tax_total) == (Decimal("460.50"), Decimal("87.50"))
    assert not order.is_confirmed
    assert not order.is_cancelled
    lines = {line.our_ref: line for line in order.lines}
    assert lines["line_1"].product_ref == office.variant("DRILL-18V")
    assert (lines["line_1"].quantity, lines["line_1"].net_total) == (3, 387)
    assert (lines["line_2"].quantity, lines["line_2"].net_total) == (10, Decimal("73.5"))
    assert [one.gross_total for one in office.orders_with(draft.our_ref)] == [Decimal("548.00")]


def test_line_keeps_its_discount(office: Office, desk: Desk) -> None:
    line = desk.line(discount_percent=Decimal(10))

    order = able(office, PushesOrders).create_order(desk.draft([line], total="414.48"))

    # 3 × 129.00 less 10 % = 348.30, and 66.18 tax (66.177)
    assert (order.net_total, order.gross_total) == (Decimal("348.30"), Decimal("414.48"))


def test_order_is_found_by_our_reference(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    created = adapter.create_order(desk.draft())

    found = office.adapter().find_order(created.our_ref)

    assert (found.ref, found.number, found.gross_total) == (
        created.ref,
        created.number,
        Decimal("460.53"),
    )


def test_unknown_reference_finds_nothing(office: Office) -> None:
    assert able(office, PushesOrders).find_order("order_01NEVER") is None


def test_a_second_create_adopts_the_first_order(office: Office, desk: Desk) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    first = adapter.create_order(draft)

    second = office.adapter().create_order(draft)

    assert second.ref == first.ref
    assert len(office.orders_with(draft.our_ref)) == 1


def test_preview_writes_nothing_and_tells_no_secret(office: Office, desk: Desk) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()

    body = adapter.preview_order(draft)

    assert draft.our_ref in str(body)
    assert not any(secret in str(body) for secret in office.seed.secrets.values())
    assert office.orders_with(draft.our_ref) == []


def test_confirming_twice_is_confirming_once(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = adapter.create_order(desk.draft())

    first = adapter.confirm_order(order.ref)
    second = office.adapter().confirm_order(order.ref)

    assert first.is_confirmed
    assert second.is_confirmed
    assert second.ref == order.ref
    assert len(office.orders_with(order.our_ref)) == 1


def test_change_brings_the_lines_to_the_draft_and_may_be_repeated(
    office: Office, desk: Desk
) -> None:
    adapter, draft = able(office, PushesOrders), desk.two_lines()
    order = desk.confirmed(adapter, draft)
    wanted = replace(
        draft,
        lines=(desk.line(quantity=Decimal(5)), desk.line("line_3", "SAW-65", quantity=Decimal(1))),
        expected_gross_total=Decimal("921.06"),
    )

    adapter.change_order(order.ref, wanted)
    changed = office.adapter().change_order(order.ref, wanted)

    # what was taken out may stay with quantity 0
    left = {line.our_ref: line.quantity for line in changed.lines if line.quantity}
    assert left == {"line_1": 5, "line_3": 1}
    assert changed.gross_total == Decimal("921.06")  # 6 × 129.00 and 19 %
    assert len(office.orders_with(draft.our_ref)) == 1


def test_change_below_what_left_the_house_waits_for_a_person(office: Office, desk: Desk) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    order = desk.confirmed(adapter, draft)
    office.ship(order.ref, {"line_1": 2})
    less = replace(draft, lines=(desk.line(quantity=Decimal(1)),))

    with pytest.raises(NeedsOperator):
        adapter.change_order(order.ref, less)


def test_cancelling_twice_is_cancelling_once(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = desk.confirmed(adapter)

    first = adapter.cancel_order(order.ref, "the buyer asked for it")
    second = office.adapter().cancel_order(order.ref, "the buyer asked for it")

    assert first.is_cancelled
    assert second.is_cancelled
    assert [one.is_cancelled for one in office.orders_with(order.our_ref)] == [True]


def test_draft_can_be_cancelled(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = adapter.create_order(desk.draft())

    assert adapter.cancel_order(order.ref, "never mind").is_cancelled


def test_order_whose_goods_left_is_not_cancelled(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = desk.confirmed(adapter)
    office.ship(order.ref, {"line_1": 1})

    with pytest.raises(NeedsOperator):
        adapter.cancel_order(order.ref, "too late")

    assert [one.is_cancelled for one in office.orders_with(order.our_ref)] == [False]


def test_cancelled_order_is_found_where_there_is_no_other(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = desk.confirmed(adapter)
    office.cancel(order.ref)

    found = adapter.find_order(order.our_ref)

    assert found.ref == order.ref
    assert found.is_cancelled


def test_unknown_product_is_told_and_nothing_is_created(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    draft = desk.draft([desk.line(product_ref="99999999")])

    with pytest.raises((NeedsOperator, Rejected)):
        adapter.create_order(draft)

    alive = [one for one in office.orders_with(draft.our_ref) if not one.is_cancelled]
    assert alive == []


def test_unknown_customer_is_told_and_nothing_is_created(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    draft = desk.draft(customer_ref="99999999")

    with pytest.raises((NeedsOperator, Rejected)):
        adapter.create_order(draft)

    assert office.orders_with(draft.our_ref) == []


def test_two_orders_under_one_reference_wait_for_a_person(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = adapter.create_order(desk.draft())
    if not office.enter_again(order.ref):
        pytest.skip("the ERP takes no second order with our reference")

    with pytest.raises(NeedsOperator) as caught:
        adapter.find_order(order.our_ref)

    assert caught.value.reason == "ambiguous_order"


def test_cancelled_double_does_not_hide_the_order(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = adapter.create_order(desk.draft())
    if not office.enter_again(order.ref):
        pytest.skip("the ERP takes no second order with our reference")
    other = next(one for one in office.orders_with(order.our_ref) if one.ref != order.ref)
    office.cancel(other.ref)

    assert adapter.find_order(order.our_ref).ref == order.ref


# ---------------------------------------------------------------- orders that were taken twice


def test_orders_created_in_a_window_are_listed(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders, ListsOrders)
    began = now()
    order = desk.confirmed(adapter)

    seen = {one.our_ref: one for one in all_rows(adapter.orders_created, since(began))}

    assert seen[order.our_ref].ref == order.ref
    assert seen[order.our_ref].is_untouched is False


def test_orders_of_another_time_are_not_listed(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders, ListsOrders)
    adapter.create_order(desk.draft())
    long_ago = Window(start=PLACED_AT.replace(year=2001), end=PLACED_AT.replace(year=2002))

    assert all_rows(adapter.orders_created, long_ago) == []


def test_orders_under_a_reference_are_listed_cancelled_ones_included(
    office: Office, desk: Desk
) -> None:
    adapter = able(office, PushesOrders, ListsOrders)
    order = adapter.create_order(desk.draft())
    office.cancel(order.ref)

    (seen,) = adapter.orders_under(order.our_ref)

    assert (seen.ref, seen.is_cancelled) == (order.ref, True)
