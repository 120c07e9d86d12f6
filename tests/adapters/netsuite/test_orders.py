"""Orders as NetSuite takes them: what is sent, what comes back, who is asked when it refuses."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import Conflict, NeedsOperator, PortalError, Rejected
from integrations.records import OrderDraft
from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.orders import Desk, notice


def sent(office: NetSuiteOffice, route: str) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in office.standin.log if one.route == route]


def refusal(office: NetSuiteOffice, draft: OrderDraft) -> PortalError:
    with pytest.raises(PortalError) as caught:
        office.adapter().create_order(draft)
    return caught.value


# ---------------------------------------------------------------- what is sent


def test_order_is_sent_as_netsuite_wants_it(office: NetSuiteOffice, desk: Desk) -> None:
    line = desk.line(discount_percent=Decimal(10))
    draft = desk.draft([line], total="414.48", po_number="PO-7781", note="Ring the bell")

    body: Any = office.adapter().preview_order(draft)

    assert body["externalId"] == f"mso-{draft.our_ref}"
    assert body["orderStatus"] == {"id": "A"}
    assert body["tranDate"] == "2026-11-20"
    assert body["otherRefNum"] == "PO-7781"
    assert "Ring the bell" in body["memo"]
    assert body["shippingAddress"]["country"] == {"id": "DE"}
    (entry,) = body["item"]["items"]
    assert entry["price"] == {"id": "-1"}  # else the customer's own level would price it
    assert (entry["quantity"], entry["rate"], entry["amount"]) == (3, 116.1, 348.3)
    assert entry["taxCode"] == {"id": office.tax(19)[0]}
    assert entry["custcol_portal_line_ref"] == "line_1"


def test_preview_can_be_stored_and_is_what_is_sent(office: NetSuiteOffice, desk: Desk) -> None:
    draft = desk.draft([desk.line(net_unit_price=Decimal("0.12345678"))], total="0.44")
    adapter = office.adapter()

    stored = json.dumps(adapter.preview_order(draft))
    adapter.create_order(draft)

    assert json.loads(stored) == sent(office, "create:salesOrder")[0]


def test_day_of_the_order_is_that_of_the_account(office: NetSuiteOffice, desk: Desk) -> None:
    """Half past five in the morning in London is the evening before in Los Angeles."""
    draft = desk.draft()
    early = draft.placed_at.replace(hour=5)

    body = office.adapter().preview_order(replace(draft, placed_at=early))

    assert body["tranDate"] == "2026-11-19"


def test_engine_mode_leaves_tax_to_netsuite(office: NetSuiteOffice, desk: Desk) -> None:
    for item in office.standin.store.table("item").values():
        item["taxcode"] = office.tax(19)[0]
    adapter = office.adapter(settings={"tax_mode": "engine"})

    order = adapter.create_order(desk.draft())

    assert order.tax_total == Decimal("73.53")
    assert "taxCode" not in sent(office, "create:salesOrder")[0]["item"]["items"][0]


def test_two_taxes_on_a_line_wait_for_a_tax_group(office: NetSuiteOffice, desk: Desk) -> None:
    both = (*office.tax(19), *office.tax(7))
    line = desk.line(tax_refs=both, tax_rates=(Decimal(19), Decimal(7)))

    error = refusal(office, desk.draft([line], total="487.62"))

    assert isinstance(error, NeedsOperator)
    assert error.reason == "several_taxes"


def test_freight_and_rounding_lines_use_the_connections_items(
    office: NetSuiteOffice, desk: Desk
) -> None:
    freight = desk.line(
        "ship", kind="shipping", product_ref="", quantity=Decimal(1), net_unit_price=Decimal("9.90")
    )
    body: Any = office.adapter().preview_order(desk.draft([freight], total="11.78"))

    assert body["item"]["items"][0]["item"] == {"id": office.seed.shipping_ref}


def test_line_without_an_item_is_told(office: NetSuiteOffice, desk: Desk) -> None:
    error = refusal(office, desk.draft([desk.line(product_ref="")]))

    assert isinstance(error, NeedsOperator)
    assert error.reason == "no_product"


def test_orders_are_made_with_post_and_never_with_put(office: NetSuiteOffice, desk: Desk) -> None:
    adapter, draft = office.adapter(), desk.draft()
    adapter.create_order(draft)
    adapter.create_order(draft)

    assert {entry.method for entry in office.standin.log} == {"GET", "POST"}
    assert len(sent(office, "create:salesOrder")) == 1


# ---------------------------------------------------------------- exactly once


@pytest.mark.parametrize("code", ["DUP_RCRD", "USER_ERROR"])
def test_duplicate_of_a_slow_create_is_adopted(
    office: NetSuiteOffice, desk: Desk, code: str
) -> None:
    """The look came too early, the create is refused: the first one worked."""
    office.standin.sales.duplicate_code = code
    draft, adapter = desk.draft(), office.adapter()
    first = adapter.create_order(draft)

    again = adapter._create(draft)

    assert again.ref == first.ref
    assert len(office.orders_with(draft.our_ref)) == 1


def test_external_id_of_another_transaction_waits_for_a_person(
    office: NetSuiteOffice, desk: Desk
) -> None:
    draft = desk.draft()
    adapter = office.adapter()
    other = office.standin.store.transactions[int(desk.confirmed(adapter).ref)]
    other.type, other.externalid = "Estimate", f"mso-{draft.our_ref}"

    error = refusal(office, draft)

    assert isinstance(error, NeedsOperator)
    assert error.reason == "external_id_taken"


def test_order_that_was_left_unapproved_is_brought_to_the_new_draft(
    office: NetSuiteOffice, desk: Desk
) -> None:
    draft = desk.draft()
    office.adapter().create_order(draft)
    wanted = replace(
        draft, lines=(desk.line(quantity=Decimal(1)),), expected_gross_total=Decimal("153.51")
    )

    order = office.adapter().create_order(wanted)

    assert (order.gross_total, len(order.lines)) == (Decimal("153.51"), 1)
    assert len(office.orders_with(draft.our_ref)) == 1


# ---------------------------------------------------------------- who is asked


def test_unknown_item_is_told_with_its_line(office: NetSuiteOffice, desk: Desk) -> None:
    bad = desk.tape(product_ref="99999999")

    error = refusal(office, desk.draft([desk.line(), bad]))

    assert isinstance(error, NeedsOperator)
    assert "Tape measure 5 m" in error.message
    assert "Invalid Field Value 99999999" in error.message
    assert "sells" in error.hint


def test_inactive_item_is_told_with_its_line(office: NetSuiteOffice, desk: Desk) -> None:
    office.archive_product("DRILL-18V")

    assert "Cordless drill" in refusal(office, desk.draft()).message


def test_customer_on_hold_waits_for_a_person(office: NetSuiteOffice, desk: Desk) -> None:
    error = refusal(office, desk.draft(role="blocked"))

    assert isinstance(error, NeedsOperator)
    assert error.reason == "customer_blocked"


def test_enforced_credit_limit_waits_for_a_person(office: NetSuiteOffice, desk: Desk) -> None:
    office.standin.sales.enforces_credit = True

    error = refusal(office, desk.draft(role="over_limit"))

    assert isinstance(error, NeedsOperator)
    assert error.reason == "customer_blocked"
    assert office.standin.store.of_type("SalesOrd") == []


def test_closed_period_waits_for_a_person(office: NetSuiteOffice, desk: Desk) -> None:
    office.standin.sales.closed_until = "2026-12-31"

    error = refusal(office, desk.draft())

    assert isinstance(error, NeedsOperator)
    assert error.reason == "closed_period"
    assert "Manage Accounting Periods" in error.hint


def test_missing_permission_waits_for_a_person(office: NetSuiteOffice, desk: Desk) -> None:
    office.standin.forbidden.add("create:salesOrder")

    error = refusal(office, desk.draft())

    assert isinstance(error, NeedsOperator)
    assert error.reason == "erp_access_denied"


def test_missing_column_field_is_told(office: NetSuiteOffice, desk: Desk) -> None:
    del office.standin.schemas["salesOrder-itemElement"]["custcol_portal_line_ref"]

    error = refusal(office, desk.draft())

    assert "custcol_portal_line_ref" in str(error)
    assert office.standin.store.of_type("SalesOrd") == []


def test_customer_without_the_currency_is_told(office: NetSuiteOffice, desk: Desk) -> None:
    row = office.standin.store.table("customer")[int(office.customer("usual"))]
    row["currencies"] = {row["currency"]}

    error = refusal(office, desk.draft(currency="USD"))

    assert isinstance(error, Rejected)
    assert "currency" in error.message


# ---------------------------------------------------------------- changing


def test_line_that_people_added_survives_a_change(office: NetSuiteOffice, desk: Desk) -> None:
    adapter, draft = office.adapter(), desk.draft()
    order = desk.confirmed(adapter, draft)
    office.standin.add_line(order.ref, int(office.variant("TAPE-5M")), quantity=2, rate="7.00")
    wanted = replace(draft, lines=(desk.line(quantity=Decimal(1)),))

    changed = adapter.change_order(order.ref, wanted)

    assert {(line.our_ref, line.quantity, line.net_total) for line in changed.lines} == {
        ("line_1", 1, 129),
        ("", 2, 14),
    }


def test_partly_delivered_order_loses_a_line_and_its_amount(
    office: NetSuiteOffice, desk: Desk
) -> None:
    adapter, draft = office.adapter(), desk.two_lines()
    order = desk.confirmed(adapter, draft)
    office.ship(order.ref, {"line_1": 1})
    wanted = replace(draft, lines=(desk.line(quantity=Decimal(2)),))

    changed = adapter.change_order(order.ref, wanted)

    assert changed.gross_total == Decimal("307.02")  # 2 × 129.00 and 19 %
    assert {line.our_ref: line.quantity for line in changed.lines} == {"line_1": 2, "line_2": 0}


def test_nothing_is_added_to_a_partly_delivered_order(office: NetSuiteOffice, desk: Desk) -> None:
    adapter, draft = office.adapter(), desk.draft()
    order = desk.confirmed(adapter, draft)
    office.ship(order.ref, {"line_1": 1})

    with pytest.raises(NeedsOperator) as caught:
        adapter.change_order(order.ref, replace(draft, lines=(desk.line(), desk.tape())))

    assert caught.value.reason == "partly_delivered"


def test_change_that_is_repeated_over_itself_adds_nothing_twice(
    office: NetSuiteOffice, desk: Desk
) -> None:
    """Two identical changes were computed before either took effect."""
    adapter, draft = office.adapter(), desk.draft()
    order = desk.confirmed(adapter, draft)
    adapter.change_order(order.ref, replace(draft, lines=(desk.line(), desk.tape())))
    (body,) = sent(office, "change:salesOrder")[1:]

    adapter.client.update(f"salesOrder/{order.ref}", body, replace="item")

    found = adapter.find_order(draft.our_ref)
    assert sorted(line.our_ref for line in found.lines) == ["line_1", "line_2"]


def test_closed_order_is_not_changed(office: NetSuiteOffice, desk: Desk) -> None:
    adapter, draft = office.adapter(), desk.draft()
    order = desk.confirmed(adapter, draft)
    office.cancel(order.ref)

    with pytest.raises(NeedsOperator) as caught:
        adapter.change_order(order.ref, draft)

    assert caught.value.reason == "erp_order_cancelled"


def test_cancelling_says_why_in_the_memo(office: NetSuiteOffice, desk: Desk) -> None:
    adapter = office.adapter()
    order = desk.confirmed(adapter)

    adapter.cancel_order(order.ref, "ordered twice")

    held = office.standin.order(order.ref)
    assert held.status == "H"
    assert "ordered twice" in held.header["memo"]
    assert "Order #" in held.header["memo"]


def test_billed_order_is_not_cancelled(office: NetSuiteOffice, desk: Desk) -> None:
    adapter = office.adapter()
    order = desk.confirmed(adapter)
    office.invoice(order.ref)

    with pytest.raises(NeedsOperator) as caught:
        adapter.cancel_order(order.ref, "too late")

    assert caught.value.reason == "has_invoices"


def test_record_that_somebody_saved_meanwhile_is_a_conflict(
    office: NetSuiteOffice, desk: Desk
) -> None:
    office.standin.sales.duplicate_code = "RCRD_HAS_BEEN_CHANGED"
    draft, adapter = desk.draft(), office.adapter()
    adapter.create_order(draft)

    with pytest.raises(Conflict):
        adapter._create(draft)


# ---------------------------------------------------------------- payments


def test_deposit_is_booked_once_on_the_order(office: NetSuiteOffice, desk: Desk) -> None:
    adapter = office.adapter(settings={"payment_mode": "deposit"})
    order = desk.confirmed(adapter)
    office.standin.dials.set("lose_answer", times=1, only="create:customerDeposit")

    with pytest.raises(PortalError):
        adapter.record_payment(order.ref, notice())
    ref = adapter.record_payment(order.ref, notice())

    (deposit,) = office.standin.store.of_type("CustDep")
    assert ref == f"deposit:{deposit.id}"
    assert (deposit.total, deposit.header["order"]) == (Decimal("460.53"), int(order.ref))


def test_refund_is_a_note_even_where_payments_are_deposits(
    office: NetSuiteOffice, desk: Desk
) -> None:
    adapter = office.adapter(settings={"payment_mode": "deposit"})
    order = desk.confirmed(adapter)

    adapter.record_payment(order.ref, notice("ref_1", "-20.00"))

    assert office.standin.store.of_type("CustDep") == []
    assert "refunded: 20 EUR" in office.standin.order(order.ref).header["memo"]


def test_memo_that_is_full_waits_for_a_person(office: NetSuiteOffice, desk: Desk) -> None:
    adapter = office.adapter()
    order = desk.confirmed(adapter, desk.draft(note="n" * 950))

    with pytest.raises(NeedsOperator) as caught:
        adapter.record_payment(order.ref, notice())

    assert caught.value.reason == "memo_full"


def test_nothing_is_told_where_the_connection_says_none(office: NetSuiteOffice, desk: Desk) -> None:
    adapter = office.adapter(settings={"payment_mode": "none"})
    order = desk.confirmed(adapter)

    assert adapter.record_payment(order.ref, notice()) == ""
    assert sent(office, "create:customerDeposit") == []
