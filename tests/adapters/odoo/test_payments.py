"""Captured payments are told to Odoo once, in the log of the order."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import OutcomeUnknown
from integrations.records import PaymentNotice
from tests.adapters.odoo.office import Office

NOTICE = PaymentNotice(
    our_ref="pay_01_A",
    amount=Decimal("64.22"),
    currency="EUR",
    provider="card",
    captured_at=datetime(2026, 11, 21, 8, 5, tzinfo=UTC),
)


def test_captured_payment_is_noted_once(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref

    first = adapter.record_payment(ref, NOTICE)
    again = adapter.record_payment(ref, NOTICE)

    assert first == again
    assert office.erp.order("order_01")["log"] == [
        "<p>Payment captured in the storefront: 64.22 EUR by card on 2026-11-21 08:05 UTC. "
        "[payment pay_01_A]</p>"
    ]


def test_note_whose_answer_was_lost_is_found_again(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref
    office.erp.dials.set("lose_answer", only="sale.order.message_post", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.record_payment(ref, NOTICE)
    adapter.record_payment(ref, NOTICE)

    assert len(office.erp.order("order_01")["log"]) == 1


def test_reference_that_only_looks_alike_is_another_payment(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref
    adapter.record_payment(ref, replace(NOTICE, our_ref="pay_01xA"))  # `_` fits any character

    adapter.record_payment(ref, NOTICE)

    assert len(office.erp.order("order_01")["log"]) == 2


def test_refund_is_called_a_refund(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref

    adapter.record_payment(ref, replace(NOTICE, amount=Decimal("-10.00")))

    assert "Payment refunded in the storefront: 10.00 EUR" in office.erp.order("order_01")["log"][0]


def test_connection_may_say_not_to_tell(office: Office) -> None:
    adapter = office.adapter(settings=office.settings(payment_mode="none"))
    ref = adapter.create_order(office.draft()).ref

    assert adapter.record_payment(ref, NOTICE) == ""
    assert office.erp.order("order_01")["log"] == []
