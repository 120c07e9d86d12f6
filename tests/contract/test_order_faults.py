"""Orders while the ERP or the way to it fails: never a second order, never a silent loss."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import (
    Conflict,
    NotSent,
    OutcomeUnknown,
    PortalError,
    RemoteError,
    Throttled,
    Unavailable,
)
from integrations.ports.erp import PushesOrders, RecordsPayments
from integrations.records import ErpOrder, OrderDraft, PaymentNotice
from tests.contract.conftest import SHORT
from tests.contract.office import Office
from tests.contract.orders import Desk, able, notice

RETRIED = (OutcomeUnknown, Unavailable, NotSent)


def found_after(office: Office, our_ref: str) -> ErpOrder | None:
    """As the engine looks: again and again, for as long as the ERP may take."""
    adapter = office.adapter()
    deadline = time.monotonic() + max(adapter.settle_s, 0.5)
    while True:
        order: ErpOrder | None = adapter.find_order(our_ref)
        if order is not None or time.monotonic() > deadline:
            return order
        time.sleep(0.02)


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_order_whose_answer_was_lost_is_found(office: Office, desk: Desk, fault: str) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    office.standin.dials.set(fault, times=1, only=office.creating)

    with pytest.raises(OutcomeUnknown):
        adapter.create_order(draft)
    order = found_after(office, draft.our_ref)

    assert order is not None
    assert [one.ref for one in office.orders_with(draft.our_ref)] == [order.ref]


def test_repeat_after_a_lost_answer_makes_no_second_order(office: Office, desk: Desk) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    office.standin.dials.set("lose_answer", times=1, only=office.creating)

    with pytest.raises(OutcomeUnknown):
        adapter.create_order(draft)
    again = office.adapter().create_order(draft)

    assert [one.ref for one in office.orders_with(draft.our_ref)] == [again.ref]


def test_order_that_is_written_after_the_caller_has_gone_is_found(
    office: Office, desk: Desk
) -> None:
    able(office, PushesOrders)
    draft = desk.draft()
    office.standin.dials.set("slow_commit", seconds=0.4, times=1, only=office.creating)

    with pytest.raises(OutcomeUnknown):
        office.adapter(limits=SHORT).create_order(draft)
    order = found_after(office, draft.our_ref)

    assert order is not None
    assert [one.ref for one in office.orders_with(draft.our_ref)] == [order.ref]


@pytest.mark.parametrize("fault", ["fail", "maintenance", "stall"])
def test_create_that_came_to_nothing_may_be_repeated(
    office: Office, desk: Desk, fault: str
) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    office.standin.dials.set(fault, seconds=0.05, times=1, only=office.creating)

    with pytest.raises(RETRIED):
        adapter.create_order(draft)
    assert office.orders_with(draft.our_ref) == []
    order = office.adapter().create_order(draft)

    assert [one.ref for one in office.orders_with(draft.our_ref)] == [order.ref]


def test_throttled_create_says_how_long_to_wait(office: Office, desk: Desk) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    office.standin.dials.set("throttle", seconds=7, times=1, only=office.creating)

    with pytest.raises(Throttled) as caught:
        adapter.create_order(draft)

    assert caught.value.retry_after_s == 7
    assert office.orders_with(draft.our_ref) == []


def test_erp_that_is_down_got_nothing(office: Office, desk: Desk) -> None:
    adapter, draft = able(office, PushesOrders), desk.draft()
    office.standin.stop()
    try:
        with pytest.raises((NotSent, Unavailable)):
            adapter.create_order(draft)
    finally:
        office.standin.start()

    assert office.orders_with(draft.our_ref) == []


Verb = Callable[[Any, Desk, ErpOrder], ErpOrder]
VERBS: dict[str, Verb] = {
    "confirm": lambda adapter, desk, order: adapter.confirm_order(order.ref),
    "cancel": lambda adapter, desk, order: adapter.cancel_order(order.ref, "no longer wanted"),
    "change": lambda adapter, desk, order: adapter.change_order(order.ref, _five(desk, order)),
}


def _five(desk: Desk, order: ErpOrder) -> OrderDraft:
    """Five drills instead of three."""
    five = desk.draft([desk.line(quantity=Decimal(5))], total="767.55")
    return replace(five, our_ref=order.our_ref)


def assert_done(verb: str, order: ErpOrder) -> None:
    if verb == "change":
        quantities = {line.our_ref: line.quantity for line in order.lines}
        assert (quantities, order.gross_total) == ({"line_1": 5}, Decimal("767.55"))
    elif verb == "cancel":
        assert order.is_cancelled
    else:
        assert order.is_confirmed


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.slow
@pytest.mark.parametrize("fault", ["lose_answer", "fail", "maintenance", "throttle", "truncate"])
def test_every_step_of_a_verb_may_fail_once(
    office: Office, desk: Desk, verb: str, fault: str
) -> None:
    """Whatever call is hit, first, second or third: repeated, it comes to the one order."""
    adapter = able(office, PushesOrders)
    for hit in range(3):
        order = adapter.create_order(desk.draft())
        run_hit(office, lambda one=order: VERBS[verb](office.adapter(), desk, one), fault, hit)

        office.standin.dials.clear()
        done = VERBS[verb](office.adapter(), desk, order)

        assert_done(verb, done)
        assert [one.ref for one in office.orders_with(order.our_ref)] == [order.ref]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["lose_answer", "fail", "throttle", "truncate"])
def test_every_step_of_a_payment_may_fail_once(office: Office, desk: Desk, fault: str) -> None:
    """As the engine does it: looked for, then written; told once in the end."""
    adapter = able(office, PushesOrders, RecordsPayments)
    for hit in range(3):
        order, paid = desk.confirmed(adapter), notice(f"pay_{hit}")
        run_hit(office, lambda: _recorded(office.adapter(), order, paid), fault, hit)  # noqa: B023

        office.standin.dials.clear()
        first = _recorded(office.adapter(), order, paid)

        assert office.adapter().find_payment(order.ref, paid) == first
        assert _recorded(office.adapter(), order, paid) == first


def _recorded(adapter: Any, order: ErpOrder, paid: PaymentNotice) -> str:
    found: str | None = adapter.find_payment(order.ref, paid)
    if found is not None:
        return found
    ref: str = adapter.record_payment(order.ref, paid)
    return ref


@pytest.mark.parametrize("fault", ["lose_answer", "fail", "truncate"])
def test_every_step_of_a_creation_may_fail_once(office: Office, desk: Desk, fault: str) -> None:
    able(office, PushesOrders)
    for hit in range(4):
        draft = desk.draft()
        run_hit(office, lambda one=draft: office.adapter().create_order(one), fault, hit)

        office.standin.dials.clear()
        if office.orders_with(draft.our_ref):
            assert found_after(office, draft.our_ref) is not None
        order = office.adapter().create_order(draft)

        assert [one.ref for one in office.orders_with(draft.our_ref)] == [order.ref]


def run_hit(office: Office, run: Callable[[], Any], fault: str, hit: int) -> None:
    """Runs it with the fault on its call number `hit`; only errors of the remote may come out."""
    if hit:
        office.standin.dials.set("skew", seconds=0, times=hit)  # these pass unharmed
    office.standin.dials.set(fault, times=1)
    with contextlib.suppress(RemoteError):
        run()


def test_two_at_once_make_one_order(office: Office, desk: Desk) -> None:
    """Where the ERP itself keeps our reference unique; elsewhere the engine lets one only."""
    adapter = able(office, PushesOrders)
    if not adapter.enforces_key:
        pytest.skip("the ERP does not enforce our reference")
    draft = desk.draft()
    office.standin.dials.set("slow_commit", seconds=0.1, times=2, only=office.creating)

    outcomes = at_once(lambda: office.adapter().create_order(draft))

    assert len(office.orders_with(draft.our_ref)) == 1
    refused = [one for one in outcomes if isinstance(one, PortalError)]
    assert all(isinstance(one, Conflict | OutcomeUnknown) for one in refused)
    assert len(refused) < 2


def test_two_confirming_at_once_confirm_one(office: Office, desk: Desk) -> None:
    adapter = able(office, PushesOrders)
    order = adapter.create_order(desk.draft())

    at_once(lambda: office.adapter().confirm_order(order.ref))

    assert office.adapter().find_order(order.our_ref).is_confirmed
    assert len(office.orders_with(order.our_ref)) == 1


def at_once(run: Callable[[], Any]) -> list[Any]:
    """What two threads got, results and errors of ours."""
    outcomes: list[Any] = []
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait(timeout=5)
        try:
            outcomes.append(run())
        except PortalError as exc:
            outcomes.append(exc)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(outcomes) == 2
    return outcomes
