"""Cancelling in Odoo: what nobody has touched is cancelled, the rest goes to a person."""

import pytest

from integrations.adapters.odoo.adapter import OdooAdapter
from integrations.errors import NeedsOperator
from tests.adapters.odoo.office import Office


@pytest.fixture
def adapter(office: Office) -> OdooAdapter:
    return office.adapter()


@pytest.fixture
def ref(office: Office, adapter: OdooAdapter) -> str:
    """A confirmed order."""
    return adapter.confirm_order(adapter.create_order(office.draft()).ref).ref


def test_cancelled_order_tells_why_in_its_log(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    order = adapter.cancel_order(ref, "cancelled by the buyer")

    assert order.is_cancelled
    row = office.erp.order("order_01")
    assert [one["state"] for one in row["deliveries"]] == ["cancel"]
    assert row["log"] == ["<p>Cancelled by the portal: cancelled by the buyer</p>"]


def test_cancelling_again_changes_nothing(office: Office, adapter: OdooAdapter, ref: str) -> None:
    adapter.cancel_order(ref, "first")

    order = adapter.cancel_order(ref, "second")

    assert order.is_cancelled
    assert len(office.erp.order("order_01")["log"]) == 1


def test_goods_that_left_need_a_person(office: Office, adapter: OdooAdapter, ref: str) -> None:
    office.erp.deliver("order_01", {"BOLT": 1})

    with pytest.raises(NeedsOperator, match="left the house: WH/OUT/00001") as caught:
        adapter.cancel_order(ref, "too late")

    assert caught.value.reason == "goods_left"
    assert office.erp.order("order_01")["state"] == "sale"


@pytest.mark.parametrize("is_posted", [False, True])
def test_invoice_needs_a_person(
    office: Office, adapter: OdooAdapter, ref: str, is_posted: bool
) -> None:
    office.erp.invoice("order_01", is_posted=is_posted)

    with pytest.raises(NeedsOperator, match="S00001 has invoices"):
        adapter.cancel_order(ref, "too late")


def test_reversed_invoice_is_no_hindrance(office: Office, adapter: OdooAdapter, ref: str) -> None:
    office.erp.credit_note(office.erp.invoice("order_01"), reconcile=True)

    assert adapter.cancel_order(ref, "credited").is_cancelled


def test_locked_order_needs_a_person(office: Office, adapter: OdooAdapter, ref: str) -> None:
    office.erp.lock_order("order_01")

    with pytest.raises(NeedsOperator, match="S00001 is locked in Odoo"):
        adapter.cancel_order(ref, "please")
