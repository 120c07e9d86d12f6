"""Header and lines in separate calls: whatever breaks off, one whole order or none comes of it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.errors import NeedsOperator, RemoteError
from integrations.records import OrderDraft
from tests.adapters.custom.drafts import line, three_lines
from tests.contract.offices.custom_odd import OddOffice


def headers(office: OddOffice, draft: OrderDraft) -> list[tuple[int, int]]:
    """(lines there, lines that shall be) of every header in the books, half ones too."""
    orders = office.standin.books.orders.values()
    ours = [one for one in orders if one.our_ref == draft.our_ref]
    return [(len(one.lines), one.extra["soll_positionen"]) for one in ours]


def break_at(office: OddOffice, fault: str, hit: int, route: str = "*") -> None:
    """The fault on call number `hit` of the route; those before pass."""
    if hit:
        office.standin.dials.set("skew", seconds=0, times=hit, only=route)
    office.standin.dials.set(fault, times=1, only=route)


@pytest.mark.parametrize("hit", range(7))
@pytest.mark.parametrize("fault", ["lose_answer", "fail", "throttle"])
def test_order_that_broke_off_anywhere_is_finished_and_not_doubled(
    odd: OddOffice, fault: str, hit: int
) -> None:
    draft = three_lines(odd, "order_01BROKEN")
    break_at(odd, fault, hit)
    with pytest.raises(RemoteError):
        odd.adapter().create_order(draft)
    odd.standin.dials.clear()

    order = odd.adapter().create_order(draft)

    assert headers(odd, draft) == [(3, 3)]
    assert [one.our_ref for one in order.lines] == ["DRILL-18V", "TAPE-5M", "SAW-65"]
    assert order.gross_total == Decimal("725.31")


def test_half_of_an_order_is_not_taken_for_it(odd: OddOffice) -> None:
    draft = three_lines(odd, "order_01HALF")
    break_at(odd, "fail", 1, "add_line")

    with pytest.raises(RemoteError):
        odd.adapter().create_order(draft)

    assert headers(odd, draft) == [(1, 3)]
    assert odd.adapter().find_order(draft.our_ref) is None


def test_half_of_an_order_is_never_confirmed(odd: OddOffice) -> None:
    draft = three_lines(odd, "order_01HALF")
    break_at(odd, "fail", 1, "add_line")
    with pytest.raises(RemoteError):
        odd.adapter().create_order(draft)
    (half,) = odd.standin.shown(draft.our_ref)

    with pytest.raises(NeedsOperator) as caught:
        odd.adapter().confirm_order(half.ref)

    assert caught.value.reason == "half_order"
    assert "1 of 3 lines" in caught.value.message


def test_line_whose_answer_was_lost_does_not_stand_twice(odd: OddOffice) -> None:
    draft = three_lines(odd, "order_01LOST")
    break_at(odd, "lose_answer", 1, "add_line")
    with pytest.raises(RemoteError):
        odd.adapter().create_order(draft)

    order = odd.adapter().create_order(draft)

    assert [one.quantity for one in order.lines] == [3, 10, 1]


def test_header_whose_line_is_refused_is_taken_back(odd: OddOffice) -> None:
    draft = three_lines(odd, "order_01REFUSED")
    wrong = replace(draft.lines[2], product_ref="A9999")

    with pytest.raises(NeedsOperator, match="There is no article A9999"):
        odd.adapter().create_order(replace(draft, lines=(*draft.lines[:2], wrong)))

    assert headers(odd, draft) == []


def test_change_that_broke_off_goes_on_where_it_was(odd: OddOffice) -> None:
    draft = three_lines(odd, "order_01CHANGE")
    order = odd.adapter().create_order(draft)
    wanted = replace(
        draft,
        lines=(
            line(odd, "DRILL-18V", 2, "129.00"),
            line(odd, "HELMET-W", 5, "11.60"),
        ),
        expected_gross_total=Decimal("376.04"),
    )

    for hit in range(8):
        break_at(odd, "lose_answer", hit)
        try:
            odd.adapter().change_order(order.ref, wanted)
        except RemoteError:
            odd.standin.dials.clear()
    odd.standin.dials.clear()
    changed = odd.adapter().change_order(order.ref, wanted)

    assert headers(odd, draft) == [(2, 2)]
    assert changed.gross_total == Decimal("376.04")  # 316.00 net; 49.02 + 11.02 tax


def test_order_that_fits_already_costs_no_write(odd: OddOffice) -> None:
    draft = three_lines(odd, "order_01SAME")
    order = odd.adapter().create_order(draft)
    before = len(odd.standin.worked("*_header")) + len(odd.standin.worked("*_line"))

    odd.adapter().change_order(order.ref, draft)

    assert len(odd.standin.worked("*_header")) + len(odd.standin.worked("*_line")) == before


def test_second_header_of_a_stalled_sender_is_seen(odd: OddOffice) -> None:
    """The ERP takes a reference twice: the sweep looks for that."""
    draft = three_lines(odd, "order_01TWICE")
    adapter = odd.adapter()
    order = adapter.create_order(draft)
    other = odd.standin.enter_again(order.ref)

    sightings = {one.ref: one for one in adapter.orders_under(draft.our_ref)}

    assert set(sightings) == {order.ref, other}
    assert sightings[order.ref].is_untouched
    assert not sightings[other].is_untouched
